# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Make the location for loan equipment of the companies that have none yet."""
    api.Environment(cr, SUPERUSER_ID, {})["res.company"]._create_missing_service_loan_location()
