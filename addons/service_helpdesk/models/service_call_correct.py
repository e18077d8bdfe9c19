# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError

from ..const import CLOSING_KINDS, EVENT_KINDS, INSTANT_FIELD_BY_KIND, STAGE_FLAG_BY_KIND
from ..engine.sla_clock import VOID, Event, effective_events, oddities, root_of

HOLDING_KINDS = {"paused", "resumed", "travel", "arrived"}


class ServiceCall(models.Model):
    """Corrections of the log: a further row takes the place of a wrong one, or tells of what nobody entered."""

    _inherit = "service.call"

    def action_correct(self, reason, at=None, event_id=None, kind=None):
        """Correct the log of a call: what was promised is judged again by what really happened.

        With an event and an instant that event happened then; with an event alone it did not happen at all; with a
        kind and an instant something happened that nobody entered. The last correction of an event holds.

        :param str reason: why, kept in the log
        :param at: when it really happened, naive UTC or its ISO text
        :param int event_id: the event that is wrong
        :param str kind: kind of the event that is missing
        :return: True
        :raise AccessError: unless the user is a controller
        :raise ValidationError: with one sentence, when it cannot have happened so
        """
        self.ensure_one()
        self._check_may_correct()
        self.check_access("read")
        event = self.sudo().event_ids.filtered(lambda event: event.id == event_id)
        if event_id and not event:
            raise ValidationError(self.env._("This event is not in the log of call %(call)s.", call=self.name))
        at = fields.Datetime.to_datetime(at)
        self._check_correction(reason, at, event, kind)
        # The log belongs to the machine; the controller's right was checked above.
        self.sudo()._correct_log(reason.strip(), at, event, kind)
        return True

    def _check_may_correct(self):
        if not self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller"):
            raise AccessError(self.env._("Only a controller may correct the log of a call."))

    def _check_correction(self, reason, at, event, kind):
        """Refuse a correction that cannot be true, with one sentence."""
        if not (reason or "").strip():
            raise ValidationError(self.env._("Say why the log is corrected."))
        if not event and (not at or kind not in dict(EVENT_KINDS) or kind in ("raised", VOID)):
            raise ValidationError(self.env._("Say what happened and when."))
        if event and event.is_superseded:
            raise ValidationError(self.env._("This event was corrected already: correct its latest version."))
        if event and event.kind == VOID:
            raise ValidationError(self.env._("This event was struck out: enter it anew if it happened after all."))
        if event.kind == "raised" and not at:
            raise ValidationError(self.env._("A call was raised: correct when, or cancel the call."))
        if at and at > fields.Datetime.now():
            raise ValidationError(self.env._("What happens in the future cannot be in the log."))
        self._check_corrected_order(at, event, kind)

    def _check_corrected_order(self, at, event, kind):
        """Refuse a correction after which the log tells what cannot have happened."""
        events = self.sudo().event_ids._to_engine()
        corrected = [*events, self._get_corrected_event(events, at, event, kind)]
        new = oddities(corrected) - oddities(events)
        if not new:
            return
        # Of several the first row is the plainest.
        root_id, code = min(new)
        kinds = dict(self.env["service.call.event"]._fields["kind"]._description_selection(self.env))
        odd = next(row for row in effective_events(corrected) if root_of(row, corrected) == root_id)
        sentences = {
            "early": self.env._("before the call was raised"),
            "closed": self.env._("while the call was closed"),
            "open": self.env._("although the call was not closed"),
            "paused": self.env._("while the call was on hold already"),
            "running": self.env._("although the call was not on hold"),
        }
        raise ValidationError(
            self.env._(
                "This cannot be: %(event)s at %(at)s would have happened %(why)s. Correct that first.",
                event=kinds[odd.kind],
                at=self._format_at_site(odd.at),
                why=sentences[code],
            )
        )

    def _get_corrected_event(self, events, at, event, kind):
        """Return the row that a correction adds, as a value of the engine."""
        return Event(
            id=max((row.id for row in events), default=0) + 1,
            kind=(event.kind if at else VOID) if event else kind,
            at=at or event.at,
            corrects_id=event.id or None,
        )

    def _correct_log(self, reason, at, event, kind):
        """Write the row, let the call follow its log, and say what moved (sudo)."""
        row = self._get_corrected_event(self.event_ids._to_engine(), at, event, kind)
        moved = self._preview_log([*self.event_ids._to_engine(), row])
        body = self._get_correction_text(reason, at, event, kind)
        new = self._log_event(row.kind, row.at, corrects_id=event.id, reason=reason)
        self.invalidate_recordset(["event_ids"])
        self._follow_log({event.kind or kind, row.kind})
        self._message_log(body=Markup("<br/>").join([body, *(self._get_moved_text(change) for change in moved)]))
        if "raised" in (event.kind, kind) and not self.is_closed:
            self._resolve_cover()
        else:
            self._replay_clocks()
        self._after_corrected(new)

    def _follow_log(self, kinds):
        """Let the call's own columns and its stage follow its log after a correction (sudo).

        :param set kinds: kinds of the events concerned; what the others left on the call stays
        """
        names = {INSTANT_FIELD_BY_KIND[kind] for kind in kinds if kind in INSTANT_FIELD_BY_KIND}
        if kinds & {*CLOSING_KINDS, "reopened"}:
            names |= {"closed_at", "replied_at", "is_paused"}
        if kinds & HOLDING_KINDS:
            names.add("is_paused")
        facts = {name: value for name, value in self._fold_log().items() if name in names}
        was_closed, was_paused = self.is_closed, self.is_paused
        if "raised" in kinds:
            facts["raised_at"] = next(row.at for row in effective_events(self.event_ids._to_engine()))
        self._store(facts)
        if self.is_closed != was_closed or self.is_paused != was_paused:
            self._advance_stage(STAGE_FLAG_BY_KIND[self._get_standing_kind()], is_back_allowed=True)
        elif not self.is_closed and not self.is_paused:
            self._advance_stage(STAGE_FLAG_BY_KIND[self._get_progress_kind()])

    def _fold_log(self):
        """Return what the log says of the call: its instants and whether it is on hold."""
        facts = {**dict.fromkeys(INSTANT_FIELD_BY_KIND.values(), False), "is_paused": False}
        for event in effective_events(self.event_ids._to_engine()):
            if event.kind in INSTANT_FIELD_BY_KIND:
                facts[INSTANT_FIELD_BY_KIND[event.kind]] = event.at
            if event.kind == "reopened":
                facts.update(closed_at=False, replied_at=False)
            if event.kind in (*CLOSING_KINDS, *HOLDING_KINDS):
                facts["is_paused"] = event.kind == "paused"
        return facts

    def _get_standing_kind(self):
        """Return the kind of event that says where the call stands: closed, on hold, or how far it has come."""
        if self.is_closed:
            rows = effective_events(self.event_ids._to_engine())
            return next((row.kind for row in reversed(rows) if row.kind in CLOSING_KINDS), "completed")
        return "paused" if self.is_paused else self._get_progress_kind()

    def _preview_log(self, events):
        """Tell how the clocks of the call would stand if its log were another one (sudo).

        :param list events: the log, as values of the engine
        :return: list of dicts `metric`, `before` and `after`, (state, deadline) each, of the clocks that change
        """
        self.ensure_one()
        stored = {(clock.metric, clock.cycle): clock for clock in self.clock_ids if clock.state != "void"}
        answers = {
            (target.metric, answer.cycle): answer
            for target, answer in self._ask_engine(fields.Datetime.now(), {self: events})[self]
        }
        changes = []
        for key in sorted({*stored, *answers}):
            clock, answer = stored.get(key), answers.get(key)
            before = (clock.state, clock.deadline) if clock else (False, False)
            after = (answer.state, answer.deadline or False) if answer else ("void", False)
            if clock and clock.is_excused and after[0] == "missed":
                after = ("excused", after[1])
            if before != after and (clock or after[0] != "void"):
                changes.append({"metric": key[0], "before": before, "after": after})
        return changes

    def _get_moved_text(self, change):
        """Return the sentence that tells of one clock of :meth:`_preview_log`."""
        clocks = self.env["service.sla.clock"]
        metrics = dict(clocks._fields["metric"]._description_selection(self.env))
        return self.env._(
            "%(metric)s: %(before)s, now %(after)s.",
            metric=metrics[change["metric"]],
            before=self._get_clock_words(*change["before"]),
            after=self._get_clock_words(*change["after"]),
        )

    def _get_clock_words(self, state, deadline):
        """Return a clock in words: "missed (deadline 18 Nov 2026 14:00)"."""
        states = dict(self.env["service.sla.clock"]._fields["state"]._description_selection(self.env))
        if not state:
            return self.env._("no target")
        if not deadline:
            return states[state].lower()
        return self.env._(
            "%(state)s (deadline %(deadline)s)", state=states[state].lower(), deadline=self._format_at_site(deadline)
        )

    def _get_correction_text(self, reason, at, event, kind):
        """Return the sentence by which the call tells of a correction."""
        kinds = dict(self.env["service.call.event"]._fields["kind"]._description_selection(self.env))
        words = {
            "event": kinds[event.kind or kind],
            "before": self._format_at_site(event.at),
            "after": self._format_at_site(at),
            "reason": reason,
        }
        if not event:
            return self.env._("Log corrected: %(event)s at %(after)s was missing. %(reason)s", **words)
        if not at:
            return self.env._("Log corrected: %(event)s at %(before)s did not happen. %(reason)s", **words)
        return self.env._("Log corrected: %(event)s was at %(after)s, not at %(before)s. %(reason)s", **words)

    # ------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------

    def _after_corrected(self, events):
        """Hook: the log of a call was corrected and its clocks were judged again.

        :param events: the new rows of the log
        """
