# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import change, customer_report, portal, portal_call, portal_new, rating, solution, thread, web
