# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    base_import_import,
    service_equipment_label,
    service_equipment_merge,
    service_equipment_move,
    service_exchange_batch,
    service_exchange_batch_line,
    service_exchange_batch_scan,
    service_fix_skip,
    service_loan_extend,
    service_loan_return,
    service_warranty_extend,
)
