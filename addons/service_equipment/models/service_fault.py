# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceFault(models.Model):
    """Symptoms, causes and remedies, each a tree; calls and exchanges use them."""

    _name = "service.fault"
    _description = "Fault Code"
    _parent_store = True
    _rec_name = "complete_name"
    _order = "kind, complete_name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(index="btree_not_null")
    kind = fields.Selection(
        selection=[("symptom", "Symptom"), ("cause", "Cause"), ("remedy", "Remedy")],
        required=True,
        default="symptom",
    )
    parent_id = fields.Many2one(
        comodel_name="service.fault",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('kind', '=', kind)]",
    )
    child_ids = fields.One2many(comodel_name="service.fault", inverse_name="parent_id", string="Details")
    parent_path = fields.Char(index=True)
    complete_name = fields.Char(compute="_compute_complete_name", recursive=True, store=True)
    active = fields.Boolean(default=True)

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for fault in self:
            parts = filter(None, (fault.parent_id.complete_name, fault.name))
            fault.complete_name = " / ".join(parts)

    @api.constrains("kind", "parent_id")
    def _check_parent_kind(self):
        for fault in self:
            if fault.parent_id and fault.parent_id.kind != fault.kind:
                raise ValidationError(
                    self.env._(
                        "%(fault)s cannot stand under %(parent)s: they are of different kinds.",
                        fault=fault.name,
                        parent=fault.parent_id.name,
                    )
                )
