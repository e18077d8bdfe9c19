# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_performance,
    test_portal,
    test_resource_resource,
    test_security,
    test_service_contract,
    test_service_equipment,
    test_service_visit,
    test_service_visit_report,
    test_service_visit_work,
    test_tour,
)
