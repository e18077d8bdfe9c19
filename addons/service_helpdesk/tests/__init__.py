# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_contract_facts,
    test_contract_service,
    test_downtime,
    test_engine_queue,
    test_engine_sla_clock,
    test_performance,
    test_portal,
    test_security,
    test_service_call,
    test_service_call_cover,
    test_service_call_mail,
    test_service_sla_clock,
    test_service_work,
    test_tour,
)
