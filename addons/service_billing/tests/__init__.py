# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_engine_ledger
from . import test_billing_run
from . import test_charge
from . import test_work_billing
from . import test_profit
from . import test_concurrency
from . import test_security
from . import test_performance
from . import test_tour
