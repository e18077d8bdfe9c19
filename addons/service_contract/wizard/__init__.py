# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    service_contract_change,
    service_contract_renew,
    service_contract_renew_line,
    service_contract_template_apply,
    service_coverage_add,
    service_coverage_add_price,
    service_coverage_change,
    service_coverage_whatif,
    service_entitlement_correct,
    service_entitlement_sell,
    service_obligation_done,
    service_regime_simulation,
    service_regime_simulation_line,
    service_regime_simulation_result,
    service_sla_preview,
)
