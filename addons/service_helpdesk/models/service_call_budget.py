# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

from ..const import CLOSING_KINDS

# Percentages of a budget at which people are told.
ALERT_LEVELS = (80, 100)
SPENT_STATES = ("submitted", "validated")


class ServiceCall(models.Model):
    """Hours of labour worked against those estimated and those that the contract agrees.

    The figures are added up when they are read; kept are only what was told of, and, when the call is closed, how it
    came out.
    """

    _inherit = "service.call"

    hours_estimated = fields.Float(
        string="Estimated Hours",
        compute="_compute_hours_estimated",
        store=True,
        readonly=False,
        precompute=True,
        groups="base.group_user",
        help="Planned labour; the call type says what is usual.",
    )
    hours_agreed = fields.Float(
        string="Contract Hours",
        compute="_compute_hours",
        groups="base.group_user",
        help="Labour that the contract foresees for this call, or has left in its quota.",
    )
    hours_spent = fields.Float(
        string="Spent Hours",
        compute="_compute_hours",
        groups="base.group_user",
        help="Labour that was submitted or validated.",
    )
    hours_draft = fields.Float(string="Draft Hours", compute="_compute_hours", groups="base.group_user")
    hours_left = fields.Float(compute="_compute_hours", groups="base.group_user")
    hours_percent = fields.Float(string="Budget Used (%)", compute="_compute_hours", groups="base.group_user")
    budget_state = fields.Selection(
        selection=[("none", "No Budget"), ("ok", "In Budget"), ("warning", "Nearly Used"), ("exceeded", "Exceeded")],
        compute="_compute_hours",
        groups="base.group_user",
    )
    budget_words = fields.Char(string="Budget", compute="_compute_hours", groups="base.group_user")
    hours_free = fields.Float(
        string="Free Hours",
        compute="_compute_hours_charged",
        groups="base.group_user",
        help="Labour and travel that the customer does not pay, what waits for validation included.",
    )
    hours_chargeable = fields.Float(
        string="Chargeable Hours", compute="_compute_hours_charged", groups="base.group_user"
    )
    hours_alert_estimate = fields.Integer(readonly=True, copy=False, groups="base.group_user")
    hours_alert_agreed = fields.Integer(readonly=True, copy=False, groups="base.group_user")
    date_work_told = fields.Date(readonly=True, copy=False, groups="base.group_user")
    # How it came out, kept when the call is closed
    hours_budget = fields.Float(
        string="Budget Hours",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Labour that was allotted to the closed call: the estimate, else the hours of the contract.",
    )
    hours_actual = fields.Float(
        string="Actual Hours",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Labour that the closed call took.",
    )
    is_within_budget = fields.Boolean(
        string="Within Budget",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The closed call took no more labour than was allotted to it.",
    )

    _check_hours_estimated = models.Constraint(
        "CHECK (COALESCE(hours_estimated, 0) >= 0)",
        "Estimated hours are not negative.",
    )

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("type_id")
    def _compute_hours_estimated(self):
        for call in self:
            call.hours_estimated = call.type_id.default_hours or call.hours_estimated

    @api.depends("hours_estimated", "contract_id", "type_id", "payer_terms", "work_ids.quantity", "work_ids.state")
    @api.depends_context("lang")
    def _compute_hours(self):
        spent, draft = self._get_labour()
        agreed_by_call = self._get_agreed_hours()
        for call in self:
            agreed = agreed_by_call.get(call._origin.id)
            call.hours_spent = spent.get(call._origin.id, 0.0)
            call.hours_draft = draft.get(call._origin.id, 0.0)
            call.hours_agreed = agreed or 0.0
            budget = call._get_budget(agreed)
            call.hours_left = (budget or 0.0) - call.hours_spent
            percent = _get_percent(call.hours_spent, budget)
            call.hours_percent = min(percent, 999.0)
            call.budget_state = _get_budget_state(percent, budget)
            call.budget_words = call._get_budget_words(budget)

    @api.depends("work_ids.charge_preview", "work_ids.kind")
    def _compute_hours_charged(self):
        for call in self:
            lines = call.work_ids.filtered(lambda line: line.kind == "labour" and line.state != "refused")
            call.hours_free = sum(lines.mapped("preview_free"))
            call.hours_chargeable = sum(lines.mapped("preview_chargeable"))

    def _get_labour(self):
        """Add up the labour of these calls: ({call id: hours submitted or validated}, {call id: hours in draft})."""
        spent, draft = defaultdict(float), defaultdict(float)
        # The sum belongs to the call, whoever of its readers sees which lines.
        rows = self.env["service.work"].sudo()._read_group(
            [("call_id", "in", self._origin.ids), ("kind", "=", "labour"), ("state", "!=", "refused")],
            ["call_id", "state"],
            ["quantity:sum"],
        )
        for call, state, quantity in rows:
            (spent if state in SPENT_STATES else draft)[call.id] += quantity
        return spent, draft

    def _get_agreed_hours(self):
        """Return the labour that the contracts agree for these calls: {call id: hours}; none where nothing is said.

        What a foreseen service of the call's type says comes first, then what its quotas have left, with what this
        call has taken.
        """
        agreed = {}
        # What a contract agrees for a call is known to whoever reads the call, not the contract as such.
        calls = self._origin.sudo().filtered("contract_id")
        for call in calls:
            services = call.contract_id.service_ids.filtered(
                lambda service, call=call: service.call_type_id == call.type_id
                and service.hours
                and service.product_id in (call.product_id, self.env["product.product"])
            )
            if services:
                agreed[call.id] = services.sorted(lambda service: not service.product_id)[0].hours
        quota_calls = calls.filtered(
            lambda call: call.id not in agreed
            and ((call.payer_terms or {}).get("labour") or {}).get("term") == "from_buckets"
        )
        agreed.update(quota_calls._get_quota_hours())
        return agreed

    def _get_quota_hours(self):
        """Return the hours that the quotas of these calls have left, with what each call took of them (sudo)."""
        if not self:
            return {}
        Entitlement = self.env["service.entitlement"]
        domain_by_call = {
            call: Domain(
                Entitlement._get_consumption_domain(
                    call._get_labour_unit(), call._get_budget_date(), call.contract_id, call.type_id
                )
            )
            for call in self
        }
        buckets = Entitlement.search(Domain.OR(domain_by_call.values()))
        taken = dict(
            self.env["service.consumption"]._read_group(
                [("call_id", "in", self.ids), ("unit", "in", ("hours", "hours_maintained"))],
                ["call_id"],
                ["quantity:sum"],
            )
        )
        return {
            call.id: sum(buckets.filtered_domain(domain).mapped("quantity_left")) + taken.get(call, 0.0)
            for call, domain in domain_by_call.items()
        }

    def _get_labour_unit(self):
        return "hours_maintained" if self.type_id.is_preventive else "hours"

    def _get_budget_date(self):
        """Return the day on which the quotas of this call are looked at: today at the site, or that of its end."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self.site_tz or "UTC"), self.closed_at or fields.Datetime.now()
        ).date()

    def _get_budget(self, agreed):
        """Return the hours allotted to this call: the estimate, else what the contract agrees; None for no budget."""
        self.ensure_one()
        return self.hours_estimated or agreed

    def _get_budget_words(self, budget):
        """Say how much of the budget is used, drafts apart."""
        self.ensure_one()
        number = self.env["service.work"]._format_number
        if budget is None:
            words = self.env._("%(spent)s h, no budget", spent=number(self.hours_spent))
        elif self.hours_left >= 0:
            words = self.env._(
                "%(spent)s of %(budget)s h, %(left)s h left",
                spent=number(self.hours_spent),
                budget=number(budget),
                left=number(self.hours_left),
            )
        else:
            words = self.env._(
                "%(spent)s of %(budget)s h, %(over)s h over",
                spent=number(self.hours_spent),
                budget=number(budget),
                over=number(-self.hours_left),
            )
        if self.hours_draft:
            words = self.env._("%(words)s (and %(draft)s h in draft)", words=words, draft=number(self.hours_draft))
        return words

    # ------------------------------------------------------------
    # Alerts
    # ------------------------------------------------------------

    def _alert_hours(self):
        """Tell, once for each level, of calls whose labour nears or passes estimate or contract hours (sudo)."""
        spent, _draft = self._get_labour()
        agreed = self._get_agreed_hours()
        bodies = {}
        for call in self:
            texts = []
            for name, budget, text in (
                ("hours_alert_estimate", call.hours_estimated or None, self.env._("the estimate")),
                ("hours_alert_agreed", agreed.get(call.id), self.env._("the hours of the contract")),
            ):
                level = _get_level(spent.get(call.id, 0.0), budget)
                if level > call[name]:
                    call._store({name: level})
                    texts.append(
                        self.env._(
                            "%(spent)s h of labour: %(percent)s %% of %(budget)s (%(hours)s h)",
                            spent=self.env["service.work"]._format_number(spent[call.id]),
                            percent=int(_get_percent(spent[call.id], budget)) if budget else level,
                            budget=text,
                            hours=self.env["service.work"]._format_number(budget),
                        )
                    )
            if texts:
                bodies[call.id] = "; ".join(texts)
        for call_id, text in bodies.items():
            self.browse(call_id)._log_event("hours", fields.Datetime.now(), reason=text)
        if bodies:
            told = self.browse(bodies)
            told._message_log_batch(bodies=bodies)
            told._notify_event("hours_exceeded", bodies)

    # ------------------------------------------------------------
    # How it came out
    # ------------------------------------------------------------

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in CLOSING_KINDS:
            # What came out is found by the machine, whoever closes the call.
            self.sudo()._store_budget_result()

    def _store_budget_result(self):
        """Keep on closed calls what they took and whether that was in their budget (sudo)."""
        closed = self.filtered("is_closed")
        if not closed:
            return
        spent, draft = closed._get_labour()
        agreed = closed._get_agreed_hours()
        for call in closed:
            budget = call._get_budget(agreed.get(call.id))
            actual = spent.get(call.id, 0.0) + draft.get(call.id, 0.0)
            values = {
                "hours_budget": budget or 0.0,
                "hours_actual": actual,
                "is_within_budget": budget is None or float_compare(actual, budget, precision_digits=2) <= 0,
            }
            if any(call[name] != value for name, value in values.items()):
                call._store(values)


def _get_percent(spent, budget):
    """Return which percentage of a budget is spent; a budget of nothing is used up by the first minute."""
    if budget is None:
        return 0.0
    if budget <= 0:
        return 100.0 if spent <= 0 else 999.0
    return 100 * spent / budget


def _get_level(spent, budget):
    """Return the highest alert level that is reached, 0 for none."""
    if budget is None or not spent:
        return 0
    percent = round(_get_percent(spent, budget), 4)
    return max((level for level in ALERT_LEVELS if percent >= level), default=0)


def _get_budget_state(percent, budget):
    if budget is None:
        return "none"
    if round(percent, 4) > ALERT_LEVELS[1]:
        return "exceeded"
    return "warning" if percent >= ALERT_LEVELS[0] else "ok"
