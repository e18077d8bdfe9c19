# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    service_component_report,
    service_equipment_history_report,
    service_equipment_unit_report,
    stock_traceability,
)
