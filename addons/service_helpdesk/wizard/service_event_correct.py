# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import EVENT_KINDS


class ServiceEventCorrect(models.TransientModel):
    """Asks when something really happened, and shows which deadlines move before anything is written."""

    _name = "service.event.correct"
    _description = "Correct the Log"

    call_id = fields.Many2one(comodel_name="service.call", required=True, ondelete="cascade")
    what = fields.Selection(
        selection=[
            ("move", "It happened at another time"),
            ("void", "It did not happen"),
            ("add", "Something is missing"),
        ],
        string="What Is Wrong",
        required=True,
        default="move",
    )
    event_ids = fields.Many2many(
        comodel_name="service.call.event", string="Choices", compute="_compute_event_ids"
    )
    event_id = fields.Many2one(
        comodel_name="service.call.event",
        domain="[('id', 'in', event_ids)]",
    )
    kind = fields.Selection(
        selection=[entry for entry in EVENT_KINDS if entry[0] not in ("raised", "void")],
        string="What Happened",
    )
    at = fields.Datetime(string="When It Happened")
    site_time = fields.Char(string="At the Site", compute="_compute_preview")
    reason = fields.Char()
    problem = fields.Char(compute="_compute_preview")
    preview = fields.Text(string="What Moves", compute="_compute_preview")

    @api.depends("call_id")
    def _compute_event_ids(self):
        for wizard in self:
            wizard.event_ids = wizard.call_id.event_ids.filtered(
                lambda event: not event.is_superseded and event.kind != "void"
            )

    @api.depends("call_id", "what", "event_id", "kind", "at")
    def _compute_preview(self):
        for wizard in self:
            call = wizard.call_id
            wizard.site_time = wizard.what != "void" and call and call._format_at_site(wizard.at)
            wizard.problem = wizard.preview = False
            if wizard._is_ready():
                wizard._preview()

    @api.onchange("event_id")
    def _onchange_event_id(self):
        if self.what == "move":
            self.at = self.event_id.at

    def _is_ready(self):
        if self.what == "add":
            return bool(self.kind and self.at)
        return bool(self.event_id and (self.at or self.what == "void"))

    def _get_arguments(self):
        """Return what is corrected as (at, event, kind)."""
        if self.what == "add":
            return self.at, self.env["service.call.event"], self.kind
        return self.at if self.what == "move" else None, self.event_id._origin, None

    def _preview(self):
        """Say what would move, or why it cannot be."""
        # Whoever opens this may correct the log; it is written by the machine.
        call = self.call_id._origin.sudo()
        at, event, kind = self._get_arguments()
        try:
            call._check_correction("-", at, event.sudo(), kind)
        except ValidationError as error:
            self.problem = str(error)
            return
        events = call.event_ids._to_engine()
        changes = call._preview_log([*events, call._get_corrected_event(events, at, event.sudo(), kind)])
        lines = [call.with_env(self.env)._get_moved_text(change) for change in changes]
        self.preview = "\n".join(lines) or self.env._("No deadline moves.")

    def action_apply(self):
        """Write the correction into the log of the call."""
        self.ensure_one()
        at, event, kind = self._get_arguments()
        self.call_id.action_correct(self.reason, at=at, event_id=event.id, kind=kind)
        return {"type": "ir.actions.act_window_close"}
