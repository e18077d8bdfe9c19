# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceCallMerge(models.TransientModel):
    """Makes several calls about the same matter one: shows what would move before it does."""

    _name = "service.call.merge"
    _description = "Merge Calls"

    call_ids = fields.Many2many(comodel_name="service.call", string="Calls", required=True)
    candidate_ids = fields.Many2many(
        comodel_name="service.call",
        relation="service_call_merge_candidate_rel",
        compute="_compute_candidate_ids",
    )
    survivor_id = fields.Many2one(
        comodel_name="service.call",
        string="Call That Remains",
        required=True,
        compute="_compute_survivor_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Its number, deadlines and cover stay.",
    )
    preview = fields.Html(compute="_compute_preview")
    problem = fields.Char(compute="_compute_problem")
    warning = fields.Char(compute="_compute_warning")

    @api.depends("call_ids")
    def _compute_candidate_ids(self):
        for wizard in self:
            calls = wizard.call_ids._origin
            domain = calls._get_merge_candidate_domain(calls[:1])
            wizard.candidate_ids = calls | calls.search(domain, limit=100)

    @api.depends("call_ids")
    def _compute_survivor_id(self):
        for wizard in self:
            if wizard.survivor_id not in wizard.call_ids:
                wizard.survivor_id = wizard.call_ids._origin.sorted(lambda call: (call.is_closed, call.raised_at))[:1]

    @api.depends("call_ids", "survivor_id")
    def _compute_problem(self):
        for wizard in self:
            calls, survivor = wizard.call_ids._origin, wizard.survivor_id._origin
            wizard.problem = False
            try:
                if survivor:
                    survivor._check_survivor()
                for call in calls - survivor:
                    call._check_merge(survivor)
            except UserError as error:
                wizard.problem = str(error)

    @api.depends("call_ids", "survivor_id")
    def _compute_warning(self):
        for wizard in self:
            calls, survivor = wizard.call_ids._origin, wizard.survivor_id._origin
            earlier = calls.filtered(lambda call, kept=survivor: kept and call.raised_at < kept.raised_at)
            wizard.warning = bool(earlier) and self.env._(
                "%(call)s was raised earlier: what was promised for it is given up. Keep that one, if nothing speaks"
                " against it.",
                call=earlier.sorted("raised_at")[0].name,
            )

    @api.depends("call_ids", "survivor_id")
    def _compute_preview(self):
        for wizard in self:
            merged = wizard.call_ids._origin - wizard.survivor_id._origin
            wizard.preview = bool(merged) and Markup("<ul class='mb-0'>%s</ul>") % Markup().join(
                Markup("<li><b>%s</b>: %s</li>") % (call.display_name, wizard._describe(call)) for call in merged
            )

    def _describe(self, call):
        """Say what of a call moves."""
        written = call.message_ids.filtered(lambda message: message.message_type in ("comment", "email"))
        counts = (
            (len(written), self.env._("messages")),
            (len(call.work_ids), self.env._("work lines")),
            (len(call.exchange_ids), self.env._("exchanges")),
            (len(call.activity_ids), self.env._("activities")),
        )
        return ", ".join(f"{count} {label}" for count, label in counts if count) or self.env._("nothing but itself")

    def action_merge(self):
        """Merge, and open the call that remains."""
        self.ensure_one()
        if len(self.call_ids) < 2:
            raise UserError(self.env._("Choose at least two calls."))
        self.call_ids.action_merge(self.survivor_id.id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.call",
            "res_id": self.survivor_id.id,
            "view_mode": "form",
        }
