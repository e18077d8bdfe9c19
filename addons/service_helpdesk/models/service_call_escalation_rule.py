# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import fields, models

from ..const import CALL_READERS


class ServiceCall(models.Model):
    """The escalation rules that concern the clocks of a call."""

    _inherit = "service.call"

    escalation_step_ids = fields.One2many(
        comodel_name="service.escalation.step",
        inverse_name="call_id",
        string="Escalations Done",
        readonly=True,
        groups=CALL_READERS,
    )

    def _clock_fields(self):
        return super()._clock_fields() | {"team_id"}

    def _get_escalation_rules(self):
        """Return the rules of the companies of these calls (sudo): one query for all of them."""
        return self.env["service.escalation.rule"].sudo().search([("company_id", "in", self.company_id.ids)])

    def _mark_target(self, target, engine_target, rules):
        """Return the engine's target with the points at which rules act on this call.

        :param target: `service.sla.target`
        :param engine_target: :class:`engine.sla_clock.Target`
        :param rules: as of :meth:`_get_escalation_rules`
        """
        concerned = rules.filtered(lambda rule: rule._concerns(self, target)) if rules else rules
        return replace(engine_target, marks=concerned._get_marks()) if concerned else engine_target

    def _drop_done_marks(self, answers_by_call, clocks):
        """Leave the points that were acted on already out of the engine's answers.

        :param dict answers_by_call: as of `_ask_engine`
        :param dict clocks: {(call id, metric, cycle): service.sla.clock}
        """
        if not any(answer.marks for answers in answers_by_call.values() for _target, answer in answers):
            return answers_by_call
        done = {}
        stored = self.env["service.sla.clock"].union(*clocks.values())
        for step in self.env["service.escalation.step"].sudo().search([("clock_id", "in", stored.ids)]):
            done.setdefault(step.clock_id, set()).add((step.rule_id.id, step.number))
        left = {}
        for call, answers in answers_by_call.items():
            left[call] = []
            for target, answer in answers:
                clock = clocks.get((call.id, target.metric, answer.cycle))
                gone = done.get(clock, ())
                marks = () if clock and clock.is_excused else answer.marks
                marks = tuple(mark for mark in marks if mark[0] not in gone)
                left[call].append((target, replace(answer, marks=marks)))
        return left
