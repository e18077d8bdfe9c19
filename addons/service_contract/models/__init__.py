# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import service_coverage_terms  # the mixin comes before the models that carry it

# isort: split
from . import (
    ir_attachment,
    res_company,
    res_config_settings,
    res_partner,
    resource_calendar,
    service_call_type,
    service_consumption,
    service_contract,
    service_contract_life,
    service_contract_period,
    service_contract_suspension,
    service_contract_type,
    service_coverage,
    service_coverage_resolver,
    service_entitlement,
    service_equipment,
    service_sla_policy,
    service_sla_target,
)
