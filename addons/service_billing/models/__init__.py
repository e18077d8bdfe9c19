# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import service_charge_mixin
from . import service_charge
from . import service_billing_preview
from . import service_billing_error
from . import service_billing_run
from . import service_contract
from . import service_coverage
from . import service_work
from . import service_equipment
from . import service_exchange
from . import stock_move_line
from . import account_chart_template
from . import product_template
from . import account_move
from . import account_move_line
