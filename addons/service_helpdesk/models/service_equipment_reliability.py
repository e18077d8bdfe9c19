# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .service_equipment import CALL_READERS


class ServiceEquipment(models.Model):
    """Units that fail more often than they may."""

    _inherit = "service.equipment"

    is_unreliable = fields.Boolean(
        string="Fails Too Often",
        compute="_compute_reliability",
        search="_search_is_unreliable",
        groups=CALL_READERS,
    )
    reliability_text = fields.Char(string="Reliability", compute="_compute_reliability", groups=CALL_READERS)

    @api.depends_context("lang")
    def _compute_reliability(self):
        """Say which flags stand for each unit: its own, and those of its site or zone. One query."""
        # Whoever sees the unit and its calls may know that it fails too often.
        flags = self.env["service.reliability.flag"].sudo().search(
            Domain("state", "=", "active")
            & (
                Domain("equipment_id", "in", self.ids)
                | (Domain("product_id", "in", self.product_id.ids) & Domain("site_id", "in", self.site_id.ids))
                | Domain("zone_id", "in", self.zone_id.ids)
            )
        )
        for unit in self:
            own = flags.filtered(
                lambda flag, unit=unit: flag.equipment_id == unit._origin
                or (flag.product_id and (flag.product_id, flag.site_id) == (unit.product_id, unit.site_id))
                or (flag.zone_id and flag.zone_id == unit.zone_id)
            )
            unit.is_unreliable = bool(own)
            unit.reliability_text = "; ".join(own.mapped("reason"))

    @api.model
    def _search_is_unreliable(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        domain = Domain.FALSE
        for flag in self.env["service.reliability.flag"].sudo().search([("state", "=", "active")]):
            if flag.equipment_id:
                domain |= Domain("id", "=", flag.equipment_id.id)
            elif flag.zone_id:
                domain |= Domain("zone_id", "=", flag.zone_id.id)
            else:
                domain |= Domain("product_id", "=", flag.product_id.id) & Domain("site_id", "=", flag.site_id.id)
        is_wanted = (True in value) == (operator == "in")
        return domain if is_wanted else ~domain
