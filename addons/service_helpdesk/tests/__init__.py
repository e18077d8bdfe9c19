# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_engine_queue
from . import test_engine_sla_clock
from . import test_service_call
from . import test_service_call_cover
from . import test_service_sla_clock
from . import test_service_call_mail
from . import test_service_work
from . import test_portal
from . import test_performance
from . import test_security
from . import test_tour
