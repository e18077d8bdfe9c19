# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceCallSplit(models.TransientModel):
    """Makes a second call of a part of the first."""

    _name = "service.call.split"
    _description = "Split a Call"

    call_id = fields.Many2one(comodel_name="service.call", required=True)
    commercial_partner_id = fields.Many2one(related="call_id.commercial_partner_id")
    subject = fields.Char(required=True)
    description = fields.Html()
    type_id = fields.Many2one(
        comodel_name="service.call.type",
        required=True,
        compute="_compute_from_call",
        store=True,
        readonly=False,
        precompute=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        compute="_compute_from_call",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
    )
    team_id = fields.Many2one(
        comodel_name="service.team",
        compute="_compute_from_call",
        store=True,
        readonly=False,
        precompute=True,
    )
    clock_from = fields.Selection(
        selection=[("original", "When the customer first told us"), ("now", "Now")],
        string="Deadlines Count From",
        required=True,
        default="original",
    )
    work_ids = fields.Many2many(
        comodel_name="service.work",
        string="Work That Moves",
        domain="[('call_id', '=', call_id), ('state', '!=', 'validated')]",
    )
    has_work = fields.Boolean(compute="_compute_what_there_is")
    attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Files to Copy",
        domain="[('res_model', '=', 'service.call'), ('res_id', '=', call_id)]",
        help="They stay on the first call too.",
    )
    has_files = fields.Boolean(compute="_compute_what_there_is")

    @api.depends("call_id")
    def _compute_from_call(self):
        for wizard in self:
            wizard.type_id = wizard.call_id.type_id
            wizard.equipment_id = wizard.call_id.equipment_id
            wizard.team_id = wizard.call_id.team_id

    @api.depends("call_id")
    def _compute_what_there_is(self):
        works, files = self.env["service.work"], self.env["ir.attachment"]
        for wizard in self:
            call_id = wizard.call_id.id
            is_open = [("call_id", "=", call_id), ("state", "!=", "validated")]
            is_file = [("res_model", "=", "service.call"), ("res_id", "=", call_id)]
            wizard.has_work = bool(works.search_count(is_open, limit=1))
            wizard.has_files = bool(files.search_count(is_file, limit=1))

    def action_split(self):
        """Make the second call, and open it."""
        self.ensure_one()
        call = self.env["service.call"].create(self._prepare_call_values())
        if self.clock_from == "original" and self.call_id.replied_at:
            # The customer was answered about this part too.
            call._register_event("replied", self.call_id.replied_at)
        # Whoever splits the call decides where its open work belongs.
        self.work_ids.filtered(lambda line: line.call_id == self.call_id).sudo().call_id = call
        for file in self.attachment_ids.filtered(self._is_file_of_call):
            file.copy({"res_id": call.id})
        self.call_id._message_log(body=self.env._("Split off: %(call)s", call=call.display_name))
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.call",
            "res_id": call.id,
            "view_mode": "form",
        }

    def _is_file_of_call(self, file):
        return file.res_model == self.call_id._name and file.res_id == self.call_id.id

    def _prepare_call_values(self):
        """Return the values of the second call."""
        self.ensure_one()
        values = {
            **self.call_id._prepare_follow_up_values(),
            "original_kind": "split",
            "subject": self.subject,
            "description": self.description,
            "type_id": self.type_id.id,
            "team_id": self.team_id.id,
            "channel": self.call_id.channel,
        }
        if self.equipment_id != self.call_id.equipment_id:
            values.update(equipment_id=self.equipment_id.id, product_id=self.equipment_id.product_id.id)
        if self.equipment_id and self.equipment_id.site_id != self.call_id.site_id:
            values["site_id"] = self.equipment_id.site_id.id
        if self.clock_from == "original":
            values["raised_at"] = self.call_id.raised_at
        return values
