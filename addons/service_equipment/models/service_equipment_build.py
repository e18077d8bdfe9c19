# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..engine.version import version_key


class ServiceEquipment(models.Model):
    """The build of a unit as a tree: at any date, between two dates, beside its design."""

    _inherit = "service.equipment"

    version_key = fields.Char(
        compute="_compute_version_key",
        store=True,
        precompute=True,
        help="The version in a form that sorts: 1.9 before 1.10.",
    )

    _product_version_idx = models.Index("(product_id, version_key) WHERE version_key IS NOT NULL")

    @api.depends("version")
    def _compute_version_key(self):
        for equipment in self:
            equipment.version_key = version_key(equipment.version) or False
