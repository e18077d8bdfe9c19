# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_area,
    test_component,
    test_concurrency,
    test_equipment,
    test_exchange,
    test_exchange_refusals,
    test_performance,
    test_portal,
    test_registration,
    test_screens,
    test_security,
    test_tour,
)
