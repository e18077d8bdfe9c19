# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceCallPause(models.TransientModel):
    """Asks why calls wait, and until when; on calls that wait already, for what else."""

    _name = "service.call.pause"
    _description = "Put a Call on Hold"

    call_ids = fields.Many2many(comodel_name="service.call", required=True)
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_company_id")
    reason_id = fields.Many2one(
        comodel_name="service.pause.reason",
        required=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        default=lambda self: self.env["service.pause.reason"].search([], limit=1),
    )
    needs_until = fields.Boolean(related="reason_id.needs_until")
    stops_clocks = fields.Boolean(related="reason_id.stops_clocks")
    effect = fields.Char(related="reason_id.effect")
    until = fields.Datetime(compute="_compute_until", store=True, readonly=False)
    note = fields.Char(string="What Exactly")

    @api.depends("call_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.call_ids.company_id[:1]

    @api.depends("reason_id")
    def _compute_until(self):
        for wizard in self:
            call, days = wizard.call_ids._origin[:1], wizard.reason_id.resume_days
            wizard.until = call._add_working_days(fields.Datetime.now(), days) if call and days else False

    def action_apply(self):
        """Let the calls wait for the reason."""
        self.ensure_one()
        waiting = self.call_ids.filtered(lambda call: not call.is_closed and (call.is_paused or call.pause_reason_id))
        if waiting:
            waiting._as_handler()._end_hold(reason=self.env._("Now waits for: %(reason)s", reason=self.reason_id.name))
        self.call_ids.action_pause(reason=self.note, reason_id=self.reason_id.id, until=self.until)
        if self.env.context.get("is_view_reloaded"):
            # Whoever moved a call to a stage that asks for the reason sees it there at once.
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return True
