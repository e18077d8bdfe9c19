# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_concurrency,
    test_contract,
    test_coverage,
    test_engine_entitlement,
    test_engine_resolver,
    test_engine_value,
    test_engine_working_time,
    test_entitlement,
    test_equipment,
    test_performance,
    test_portal,
    test_resolver,
    test_resource_calendar,
    test_security,
    test_tour,
    test_wizards,
)
