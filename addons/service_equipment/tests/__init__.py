# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_area
from . import test_component
from . import test_concurrency
from . import test_equipment
from . import test_exchange
from . import test_exchange_refusals
from . import test_performance
from . import test_portal
from . import test_registration
from . import test_screens
from . import test_security
from . import test_tour
