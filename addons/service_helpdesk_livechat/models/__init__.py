# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import discuss_channel, service_call
