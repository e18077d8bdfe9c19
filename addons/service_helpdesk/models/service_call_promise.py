# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import CLOSING_KINDS

AGREED_TYPE = "service_helpdesk.mail_activity_type_agreed"


class ServiceCall(models.Model):
    """What was agreed with the customer by hand, beside what the contract promises (rules.md 3)."""

    _inherit = "service.call"

    promised_at = fields.Datetime(
        string="Agreed Until",
        copy=False,
        tracking=True,
        help="What we agreed with the customer by hand, for this call alone. No pause, calendar or contract moves it; "
        "in the queue and for the customer it counts beside the deadlines of the contract; its owner has a task.",
    )

    @api.constrains("promised_at", "raised_at")
    def _check_promised_at(self):
        for call in self:
            if call.promised_at and call.promised_at < call.raised_at:
                raise ValidationError(
                    self.env._(
                        "Nothing was agreed for call %(call)s before it was raised: correct the date that was agreed.",
                        call=call.name,
                    )
                )

    @api.depends("promised_at", "is_closed")
    def _compute_sla(self):
        super()._compute_sla()
        for call in self:
            if call.promised_at and not call.is_closed:
                call.next_deadline = min(filter(None, (call.next_deadline, call.promised_at)))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        calls.filtered("promised_at")._plan_agreed_task()
        return calls

    def write(self, vals):
        result = super().write(vals)
        if "promised_at" in vals:
            self._plan_agreed_task()
        elif "user_id" in vals:
            self.filtered("promised_at")._plan_agreed_task()
        return result

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in (*CLOSING_KINDS, "reopened"):
            self.filtered("promised_at")._plan_agreed_task()

    def _move_to(self, survivor):
        """Extend: what was agreed for a merged call holds for the one that remains, the earlier date of both."""
        # The task follows the date, not the call.
        self.sudo().activity_unlink([AGREED_TYPE])
        super()._move_to(survivor)
        agreed = [call.promised_at for call in (self, survivor) if call.promised_at]
        if agreed and min(agreed) != survivor.promised_at:
            survivor.sudo().promised_at = max(min(agreed), survivor.raised_at)

    def _plan_agreed_task(self):
        """Give the owners of open calls, else whoever agreed, a task on the day that was agreed; older tasks go."""
        # Whoever changes a call may not be the one whose task it is.
        calls = self.sudo()
        calls.activity_unlink([AGREED_TYPE])
        for call in calls:
            user = call.user_id or self.env.user
            if call.promised_at and not call.is_closed and user.active:
                day = call.promised_at.replace(tzinfo=pytz.utc).astimezone(pytz.timezone(user.tz or "UTC")).date()
                words = call.with_context(lang=user.lang, tz=user.tz)
                until = words._format_at_site(call.promised_at)
                summary = words.env._("Agreed with the customer: until %(instant)s", instant=until)
                call.activity_schedule(AGREED_TYPE, date_deadline=day, user_id=user.id, summary=summary)

    # ------------------------------------------------------------
    # For the customer
    # ------------------------------------------------------------

    def _get_portal_promises(self):
        promises = super()._get_portal_promises()
        if self.promised_at and not self.is_closed:
            promises.insert(0, self._get_agreed_words())
        return promises

    def _get_portal_deadline(self):
        if self.promised_at and not self.is_closed and self.promised_at == self.next_deadline:
            words, is_late = self._get_agreed_words(), self.promised_at < fields.Datetime.now()
            return {
                "words": f"{words['what']} {words['until']}",
                "color": "text-danger" if is_late else "text-success",
                "is_late": is_late,
            }
        return super()._get_portal_deadline()

    def _get_agreed_words(self):
        """Return what was agreed as the promises of the customer's page are."""
        self.ensure_one()
        is_late = self.promised_at < fields.Datetime.now()
        return {
            "what": self.env._("Agreed with you"),
            "until": self.env._("by %(deadline)s", deadline=self._format_at_site(self.promised_at)),
            "label": self.env._("late") if is_late else self.env._("promised"),
            "color": "text-bg-danger" if is_late else "text-bg-light border",
        }
