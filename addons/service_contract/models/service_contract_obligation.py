# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine import duty
from .service_obligation import RECURRENCES


class ServiceContractObligation(models.Model):
    """A duty of one contract, and how it stands.

    What recurs is due on nominal dates, counted from its own first day and never moved by the day on which it was
    done. Each due date that was met is a `service.obligation.fulfilment`; one that was missed waits until it is done or
    the duty is waived.
    """

    _name = "service.contract.obligation"
    _description = "Contractual Obligation"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.transition.mixin", "service.limits.mixin"]
    _order = "date_due, id"
    _check_company_auto = True

    _initial_state = "open"
    _transitions = {"open": ("done", "waived"), "done": ("open",), "waived": ("open",)}

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", store=True, index=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract State", store=True)
    obligation_id = fields.Many2one(
        comodel_name="service.obligation",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    kind = fields.Selection(related="obligation_id.kind", store=True)
    instructions = fields.Text(related="obligation_id.instructions")
    name = fields.Char(
        string="What Exactly",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    recurrence = fields.Selection(
        selection=RECURRENCES,
        string="Due",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    rhythm = fields.Char(string="How Often", compute="_compute_rhythm")
    interval_months = fields.Integer(
        string="Months", compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    reminder_days = fields.Integer(
        string="Remind Before",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before the due date on which the responsible is told.",
    )
    is_evidence_needed = fields.Boolean(
        string="Evidence Needed", compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    is_measured = fields.Boolean(
        string="Measured", compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    is_shared = fields.Boolean(
        string="Shown to the Customer", compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    date_first = fields.Date(
        string="First Due",
        compute="_compute_date_first",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="All later due dates are counted from this one.",
    )
    fulfilment_ids = fields.One2many(
        comodel_name="service.obligation.fulfilment",
        inverse_name="contract_obligation_id",
        string="Done",
        readonly=True,
    )
    date_due = fields.Date(string="Next Due", compute="_compute_date_due", store=True, index=True)
    date_done = fields.Date(string="Last Done", compute="_compute_date_done", store=True)
    date_reminded = fields.Date(
        readonly=True,
        copy=False,
        help="The due date of which the responsible was told; another one is told of again.",
    )
    date_reminder = fields.Date(
        compute="_compute_date_reminder",
        store=True,
        index="btree_not_null",
        help="The day on which the responsible is told of the next due date; empty once he was.",
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("done", "Done"), ("waived", "Waived")],
        required=True,
        readonly=True,
        default="open",
        copy=False,
        tracking=True,
    )
    status = fields.Selection(
        selection=[
            ("open", "Open"),
            ("due", "Due Soon"),
            ("overdue", "Overdue"),
            ("kept", "Kept"),
            ("missed", "Missed"),
            ("done", "Done"),
            ("waived", "Waived"),
        ],
        compute="_compute_status",
        search="_search_status",
    )
    waive_reason = fields.Char(string="Waived Because", readonly=True, copy=False, tracking=True)
    _check_interval = models.Constraint(
        "CHECK (recurrence != 'months' OR interval_months > 0)",
        "An obligation recurs every month or more rarely.",
    )
    _check_reminder_days = models.Constraint(
        "CHECK (COALESCE(reminder_days, 0) >= 0)",
        "The reminder is not a negative number of days before the due date.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("obligation_id")
    def _compute_terms(self):
        """Propose what the catalogue says."""
        names = ("recurrence", "interval_months", "reminder_days", "is_evidence_needed", "is_measured", "is_shared")
        for record in self:
            obligation = record.obligation_id
            record.name = obligation.name or record.name
            for name in names:
                record[name] = obligation[name]

    @api.depends("recurrence", "interval_months")
    def _compute_rhythm(self):
        labels = dict(self._fields["recurrence"]._description_selection(self.env))
        for record in self:
            if record.recurrence == "months":
                months = record.interval_months
                record.rhythm = (
                    self.env._("Every month") if months == 1 else self.env._("Every %(n)s months", n=months)
                )
            else:
                record.rhythm = labels.get(record.recurrence)

    @api.depends("obligation_id", "contract_id.user_id")
    def _compute_user_id(self):
        for record in self:
            record.user_id = record.user_id or record.obligation_id.user_id or record.contract_id.user_id

    @api.depends("recurrence", "interval_months", "contract_id.date_start")
    def _compute_date_first(self):
        """Propose the last day of the first interval; in a draft that day follows the contract."""
        for record in self:
            start = record.contract_id.date_start
            if record.recurrence == "standing" or not start:
                record.date_first = False
            elif not record.fulfilment_ids and (not record.date_first or record.contract_id.state == "draft"):
                is_recurring = record.recurrence == "months"
                length = relativedelta(months=record.interval_months, days=-1) if is_recurring else relativedelta()
                record.date_first = start + length

    @api.depends("fulfilment_ids.date_done")
    def _compute_date_done(self):
        for record in self:
            record.date_done = max(record.fulfilment_ids.mapped("date_done"), default=False)

    @api.depends(
        "recurrence",
        "interval_months",
        "date_first",
        "state",
        "fulfilment_ids.date_due",
        "contract_id.date_end",
        "contract_id.date_cancelled",
    )
    def _compute_date_due(self):
        """What recurs is due until the contract ends, and again when it is renewed."""
        for record in self:
            record.date_due = record._get_next_due() if record.state == "open" else False

    def _get_next_due(self):
        self.ensure_one()
        met = max(self.fulfilment_ids.mapped("date_due"), default=None)
        if self.recurrence == "standing" or not self.date_first:
            return False
        if self.recurrence == "once":
            return False if met else self.date_first
        due = duty.next_due(self.date_first, max(self.interval_months, 1), met)
        last_day = self.contract_id.date_cancelled or self.contract_id.date_end
        return due if last_day and due <= last_day else False

    @api.depends("date_due", "reminder_days", "date_reminded")
    def _compute_date_reminder(self):
        for record in self:
            due = record.date_due
            is_told = not due or due == record.date_reminded
            record.date_reminder = False if is_told else due - timedelta(days=record.reminder_days)

    # As of today, for the rows on the screen only.
    @api.depends("state", "recurrence", "date_due", "reminder_days", "measured_state")
    def _compute_status(self):
        for record in self:
            due = record.date_due
            if record.state != "open":
                record.status = record.state
            elif not due and record.recurrence == "standing":
                record.status = "open" if record.measured_state == "none" else record.measured_state
            elif not due:
                record.status = "done" if record.fulfilment_ids else "open"
            else:
                today = record.contract_id._get_today()
                is_due = due - timedelta(days=record.reminder_days) <= today
                record.status = "overdue" if due < today else "due" if is_due else "open"

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        is_open = Domain("state", "=", "open")
        standing = is_open & Domain("recurrence", "=", "standing")
        overdue = is_open & Domain("date_due", "<", today)
        # The reminder's day of a row that was told of is gone: compare with the due date itself.
        due = is_open & Domain("date_due", ">=", today) & self._get_due_soon_domain(today)
        over = is_open & Domain("recurrence", "!=", "standing") & Domain("date_due", "=", False)
        domains = {
            "waived": Domain("state", "=", "waived"),
            "done": Domain("state", "=", "done") | (over & Domain("fulfilment_ids", "!=", False)),
            "kept": standing & Domain("measured_state", "=", "kept"),
            "missed": standing & Domain("measured_state", "=", "missed"),
            "overdue": overdue,
            "due": due,
        }
        domains["open"] = is_open & ~Domain.OR([*domains.values()])
        return Domain.OR(domains[status] for status in value if status in domains)

    @api.model
    def _get_due_soon_domain(self, today):
        """Return the domain of the rows whose responsible is, or was, to be told by a day."""
        lead_times = [days for (days,) in self._read_group([("date_due", ">=", today)], ["reminder_days"])]
        return Domain.OR(
            Domain("reminder_days", "=", days) & Domain("date_due", "<=", today + timedelta(days=days))
            for days in lead_times
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_done(self, date=None, note=None, attachment_ids=None):
        """Record that what was due next has been done; what recurs is due again on its next nominal date.

        :param date: day on which it was done (date or ISO text), default today
        :param str note: kept with it
        :param attachment_ids: ids of `ir.attachment` that prove it
        :return: the new `service.obligation.fulfilment`
        :raise UserError: when nothing is due, the day lies ahead, or the evidence is missing
        """
        self.check_access("write")
        attachments = self.env["ir.attachment"].browse(attachment_ids or [])
        values_list = []
        for record in self:
            day = record._to_day(date) or record.contract_id._get_today()
            record._check_done(day, attachments)
            values_list.append(record._prepare_fulfilment_values(day, note))
        # What was done is recorded here only, after the checks.
        fulfilments = self.env["service.obligation.fulfilment"].sudo().create(values_list)
        for record, fulfilment in zip(self, fulfilments, strict=True):
            record.message_post(
                body=self.env._(
                    "Done on %(done)s for %(due)s. %(note)s",
                    done=fulfilment.date_done,
                    due=fulfilment.date_due,
                    note=note or "",
                ),
                attachment_ids=attachments.ids,
            )
        self.activity_unlink(["service_contract.mail_activity_type_obligation"])
        self.filtered(lambda record: record.recurrence == "once")._transition("done")
        return fulfilments.with_env(self.env)

    def action_undo_done(self):
        """Take the last day back on which it was done, for one that was recorded by mistake.

        :raise UserError: when it was never done
        """
        self.check_access("write")
        for record in self:
            last = record.fulfilment_ids.sorted("date_due")[-1:]
            if not last:
                raise UserError(self.env._("%(obligation)s was not done yet.", obligation=record.name))
            record.message_post(body=self.env._("Not done for %(due)s after all.", due=last.date_due))
            # Whoever may say that it was done may take it back.
            last.sudo().unlink()
            record.sudo().date_reminded = False
        self.filtered(lambda record: record.state == "done")._transition("open")

    def action_waive(self, reason):
        """Give up the duty: nobody is reminded any more.

        :param str reason: kept on it
        :raise UserError: without a reason
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Enter why the obligation is waived."))
        self._transition("waived")
        self.sudo().waive_reason = reason.strip()
        self.activity_unlink(["service_contract.mail_activity_type_obligation"])

    def action_reopen(self):
        """Take up a waived duty again."""
        for record in self:
            if record.state == "done":
                record.action_undo_done()
        waived = self.filtered(lambda record: record.state == "waived")
        waived._transition("open")
        waived.sudo().waive_reason = False

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _check_done(self, day, attachments):
        """Refuse what cannot have been done."""
        self.ensure_one()
        if self.state != "open" or not self.date_due:
            raise UserError(self.env._("Nothing of %(obligation)s is due.", obligation=self.name))
        if day > self.contract_id._get_today():
            raise UserError(
                self.env._("%(obligation)s cannot have been done on %(date)s already.", obligation=self.name, date=day)
            )
        if self.is_evidence_needed and not attachments and not self._has_evidence():
            raise UserError(self.env._("Attach the evidence that %(obligation)s was done.", obligation=self.name))

    def _has_evidence(self):
        """Return whether a file was attached since the duty was last done."""
        self.ensure_one()
        domain = Domain("res_model", "=", self._name) & Domain("res_id", "=", self.id)
        if last := self.fulfilment_ids.sorted("id")[-1:]:
            domain &= Domain("create_date", ">", last.create_date)
        return bool(self.env["ir.attachment"].search_count(domain, limit=1))

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_fulfilment_values(self, day, note):
        """Return the values of the record that the next due date was met.

        :param day: when it was done (date)
        :param str note: may be empty
        """
        self.ensure_one()
        return {
            "contract_obligation_id": self.id,
            "date_due": self.date_due,
            "date_done": day,
            "user_id": self.env.uid,
            "note": note,
        }
