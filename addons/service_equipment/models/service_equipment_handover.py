# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceEquipment(models.Model):
    """Units that go to another site, customer or company, and units registered twice."""

    _inherit = "service.equipment"
