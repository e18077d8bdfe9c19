# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import EXCUSE_KINDS


class ServiceSlaExcuse(models.TransientModel):
    """Asks why a missed deadline does not count."""

    _name = "service.sla.excuse"
    _description = "Excuse a Deadline"

    call_id = fields.Many2one(comodel_name="service.call", ondelete="cascade")
    missed_ids = fields.Many2many(comodel_name="service.sla.clock", compute="_compute_missed_ids")
    clock_id = fields.Many2one(
        comodel_name="service.sla.clock",
        string="Deadline",
        compute="_compute_clock_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', missed_ids)]",
    )
    deadline = fields.Datetime(related="clock_id.deadline", string="Was Due")
    kind = fields.Selection(selection=EXCUSE_KINDS, string="Reason")
    reason = fields.Char(string="What Happened")
    attachment_ids = fields.Many2many(comodel_name="ir.attachment", string="Evidence")

    @api.depends("call_id")
    def _compute_missed_ids(self):
        for wizard in self:
            wizard.missed_ids = wizard._get_missed()

    @api.depends("call_id")
    def _compute_clock_id(self):
        for wizard in self:
            wizard.clock_id = wizard.clock_id or wizard._get_missed()[:1]

    def _get_missed(self):
        return self.call_id.clock_ids.filtered(lambda clock: clock.state == "missed")

    def action_apply(self):
        """Excuse the deadline."""
        self.ensure_one()
        self.clock_id.action_excuse(self.reason, kind=self.kind, attachment_ids=self.attachment_ids.ids)
        return {"type": "ir.actions.act_window_close"}
