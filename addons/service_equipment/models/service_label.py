# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceLabel(models.Model):
    """The company's own word for a field or a document of the suite, kept over upgrades."""

    _name = "service.label"
    _description = "Own Label"

    name = fields.Char(required=True)
