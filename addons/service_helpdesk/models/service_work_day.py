# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import TIME_KINDS


class ServiceWork(models.Model):
    """A person's own days: what was entered against the working time, and last day's lines again."""

    _inherit = "service.work"

    day_words = fields.Char(
        string="Day",
        compute="_compute_day_words",
        help="Labour and travel entered on the day, against the working hours of whoever did it.",
    )

    @api.depends("date", "quantity", "kind", "resource_id", "state")
    @api.depends_context("lang")
    def _compute_day_words(self):
        entered = defaultdict(float)
        # What a person entered in all is known to whoever reads one of the day's lines.
        for resource, day, quantity in self.sudo()._read_group(
            [
                ("resource_id", "in", self.resource_id.ids),
                ("date", "in", list(set(self.mapped("date")))),
                ("kind", "in", TIME_KINDS),
                ("state", "!=", "refused"),
            ],
            ["resource_id", "date:day"],
            ["quantity:sum"],
        ):
            entered[resource.id, day] += quantity
        days = self.filtered("date")._find_working_days()
        for line in self:
            key = line.resource_id.id, line.date
            hours = sum((end - start).total_seconds() / 3600 for start, end in days.get(key, ()))
            values = {"entered": self._format_number(entered[key]), "hours": self._format_number(hours)}
            if not line.resource_id or not line.date:
                line.day_words = False
            elif not hours:
                line.day_words = self.env._("%(entered)s h entered", entered=values["entered"])
            elif hours - entered[key] > 0.01:
                missing = self._format_number(hours - entered[key])
                line.day_words = self.env._(
                    "%(entered)s of %(hours)s h, %(missing)s h missing", missing=missing, **values
                )
            else:
                line.day_words = self.env._("%(entered)s of %(hours)s h", **values)

    @api.model
    def action_copy_last_day(self):
        """Enter today what the user did on his last day, on calls that are still open, as drafts to correct.

        :raise UserError: when there is nothing to copy, or today has lines already
        """
        today = fields.Date.context_today(self)
        own = [("user_id", "=", self.env.uid), ("state", "!=", "refused")]
        if self.search_count([*own, ("date", "=", today)], limit=1):
            raise UserError(self.env._("You have entered work today already: copy its lines one by one."))
        last = self.search([*own, ("date", "<", today), ("kind", "!=", "part")], order="date desc", limit=1)
        lines = self.search([*own, ("date", "=", last.date), ("kind", "!=", "part"), ("call_id.is_closed", "=", False)])
        if not lines:
            raise UserError(self.env._("There is no work on open calls to copy from an earlier day."))
        lines.copy({"date": today})
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class ServiceCall(models.Model):
    _inherit = "service.call"

    def action_add_time(self):
        """Open a new line of the current user's work on this call."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Work"),
            "res_model": "service.work",
            "views": [(self.env.ref("service_helpdesk.service_work_view_form_quick").id, "form")],
            "target": "new",
            "context": {"default_call_id": self.id},
        }
