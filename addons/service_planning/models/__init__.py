# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    resource_resource,
    service_call,
    service_contract,
    service_equipment,
    service_exchange,
    service_visit,
    service_visit_report,
    service_visit_work,
    service_work,
)
