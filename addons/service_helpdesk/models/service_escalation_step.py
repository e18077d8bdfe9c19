# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class ServiceEscalationStep(models.Model):
    """A rule that was carried out for a clock, once: the database knows no second row of the same point."""

    _name = "service.escalation.step"
    _description = "Escalation Done"
    _order = "done_at desc, id desc"
    _check_company_auto = True

    clock_id = fields.Many2one(
        comodel_name="service.sla.clock",
        required=True,
        index=True,
        ondelete="cascade",
    )
    call_id = fields.Many2one(related="clock_id.call_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="clock_id.company_id", store=True, index=True, precompute=True)
    rule_id = fields.Many2one(
        comodel_name="service.escalation.rule",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    metric = fields.Selection(related="clock_id.metric")
    number = fields.Integer(required=True, default=0, help="Of a rule that repeats: 0 is the first time.")
    due_at = fields.Datetime()
    done_at = fields.Datetime(default=fields.Datetime.now)
    told_user_ids = fields.Many2many(comodel_name="res.users", string="Told")
    changes = fields.Char(string="What Changed")
    error = fields.Char(help="Why it could not be carried out.")

    _once = models.UniqueIndex("(clock_id, rule_id, number)", "An escalation rule acts once at each of its points.")

    @api.depends("rule_id", "call_id")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.call_id.name} {step.rule_id.name}"

    def _carry_out(self):
        """Do what the rules of these steps say; of a rule that is late several times over, once.

        A step that fails keeps the reason, and stops no other.
        """
        latest = {(step.clock_id, step.rule_id): step for step in self.sorted("number")}
        for step in latest.values():
            try:
                with self.env.cr.savepoint():
                    step._do()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception as error:  # noqa: BLE001 - reported on the step and the call, the others go on
                _logger.exception("Escalation step %s could not be carried out", step.id)
                step.error = str(error)
                step.call_id._message_log(
                    body=self.env._(
                        "Escalation rule %(rule)s could not be carried out: %(error)s",
                        rule=step.rule_id.name,
                        error=error,
                    )
                )

    def _do(self):
        """Change what the rule changes, and tell whom it tells (sudo: the machine acts for whoever wrote the rule)."""
        self.ensure_one()
        step = self.sudo()
        rule, call = step.rule_id, step.call_id
        users = call.user_id if rule.tells_owner else call.user_id.browse()
        texts = step._change(rule, call)
        users |= rule._get_users(call)
        step.write({"told_user_ids": [Command.set(users.ids)], "changes": "; ".join(texts)})
        body = step._get_text(users)
        call._message_log(body=body)
        for user in users:
            call.activity_schedule("mail.mail_activity_data_todo", summary=rule.name, note=body, user_id=user.id)
        key = f"{step.clock_id.id} {rule.id} {step.number}"
        call._notify_event("escalation_step", bodies={call.id: body}, key=key)
        step._after_carried_out()

    def _change(self, rule, call):
        """Change what the rule changes on the call (sudo), and return in words what was changed."""
        values = rule._prepare_call_values(call)
        # Before the owner is taken away: whoever had the call gets it back when the team declines.
        asked = rule._ask_team(call, self._get_reason())
        if values:
            call.write(values)
        return [
            text for name, text in rule._get_change_texts().items() if (asked if name == "asked" else name in values)
        ]

    def _get_reason(self):
        """Return for what reason another team is asked."""
        return self.env._(
            "%(rule)s: %(metric)s, %(when)s",
            rule=self.rule_id.name,
            metric=self.clock_id._get_label("metric"),
            when=self.rule_id._get_when_text(),
        )

    def _get_text(self, users):
        """Return the sentence by which the call tells of the step."""
        clock = self.clock_id
        return self.env._(
            "Escalation: %(metric)s, %(when)s (deadline %(deadline)s). %(names)s",
            metric=clock._get_label("metric"),
            when=self.rule_id._get_when_text(),
            deadline=self.call_id._format_at_site(clock.deadline),
            names=self.env._("Told: %(names)s.", names=", ".join(users.mapped("name"))) if users else "",
        )

    # ------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------

    def _after_carried_out(self):
        """Hook: a rule was carried out for the clock of this step."""
