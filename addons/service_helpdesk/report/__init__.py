# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (  # mixins come before the models that carry them
    service_report_mixin,
    service_call_report,
    service_call_step_report,
    service_customer_report,
    service_sla_report,
    service_work_report,
)
