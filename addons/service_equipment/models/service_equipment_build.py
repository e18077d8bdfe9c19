# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceEquipment(models.Model):
    """The build of a unit as a tree: at any date, between two dates, beside its design."""

    _inherit = "service.equipment"
