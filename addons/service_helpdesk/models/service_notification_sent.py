# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import NOTIFICATION_CHANNELS, NOTIFICATION_EVENTS

_logger = logging.getLogger(__name__)

CLAIM_BATCH = 1000
CLAIM_COLUMNS = ("call_id", "company_id", "rule_id", "event", "key", "channel", "partner_id", "email", "body", "due_at")
# The events that say nothing any more once the call is closed.
OPEN_CALL_EVENTS = ("created", "unassigned", "priority", "owner", "allocated", "escalated", "warned")


class ServiceNotificationSent(models.Model):
    """What a person is told of a call, so that it is told once.

    A row is the claim and the outbox: it is written in the transaction of what happened, and a job makes mails,
    inbox messages and to-dos of the rows that are due. So nothing is told of what was rolled back, nothing twice,
    and a text that cannot be filled in stops nobody's work.
    """

    _name = "service.notification.sent"
    _description = "Notification Sent"
    _inherit = ["service.batch.mixin"]
    _order = "id desc"

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    rule_id = fields.Many2one(
        comodel_name="service.notification.rule",
        index="btree_not_null",
        ondelete="set null",
    )
    event = fields.Selection(selection=NOTIFICATION_EVENTS, required=True)
    key = fields.Char(required=True, default="", help="Which of several such events it was.")
    channel = fields.Selection(selection=NOTIFICATION_CHANNELS, string="How", required=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Who",
        index="btree_not_null",
        ondelete="cascade",
    )
    email = fields.Char(string="Address")
    body = fields.Html(string="What")
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("told", "Told"), ("failed", "Failed")],
        required=True,
        default="waiting",
    )
    due_at = fields.Datetime(string="Due", required=True, default=fields.Datetime.now)
    told_at = fields.Datetime(string="When")
    mail_id = fields.Many2one(comodel_name="mail.mail", index="btree_not_null", ondelete="set null")
    message_id = fields.Many2one(comodel_name="mail.message", index="btree_not_null", ondelete="set null")
    activity_id = fields.Many2one(comodel_name="mail.activity", index="btree_not_null", ondelete="set null")
    reason = fields.Char(string="Why Not")
    outcome = fields.Char(compute="_compute_outcome")

    _once_uniq = models.UniqueIndex(
        "(call_id, event, key, channel, COALESCE(partner_id, 0))",
        "This person was told of this already.",
    )
    _due_idx = models.Index("(due_at) WHERE state = 'waiting'")

    @api.depends("event", "partner_id", "email")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{labels[row.event]}: {row.partner_id.name or row.email or ''}"

    @api.depends("state", "reason", "mail_id.state", "mail_id.failure_reason")
    @api.depends_context("lang")
    def _compute_outcome(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for row in self:
            # Whoever sees the call may know whether its mails left.
            mail = row.sudo().mail_id
            if row.state == "told" and mail.state == "exception":
                reason = mail.failure_reason or self.env._("unknown")
                row.outcome = self.env._("Not delivered: %(reason)s", reason=reason)
            elif row.state == "told" and mail.state == "outgoing":
                row.outcome = self.env._("In the mail queue")
            else:
                row.outcome = row.reason or labels[row.state]

    # ------------------------------------------------------------
    # The claim
    # ------------------------------------------------------------

    @api.model
    def _claim(self, vals_list):
        """Write what is to be told, each at most once; what was claimed before is left out by the database.

        :param list vals_list: dicts of ``CLAIM_COLUMNS``, and optionally ``reason`` for what cannot be told
        :return: the instants at which new rows are due, as a set; the job is to be woken then, see :meth:`_wake_at`
        """
        instants = set()
        columns = SQL(", ").join(SQL.identifier(name) for name in (*CLAIM_COLUMNS, "state", "reason", "create_uid"))
        for start in range(0, len(vals_list), CLAIM_BATCH):
            rows = SQL(", ").join(self._to_claim_row(vals) for vals in vals_list[start : start + CLAIM_BATCH])
            query = SQL(
                """
                INSERT INTO service_notification_sent (%s, create_date)
                SELECT row.*, NOW() AT TIME ZONE 'UTC' FROM (VALUES %s) AS row
                ON CONFLICT DO NOTHING
                RETURNING due_at, state
                """,
                columns,
                rows,
            )
            instants.update(due_at for due_at, state in self.env.execute_query(query) if state == "waiting")
        self.env["service.call"].invalidate_model(["notification_ids"])
        return instants

    def _to_claim_row(self, vals):
        """Return a row of VALUES: typed, so that a column of NULLs has a type too."""
        types = dict.fromkeys(("call_id", "company_id", "rule_id", "partner_id"), SQL("int4"))
        types["due_at"] = SQL("timestamp")
        cells = [
            SQL("%s::%s", vals.get(name) or (None if name != "key" else ""), types.get(name, SQL("varchar")))
            for name in CLAIM_COLUMNS
        ]
        state = "failed" if vals.get("reason") else "waiting"
        tail = SQL("%s::varchar, %s::varchar, %s::int4", state, vals.get("reason"), self.env.uid)
        return SQL("(%s, %s)", SQL(", ").join(cells), tail)

    @api.model
    def _wake_at(self, instants):
        """Wake the job that tells, at each of the instants (naive UTC)."""
        if instants:
            # Whoever works on a call sets the job going.
            cron = self.env["ir.model.data"]._xmlid_to_res_id("service_helpdesk.ir_cron_notification")
            self.env["ir.cron"].sudo().browse(cron)._trigger(at=sorted(instants))

    def action_retry(self):
        """Try again to tell those who could not be told, after the text or the address was corrected.

        :raise AccessError: unless the user may change the rules
        """
        self.env["service.notification.rule"].check_access("write")
        # Rows are the machine's; whoever writes the rules was checked above.
        failed = self.sudo().filtered(lambda row: row.state == "failed")
        failed.write({"state": "waiting", "reason": False, "due_at": fields.Datetime.now()})
        self._wake_at(set(failed.mapped("due_at")))
        return True

    # ------------------------------------------------------------
    # The job
    # ------------------------------------------------------------

    @api.model
    def _get_due_domain(self, now):
        """Return the domain of the rows that are to be told at ``now``."""
        return Domain("state", "=", "waiting") & Domain("due_at", "<=", now)

    @api.model
    def _cron_tell(self):
        """Tell what is due, then sleep until the next row; one that fails is marked and the others are told."""
        self._do_in_batches([(self._get_due_domain(fields.Datetime.now()), type(self)._tell)])
        first = self.search([("state", "=", "waiting")], order="due_at", limit=1)
        self._wake_at(set(first.mapped("due_at")))

    def _tell_failure(self, error):
        """Note on the row, the rule and the call that nobody could be told."""
        self.ensure_one()
        self.write({"state": "failed", "reason": str(error).strip().split("\n")[0][:200]})
        self.rule_id.error = str(error)
        self.call_id._message_log(
            body=self.env._(
                "%(who)s could not be told of \"%(event)s\": correct the text of the notification.",
                who=self.partner_id.name or self.email,
                event=dict(self._fields["event"]._description_selection(self.env))[self.event],
            )
        )

    def _tell(self):
        """Tell these rows now: mails are queued, inboxes filled, to-dos made."""
        # A row before this one may have been told or dropped together with it.
        rows = self.exists().filtered(lambda row: row.state == "waiting")._add_bundled()
        rows -= rows._drop_outdated()
        for notice, rows_by_call in rows._group_notices().items():
            self._deliver(notice, rows_by_call)
        rows.write({"state": "told", "told_at": fields.Datetime.now()})
        rows.rule_id.filtered("error").error = False

    def _add_bundled(self):
        """Return these rows with those that wait for the same person by the same rule of the same call."""
        delayed = self.filtered("rule_id.delay_minutes")
        if not delayed:
            return self
        keys = {row._get_bundle_key() for row in delayed}
        domain = [
            ("state", "=", "waiting"),
            ("call_id", "in", delayed.call_id.ids),
            ("rule_id", "in", delayed.rule_id.ids),
        ]
        return self | self.search(domain).filtered(lambda row: row._get_bundle_key() in keys)

    def _get_bundle_key(self):
        self.ensure_one()
        # Only who waits is told of several things at once.
        key = "" if self.rule_id.delay_minutes else self.key
        return self.call_id, self.rule_id, self.event, key, self.channel, self.partner_id, self.email

    def _drop_outdated(self):
        """Delete the rows of what no longer holds, and return them."""
        outdated = self.filtered(lambda row: not row._is_true_still())
        outdated.unlink()
        return outdated

    def _is_true_still(self):
        """Tell whether what is waiting to be told still holds."""
        self.ensure_one()
        if self.event == "unassigned" and self.call_id.user_id:
            return False
        if self.event == "cancelled" and self.call_id.merged_into_id:
            # It goes on in another call.
            return False
        return not (self.event in OPEN_CALL_EVENTS and self.call_id.is_closed)
