# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ..const import TIME_KINDS

ONE_DAY = timedelta(days=1)


class ServiceWork(models.Model):
    """What is wrong with a line is refused when it is entered; what looks odd is told to whoever validates it."""

    _inherit = "service.work"

    exception_text = fields.Char(
        string="Look At",
        compute="_compute_exception_text",
        help="What is unusual about the line: overlaps, hours outside the working time, budgets, cover.",
    )
    has_exception = fields.Boolean(string="Unusual", compute="_compute_exception_text")

    _person_times_idx = models.Index("(resource_id, start_at, end_at) WHERE start_at IS NOT NULL")

    def _check_found_values(self, vals):
        super()._check_found_values(vals)
        # Whose a resource is must be known to say that it is somebody else's.
        person = self.env["resource.resource"].sudo().browse(vals.get("resource_id") or [])
        if not person or self.env.su or person.user_id == self.env.user:
            return
        if not self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller"):
            raise AccessError(self.env._("Enter what you did yourself; the work of others is entered by a controller."))

    @api.constrains("date", "start_at", "end_at", "call_id")
    def _check_past(self):
        now = fields.Datetime.now()
        for line in self:
            instant = line.end_at or line.start_at
            if line.date > line._to_site(now).date() or (instant and instant > now):
                raise ValidationError(
                    self.env._(
                        "%(line)s on call %(call)s lies in the future: enter work when it is done.",
                        line=line.name,
                        call=line.call_id.name,
                    )
                )

    @api.constrains("start_at", "end_at")
    def _check_times(self):
        for line in self:
            if line.end_at and not line.start_at:
                raise ValidationError(self.env._("Enter from when the work until %(end)s was done.", end=line.end_at))

    @api.constrains("date", "call_id")
    def _check_closed_period(self):
        for line in self:
            # Whoever enters work need not see the contract's periods.
            line.sudo().contract_id._check_period_open(line.date)

    # ------------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------------

    @api.depends("date", "start_at", "end_at", "quantity", "kind", "resource_id", "state", "call_id")
    @api.depends_context("lang")
    def _compute_exception_text(self):
        waiting = self.filtered(lambda line: line.state in ("draft", "submitted") and line.call_id and line.date)
        overlap_by_line = waiting._find_overlaps()
        days = waiting._find_working_days()
        for line in self:
            texts = line._get_exceptions(overlap_by_line, days) if line in waiting else []
            line.exception_text = "; ".join(texts) or False
            line.has_exception = bool(texts)

    def _get_exceptions(self, overlap_by_line, days):
        """Hook: return what is unusual about a line, most important first.

        :param dict overlap_by_line: see :meth:`_find_overlaps`
        :param dict days: see :meth:`_find_working_days`
        :return: list of short texts
        """
        self.ensure_one()
        call = self.call_id
        texts = []
        if other := overlap_by_line.get(self._origin.id):
            texts.append(self.env._("Overlaps %(line)s on %(call)s", line=other.name, call=other.call_id.name))
        if self.date < self._to_site(call.raised_at).date() or (self.start_at and self.start_at < call.raised_at):
            texts.append(self.env._("Before the call was raised"))
        if self.kind in TIME_KINDS and self.resource_id.calendar_id and not self._is_in_working_time(days):
            texts.append(self.env._("Outside working hours"))
        if self.kind == "labour" and call.budget_state == "exceeded":
            texts.append(self.env._("Budget exceeded: %(budget)s", budget=call.budget_words))
        norm = self.company_id.service_travel_norm
        if self.kind == "travel" and norm and self.quantity > norm:
            texts.append(self.env._("Travel longer than %(norm)s h", norm=self._format_number(norm)))
        if call.cover_source == "none" and not self.decision:
            texts.append(self.env._("Not covered"))
        if self.kind == "expense" and self.company_id.service_expense_needs_receipt and not self.attachment_ids:
            texts.append(self.env._("No receipt"))
        if self.validation_error:
            texts.append(self.validation_error)
        return texts

    def _find_overlaps(self):
        """Find for lines with times another line of the same person at the same time: {line id: other line}."""
        timed = self._origin.filtered(lambda line: line.start_at and line.end_at and line.resource_id)
        if not timed:
            return {}
        self.env["service.work"].flush_model(["start_at", "end_at", "resource_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, MIN(other.id)
                  FROM service_work line
                  JOIN service_work other
                    ON other.resource_id = line.resource_id
                   AND other.id != line.id
                   AND other.start_at < line.end_at
                   AND other.end_at > line.start_at
                   AND other.state != 'refused'
                 WHERE line.id = ANY(%s)
              GROUP BY line.id
                """,
                timed.ids,
            )
        )
        # Of a colleague's or another call's line only its name is told.
        return {line_id: self.sudo().browse(other_id) for line_id, other_id in rows}

    def _find_working_days(self):
        """Return when the persons of these lines work: {(resource id, day): list of (start, end), naive UTC}.

        The working time of each calendar is read once, over all the days of the lines.
        """
        days = {}
        timed = self.filtered(lambda line: line.kind in TIME_KINDS and line.resource_id.calendar_id)
        # Working hours of colleagues are not private here: only whether a line lies inside them is told.
        for calendar, lines in timed.sudo().grouped(lambda line: line.resource_id.calendar_id).items():
            zone = pytz.timezone(calendar.tz or "UTC")
            first, last = min(lines.mapped("date")), max(lines.mapped("date"))
            resources = lines.resource_id
            intervals_by_resource = calendar._work_intervals_batch(
                zone.localize(datetime.combine(first, time.min)),
                zone.localize(datetime.combine(last + ONE_DAY, time.min)),
                resources=resources,
            )
            for resource in resources:
                for start, end, _attendance in intervals_by_resource[resource.id]:
                    span = tuple(instant.astimezone(pytz.utc).replace(tzinfo=None) for instant in (start, end))
                    days.setdefault((resource.id, start.date()), []).append(span)
        return days

    def _is_in_working_time(self, days):
        """Return whether the line lies on a working day of its person and, with times, in the working time."""
        self.ensure_one()
        spans = days.get((self.resource_id.id, self.date), [])
        if not (self.start_at and self.end_at):
            return bool(spans)
        inside = sum(
            (min(end, self.end_at) - max(start, self.start_at)).total_seconds()
            for start, end in spans
            if start < self.end_at and end > self.start_at
        )
        return inside >= (self.end_at - self.start_at).total_seconds() - 60
