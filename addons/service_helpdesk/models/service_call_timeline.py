# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, format_datetime

from odoo.addons.service_contract.engine.deadline import days

from ..engine.clock_story import tell

# More windows of work than these are drawn as one: nobody could tell them apart.
MAX_WINDOWS = 150
STATE_STYLES = {
    "running": "primary",
    "paused": "info",
    "met": "success",
    "missed": "danger",
    "excused": "secondary",
    "void": "light",
}


class ServiceCall(models.Model):
    """The time line that explains the clocks of a call: every pause, every stop, every hour that does not count."""

    _inherit = "service.call"

    timeline_html = fields.Html(
        string="Time Line",
        compute="_compute_timeline_html",
        sanitize=False,
        groups="base.group_user",
    )

    @api.depends("clock_ids.state", "clock_ids.deadline", "event_ids")
    @api.depends_context("lang", "tz")
    def _compute_timeline_html(self):
        for call in self:
            lines = call._origin._prepare_timeline() if call._origin else []
            call.timeline_html = lines and self.env["ir.qweb"]._render(
                "service_helpdesk.service_call_timeline", {"lines": lines, "zone": call.site_tz}
            )

    def _prepare_timeline(self):
        """Return what the template of the time line shows: a dict for each clock, in words at the site."""
        self.ensure_one()
        # Whoever may read the call may know why its deadlines are where they are.
        call = self.sudo()
        now = fields.Datetime.now()
        try:
            stories = call._ask_engine(now, ask=tell)[call]
        except UserError:
            return []
        if not stories:
            return []
        horizon = max(self._get_story_end(story, now) for _target, story in stories)
        working = call._read_working_times(horizon, 1).get(call)
        clocks = {(clock.metric, clock.cycle): clock for clock in call.clock_ids}
        rows = {event.id: event for event in call.event_ids}
        return [
            self._prepare_timeline_line(story, clocks.get((target.metric, story.clock.cycle)), rows, working, now)
            for target, story in stories
            if working and (target.metric, story.clock.cycle) in clocks
        ]

    @api.model
    def _get_story_end(self, story, now):
        """Return the last instant that the bar of a clock shows."""
        clock = story.clock
        until = clock.stopped_at or (now if clock.state in ("missed", "paused") else clock.deadline)
        return max(filter(None, (clock.started_at + timedelta(minutes=1), clock.deadline, until)))

    def _prepare_timeline_line(self, story, clock, rows, working, now):
        """Return one clock for the template.

        :param story: :class:`engine.clock_story.Story`
        :param clock: its `service.sla.clock`
        :param dict rows: {id: service.call.event}
        :param working: working time of the call at its site
        """
        end = self._get_story_end(story, now)
        labels = dict(clock._fields["state"]._description_selection(self.env))
        return {
            "label": clock.with_env(self.env)._get_label("metric"),
            "cycle": story.clock.cycle,
            "state": labels[clock.state],
            "style": STATE_STYLES[clock.state],
            "deadline": self._format_step(story.clock.deadline),
            "used": self.env._(
                "%(used)s of %(budget)s used, %(percent)s %%",
                used=self._format_working(story.used_minutes),
                budget=self._format_working(story.budget_minutes),
                percent=story.percent,
            ),
            "bar": self._prepare_bar(story, working, end, now),
            "start": self._format_step(story.clock.started_at),
            "end": self._format_step(end),
            "steps": [self._prepare_step(step, story, rows) for step in story.steps],
            "uncounted": self._get_uncounted_text(story, working, end),
            "excuse": clock.is_excused and clock.excuse_reason,
        }

    # ------------------------------------------------------------
    # The bar
    # ------------------------------------------------------------

    def _prepare_bar(self, story, working, end, now):
        """Return the pieces of a bar: dicts `left`, `width` (percent), `css` and `title`, in the order to draw."""
        start = story.clock.started_at
        total = (end - start).total_seconds()

        def piece(css, begin, until, title=""):
            begin, until = max(begin, start), min(until, end)
            left = 100 * (begin - start).total_seconds() / total
            width = 100 * max((until - begin).total_seconds(), 0) / total
            return {"css": css, "left": f"{left:.2f}", "width": f"{width:.2f}", "title": title}

        windows = working.within(start, end)
        if len(windows) > MAX_WINDOWS:
            windows = [(start, end)]
        passed = min(story.clock.stopped_at or now, end)
        bar = [piece("work", *window) for window in windows]
        bar += [piece("used", begin, min(until, passed)) for begin, until in windows if begin < passed]
        for step in story.steps:
            if step.kind in ("paused", "closed") and step.effect in ("moved", "open"):
                bar.append(piece("pause", step.at, step.end or end, self._get_step_title(step)))
        deadline = story.clock.deadline
        if deadline and deadline < passed:
            bar.append(piece("late", deadline, passed, self.env._("After the deadline")))
        points = [(at, "warning", self.env._("Warning at %(percent)s %%", percent=percent))
                  for percent, at in story.clock.warnings]
        points += [(deadline, "deadline", self.env._("Deadline"))] if deadline else []
        points += [(story.clock.stopped_at, "stop", self.env._("Stopped"))] if story.clock.stopped_at else []
        return bar + [
            piece(css, at, at, f"{title}: {self._format_step(at)}") for at, css, title in points if start <= at <= end
        ]

    # ------------------------------------------------------------
    # The words
    # ------------------------------------------------------------

    def _prepare_step(self, step, story, rows):
        """Return one step in words: dict `icon`, `title` and `text`."""
        icons = {
            "started": "fa-play text-primary",
            "paused": "fa-pause text-info",
            "closed": "fa-pause text-info",
            "warned": "fa-bell text-warning",
            "missed": "fa-exclamation-triangle text-danger",
            "stopped": "fa-stop text-success" if story.clock.state != "missed" else "fa-stop text-danger",
        }
        return {
            "icon": icons[step.kind],
            "title": self._get_step_title(step),
            "who": self._get_step_origin(rows.get(step.event.id)) if step.event else "",
            "text": self._get_step_text(step, story),
        }

    def _get_step_title(self, step):
        words = {"at": self._format_step(step.at), "end": self._format_step(step.end)}
        titles = {
            "started": self.env._("Started %(at)s", **words),
            "warned": self.env._("Warned %(at)s", **words),
            "missed": self.env._("Missed: the deadline passed %(at)s", **words),
            "stopped": self.env._("Stopped %(at)s", **words),
            "closed": self.env._("Closed %(at)s to %(end)s, then reopened", **words),
            "paused": self.env._("Paused %(at)s to %(end)s", **words),
        }
        if step.kind == "paused" and not step.end:
            return self.env._("Paused since %(at)s", **words)
        return titles[step.kind]

    def _get_step_origin(self, event):
        """Return the reason and the person of an event: "waiting for part (Rossi)"."""
        if not event:
            return ""
        who = event.user_id.name
        if event.corrects_id:
            who = self.env._("corrected by %(user)s", user=who)
        return f"{event.reason} ({who})" if event.reason and who else event.reason or who or ""

    def _get_step_text(self, step, story):
        """Return the sentence that says what a step did to the deadline."""
        words = {
            "time": self._format_working(step.minutes),
            "before": self._format_step(step.before),
            "after": self._format_step(step.after),
            "budget": self._format_working(story.budget_minutes),
            "used": self._format_working(story.used_minutes),
            "percent": int(step.minutes),
        }
        if step.kind in ("paused", "closed"):
            return self._get_pause_text(step, words)
        kinds = dict(self.env["service.call.event"]._fields["kind"]._description_selection(self.env))
        return {
            "started": self.env._("%(budget)s of working time give the deadline %(after)s.", **words),
            "warned": self.env._("%(percent)s %% of the time was used.", **words),
            "missed": "",
            "stopped": self.env._(
                "%(event)s after %(used)s of %(budget)s.",
                event=kinds.get(step.event.kind) if step.event else "",
                **words,
            ),
        }[step.kind]

    def _get_pause_text(self, step, words):
        """Return the sentence that says what a pause did to the deadline."""
        effect = "none" if step.effect == "moved" and step.before == step.after else step.effect
        return {
            "runs": self.env._("This clock runs on while the call is on hold: the deadline stays."),
            "late": self.env._("It began after the deadline: the deadline stays."),
            "open": self.env._("There is no deadline until the call is taken up again; it was %(before)s.", **words),
            "none": self.env._("No working time lay in it: the deadline stays %(after)s.", **words),
            "moved": self.env._(
                "%(time)s of working time, deadline moved from %(before)s to %(after)s.", **words
            ),
        }[effect]

    def _get_uncounted_text(self, story, working, end):
        """Return the days between start and end on which no time counts, with the names of holidays."""
        if working.always:
            return self.env._("Every hour counts.")
        tz = pytz.timezone(self.site_tz or "UTC")
        spent = days(story.clock.started_at, end, working, tz)
        skipped = [day.date for day in spent if self._is_dayless(day, working, tz)]
        if not skipped:
            return ""
        names = self._get_holiday_names(skipped[0], skipped[-1])
        texts = []
        for day in skipped[:10]:
            text = format_date(self.env, day, date_format="EEE d MMM")
            texts.append(f"{text} ({names[day]})" if day in names else text)
        if len(skipped) > 10:
            texts.append(self.env._("%(count)s more days", count=len(skipped) - 10))
        return self.env._("Not counted: %(days)s.", days=", ".join(texts))

    @api.model
    def _is_dayless(self, day, working, tz):
        """Tell whether a whole day has no working time, wherever the clock began or ended in it."""
        if day.minutes:
            return False
        midnight = datetime.combine(day.date, datetime.min.time())
        first = tz.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)
        return not working.minutes_between(first, first + timedelta(days=1))

    def _get_holiday_names(self, first, last):
        """Return the names of holidays of the call's working hours between two days: dict {date: name}."""
        call = self.sudo()  # a holiday is no secret to whoever sees the call
        leaves = self.env["resource.calendar.leaves"].sudo().search(
            [
                ("resource_id", "=", False),
                ("calendar_id", "in", (call.calendar_id.id, False)),
                ("company_id", "in", (call.company_id.id, False)),
                ("date_from", "<=", datetime.combine(last, datetime.max.time())),
                ("date_to", ">=", datetime.combine(first, datetime.min.time()) - timedelta(days=1)),
            ]
        )
        names = {}
        for leave in leaves:
            tz = pytz.timezone(leave.calendar_id.tz or call.site_tz or "UTC")
            day, until = (pytz.utc.localize(at).astimezone(tz).date() for at in (leave.date_from, leave.date_to))
            while day <= until and leave.name:
                names[day] = leave.name
                day += timedelta(days=1)
        for special in self.env["service.special.day"].sudo().search(
            [("company_id", "=", call.company_id.id), ("effect", "=", "closed"), ("date_from", "<=", last)]
        ):
            if special.site_ids and call.site_id not in special.site_ids:
                continue
            day, until = special.date_from, special.date_to or special.date_from
            while day <= until:
                names.setdefault(day, special.name)
                day += timedelta(days=1)
        return names

    def _format_step(self, instant):
        """Return an instant as short wall time at the site: "Fri 13 Nov 16:30"."""
        return format_datetime(self.env, instant, tz=self.site_tz, dt_format="EEE d MMM HH:mm") if instant else ""

    @api.model
    def _format_working(self, minutes):
        return self.env["service.sla.policy"]._format_minutes(minutes)
