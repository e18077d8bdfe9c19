# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import (
    test_amendment,
    test_billing_run,
    test_charge,
    test_concurrency,
    test_contract_end,
    test_delivery,
    test_engine_ledger,
    test_performance,
    test_profit,
    test_renewal,
    test_security,
    test_tour,
    test_work_billing,
)
