# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    service_call_allocate,
    service_call_complete,
    service_call_downtime,
    service_call_escalate,
    service_call_escalation_decline,
    service_call_merge,
    service_call_pause,
    service_call_split,
    service_change_decide,
    service_event_correct,
    service_personal_data,
    service_personal_erase,
    service_sla_excuse,
    service_work_refuse,
)
