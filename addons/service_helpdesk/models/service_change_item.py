# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

KINDS = [
    ("version", "Version"),
    ("configuration", "Configuration"),
    ("part", "Part"),
    ("document", "Document"),
    ("other", "Other"),
]


class ServiceChangeItem(models.Model):
    """What a change request changes on a unit or a part of it: from what, to what, and when it was done.

    Only a version is written to the register when the change is completed; parts are changed by exchanges, which move
    the stock too. Everything stands in the history of the unit.
    """

    _name = "service.change.item"
    _description = "Changed Item"
    _order = "call_id desc, sequence, id"
    _check_company_auto = True

    call_id = fields.Many2one(comodel_name="service.call", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection=KINDS, required=True, default="version")
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        index="btree_not_null",
        check_company=True,
        compute="_compute_equipment_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    component_id = fields.Many2one(
        comodel_name="service.component",
        index="btree_not_null",
        domain="[('equipment_id', '=', equipment_id), ('date_removed', '=', False)]",
    )
    value_before = fields.Char(
        string="From",
        compute="_compute_value_before",
        store=True,
        readonly=False,
        precompute=True,
    )
    value_after = fields.Char(string="To", required=True, default="-")
    note = fields.Char()
    applied_at = fields.Datetime(string="Done At", readonly=True, copy=False)

    @api.depends("call_id")
    def _compute_equipment_id(self):
        for item in self:
            item.equipment_id = item.equipment_id or item.call_id.equipment_id

    @api.depends("kind", "equipment_id", "component_id")
    def _compute_value_before(self):
        for item in self:
            if item.kind == "version" and not item.applied_at:
                item.value_before = (item.component_id or item.equipment_id).version
            else:
                item.value_before = item.value_before

    @api.depends("equipment_id.display_name", "component_id.display_name", "value_before", "value_after")
    def _compute_display_name(self):
        for item in self:
            what = item.component_id.display_name or item.equipment_id.display_name
            way = " > ".join(filter(None, (item.value_before, item.value_after)))
            item.display_name = ": ".join(filter(None, (what, way)))

    @api.constrains("component_id", "equipment_id")
    def _check_component_id(self):
        for item in self:
            if item.component_id and item.component_id.equipment_id != item.equipment_id:
                raise ValidationError(
                    self.env._(
                        "%(component)s is not in %(unit)s.",
                        component=item.component_id.display_name,
                        unit=item.equipment_id.display_name or self.env._("no unit"),
                    )
                )

    @api.constrains("equipment_id", "call_id")
    def _check_equipment_id(self):
        for item in self:
            unit, call = item.equipment_id, item.call_id
            if unit and call.commercial_partner_id and unit.commercial_partner_id != call.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s is not of the customer of %(call)s.", unit=unit.display_name, call=call.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._check_open()
        return items

    def write(self, vals):
        if not self.env.su:
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        self._check_open()

    def _check_open(self):
        """Refuse to change what was approved or is being approved."""
        for item in self:
            if item.call_id.change_state in ("waiting", "approved", "done"):
                raise UserError(
                    self.env._("%(call)s is submitted: take the change back to alter it.", call=item.call_id.name)
                )

    def _apply(self, at):
        """Record that the items were changed, and let the register follow (sudo).

        :param datetime at: when, naive UTC
        """
        for item in self.filtered(lambda item: not item.applied_at):
            if item.kind == "version" and (target := item.component_id or item.equipment_id):
                target.version = item.value_after
        self.applied_at = at
