# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Domain

from .service_pause_reason import CUSTOMER_WAITS

# Steps that a customer sees, and the instants that tell that a call has come so far.
STEPS = ("received", "handled", "planned", "working", "solved")
COLORS = {
    "received": "text-bg-light border",
    "handled": "text-bg-info",
    "planned": "text-bg-info",
    "working": "text-bg-primary",
    "asked": "text-bg-warning",
    "waiting": "text-bg-secondary",
    "solved": "text-bg-success",
    "merged": "text-bg-secondary",
    "cancelled": "text-bg-secondary",
}


class ServiceCall(models.Model):
    """How a call stands, in words for its customer: his steps, not our stages, and what we promised."""

    _inherit = "service.call"

    def _get_portal_step(self):
        """Return how far the call is for its customer: one of ``STEPS``, "asked", "waiting", "merged", "cancelled"."""
        self.ensure_one()
        if self.closed_at:
            return self._get_portal_end()
        if self._is_waiting_for_customer():
            return "asked"
        if self.is_paused:
            return "waiting"
        if self.travel_at or self.arrived_at:
            return "working"
        if self.planned_at:
            return "planned"
        return "handled" if self.allocated_at else "received"

    def _get_portal_end(self):
        """Return how a closed call ended: "solved", "merged" or "cancelled"."""
        if not self.stage_id.is_cancelled:
            return "solved"
        return "merged" if self.merged_into_id else "cancelled"

    def _get_portal_step_label(self, step):
        """Return the words for a step."""
        return {
            "received": self.env._("Received"),
            "handled": self.env._("In good hands"),
            "planned": self.env._("Visit planned"),
            "working": self.env._("Being worked on"),
            "asked": self.env._("Waiting for you"),
            "waiting": self.env._("On hold"),
            "solved": self.env._("Solved"),
            "merged": self.env._("Merged"),
            "cancelled": self.env._("Cancelled"),
        }[step]

    def _get_portal_state(self):
        """Return how the call stands as ``label`` and ``color``, a class of Bootstrap."""
        self.ensure_one()
        step = self._get_portal_step()
        return {"label": self._get_portal_step_label(step), "color": COLORS[step]}

    def _get_portal_progress(self):
        """Return the steps of the call as a line: list of dicts ``label``, ``at`` and ``is_done``.

        A step that was left out, such as a visit that nobody needed, is left out here too.
        """
        self.ensure_one()
        instants = {
            "received": self.raised_at,
            "handled": self.allocated_at,
            "planned": self.planned_at,
            "working": self.arrived_at or self.travel_at,
            "solved": self.closed_at,
        }
        reached = [position for position, step in enumerate(STEPS) if instants[step]]
        last = self._get_portal_end() if self.closed_at else "solved"
        return [
            {
                "label": self._get_portal_step_label(last if step == "solved" else step),
                "at": self._format_at_site(instants[step]),
                "is_done": bool(instants[step]),
            }
            for position, step in enumerate(STEPS)
            if instants[step] or position > max(reached) and step != "planned"
        ]

    def _get_portal_promises(self):
        """Return what was promised and how it went: list of dicts ``words``, ``label`` and ``color``."""
        self.ensure_one()
        promises = []
        for clock in self.clock_ids.filtered(lambda clock: clock.state != "void"):
            words = self._get_promise_words(clock)
            if words:
                promises.append(words)
        return promises

    def _get_promise_words(self, clock):
        """Return the words of one promise, or None while there is nothing to say."""
        if clock.stopped_at:
            return self._get_past_words(clock)
        what = {
            "response": self.env._("We answer"),
            "on_site": self.env._("We are with you"),
            "workaround": self.env._("You can work again"),
            "resolution": self.env._("It is solved"),
        }[clock.metric]
        if not clock.deadline:
            return {"what": what, "until": "", "label": self.env._("on hold"), "color": "text-bg-warning"}
        is_late = clock.deadline < fields.Datetime.now()
        return {
            "what": what,
            "until": self.env._("by %(deadline)s", deadline=self._format_at_site(clock.deadline)),
            "label": self.env._("late") if is_late else self.env._("promised"),
            "color": "text-bg-danger" if is_late else "text-bg-light border",
        }

    def _get_past_words(self, clock):
        """Return the words of a promise that was kept, or came late."""
        is_kept = clock.state in ("met", "excused")
        return {
            "what": {
                "response": self.env._("We answered"),
                "on_site": self.env._("We were with you"),
                "workaround": self.env._("You could work again"),
                "resolution": self.env._("It was solved"),
            }[clock.metric],
            "until": self._format_at_site(clock.stopped_at),
            "label": self.env._("kept") if is_kept else self.env._("late"),
            "color": "text-bg-success" if is_kept else "text-bg-secondary",
        }

    def _get_portal_deadline(self):
        """Return the next promise in short as ``words`` and ``color``, or None when none is open."""
        self.ensure_one()
        if self.closed_at or not self.next_deadline:
            return None
        clock = self.clock_ids.filtered(
            lambda clock: not clock.stopped_at and clock.deadline == self.next_deadline and clock.state != "void"
        )[:1]
        promise = self._get_promise_words(clock) if clock else None
        if not promise:
            return None
        is_late = self.next_deadline < fields.Datetime.now()
        color = "text-danger" if is_late else "text-warning-emphasis" if self.sla_state == "warning" else "text-success"
        return {"words": f"{promise['what']} {promise['until']}", "color": color, "is_late": is_late}

    def _is_waiting_for_customer(self):
        """Tell whether this call waits for something that only its customer can do."""
        self.ensure_one()
        # Customers read nothing of why a call waits, but may know that it waits for them.
        return not self.closed_at and self.sudo().pause_reason_id.waits_for in CUSTOMER_WAITS

    def _get_portal_waiting_domain(self):
        """Hook: return the domain of the calls that wait for their customer."""
        # As in _is_waiting_for_customer. The list shows him those of them that he may read.
        reasons = self.env["service.pause.reason"].sudo().search([("waits_for", "in", CUSTOMER_WAITS)])
        waiting = Domain("pause_reason_id", "in", reasons.ids) & Domain("is_closed", "=", False)
        return Domain("id", "in", self.sudo()._search(waiting))

    def _get_portal_hold_domain(self):
        """Hook: return the domain of the calls on hold that wait for something else than their customer."""
        on_hold = Domain("is_paused", "=", True) & Domain("is_closed", "=", False)
        return on_hold & ~self._get_portal_waiting_domain()
