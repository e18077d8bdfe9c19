# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import queue
from . import sla_clock
