# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

NOT_VALIDATED = {"validated_at": False, "validated_by_id": False}


class ServiceWork(models.Model):
    """The way of a line: submitted by whoever did the work, validated or refused by a controller."""

    _inherit = "service.work"

    _transitions = {
        "draft": {"submitted"},
        "submitted": {"draft", "validated", "refused"},
        "refused": {"draft"},
        "validated": {"submitted"},
    }

    decision = fields.Selection(
        selection=[("free", "Free"), ("chargeable", "Chargeable")],
        string="Decided by Hand",
        copy=False,
        help="A controller decides who pays, whatever the contract says. Nothing is taken from a quota then.",
    )
    decision_reason = fields.Char(string="Why Decided", copy=False)
    decided_by_id = fields.Many2one(comodel_name="res.users", readonly=True, copy=False)
    validation_error = fields.Char(
        string="Why Not Validated",
        readonly=True,
        copy=False,
        help="What stood in the way when the line was validated together with others.",
    )

    @api.constrains("decision", "decision_reason")
    def _check_decision_reason(self):
        for line in self:
            if line.decision and not (line.decision_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why %(line)s on call %(call)s is decided by hand.",
                        line=line.name,
                        call=line.call_id.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_decided_values(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._prepare_decided_values(vals))

    @api.model
    def _prepare_decided_values(self, vals):
        """Return values with who decides by hand who pays; only a controller does.

        :raise AccessError: unless the user is a controller
        """
        values = {name: value for name, value in vals.items() if name != "decided_by_id"}
        if values.get("decision") or ("decision" in values and self):
            self._check_controller()
            values["decided_by_id"] = values["decision"] and self.env.uid
        return values

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_submit(self):
        """Hand draft lines to the controllers of their team.

        :raise UserError: for lines that are not drafts, or lack what their call wants
        """
        self._check_transition("submitted")
        self._check_submission()
        self._transition("submitted")
        self._tell_controllers()
        self._after_submitted()
        return True

    def action_draft(self):
        """Take submitted or refused lines back to correct them."""
        self._transition("draft")
        return True

    def action_decide(self, decision, reason):
        """Decide by hand who pays for lines that are not validated yet.

        :param str decision: ``free`` or ``chargeable``; empty leaves it to the contract again
        :param str reason: kept with the lines
        :raise AccessError: unless the user is a controller
        """
        self.write({"decision": decision or False, "decision_reason": reason if decision else False})
        return True

    def action_validate(self):
        """Accept submitted lines, all or none: decide who pays, draw on the quotas, freeze the cost.

        :raise AccessError: unless the user is a controller
        :raise UserError: when the work lies in a closed contract period, lacks a receipt or is one's own
        """
        self._check_controller()
        self._check_transition("validated")
        for line in self:
            if refusal := line._get_validation_refusal():
                raise UserError(refusal)
        self._validate()
        return True

    def action_validate_each(self):
        """Validate what can be validated of these lines, and say on the others what stands in the way.

        :return: a notification that counts both
        """
        self._check_controller()
        refusal_by_line = {line: line._get_validation_refusal() for line in self if line.state == "submitted"}
        refused = {line: refusal for line, refusal in refusal_by_line.items() if refusal}
        fit = self.browse([line.id for line, refusal in refusal_by_line.items() if not refusal])
        refused.update(fit._validate_or_explain())
        for line, refusal in refused.items():
            # What stood in the way is told by the machine; the controller's right was checked above.
            line.sudo().validation_error = refusal
        return self._prepare_validation_notice(len(refusal_by_line) - len(refused), refused)

    def action_refuse(self, reason=None):
        """Send submitted lines back to whoever entered them, with a task to correct them.

        :param str reason: what is wrong with them
        :raise UserError: without a reason
        """
        self._check_controller()
        if not (reason or "").strip():
            raise UserError(self.env._("Say what is wrong with the work: whoever did it has to correct it."))
        self._transition("refused")
        self.sudo().write({"refusal_reason": reason})
        self._tell_refused(reason)
        return True

    def action_open_refuse(self):
        """Ask for the reason why these lines are refused."""
        self._check_controller()
        self._check_transition("refused")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_work_refuse_action"),
            "context": {"default_work_ids": self.ids},
        }

    def action_unvalidate(self):
        """Take a validation back: the quotas get exactly what was taken from them."""
        self._check_controller()
        self._check_transition("submitted")
        for line in self:
            if line.state != "validated":
                raise UserError(line._get_transition_refusal("submitted"))
        self._check_can_unvalidate()
        self._transition("submitted")
        # The quotas and the cost belong to the machine; the controller's right was checked above.
        self.sudo()._uncharge()
        self._after_unvalidated()
        return True

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _check_controller(self):
        if not self.env.su and not self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller"):
            raise AccessError(self.env._("Only a controller validates or refuses work, or decides who pays for it."))

    def _get_transition_refusal(self, target):
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(line)s on call %(call)s is %(state)s: it cannot become %(target)s.",
            line=self.name,
            call=self.call_id.name,
            state=states[self.state],
            target=states[target],
        )

    def _prepare_transition_values(self, target):
        values = {**super()._prepare_transition_values(target), **NOT_VALIDATED, "validation_error": False}
        if target == "validated":
            values.update(validated_at=fields.Datetime.now(), validated_by_id=self.env.uid)
        if target != "refused":
            values["refusal_reason"] = False
        return values

    def _validate(self):
        """Validate lines that were checked: who pays, what it costs, then the state."""
        # The quotas and the cost belong to the machine; the controller's right was checked before.
        lines = self.sudo()
        lines._charge()
        for line in lines:
            unit_cost = line._get_unit_cost()
            line.write({"unit_cost": unit_cost, "cost": line.currency_id.round(unit_cost * line.quantity)})
        self._transition("validated")
        self._after_validated()

    def _validate_or_explain(self):
        """Validate lines together, else each alone: one that fails does not stop the others.

        :return: {line that failed: why}
        """
        if not self:
            return {}
        try:
            with self.env.cr.savepoint():
                self._validate()
            return {}
        except (UserError, ValidationError) as error:
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                return {self: str(error)}
        half = len(self) // 2
        return {**self[:half]._validate_or_explain(), **self[half:]._validate_or_explain()}

    def _get_validation_refusal(self):
        """Return why this line cannot be validated by the user, or None."""
        self.ensure_one()
        company = self.company_id
        if company.service_work_needs_second_person and self.user_id == self.env.user and not self.env.su:
            return self.env._(
                "%(line)s on call %(call)s is your own work: another controller validates it.",
                line=self.name,
                call=self.call_id.name,
            )
        if self.kind == "expense" and company.service_expense_needs_receipt and not self.attachment_ids:
            return self.env._(
                "%(line)s on call %(call)s has no receipt: attach it first.",
                line=self.name,
                call=self.call_id.name,
            )
        return None

    def _prepare_validation_notice(self, done, refused):
        """Return the notification that counts what was validated and what was not."""
        message = self.env._("%(count)s lines validated.", count=done)
        if refused:
            reason = next(iter(refused.values()))
            message = self.env._(
                "%(done)s lines validated, %(refused)s not: %(reason)s",
                done=done,
                refused=len(refused),
                reason=reason,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "message": message,
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------
    # Who is told
    # ------------------------------------------------------------

    def _tell_controllers(self):
        """Tell the controllers of work to validate: once per call and day."""
        # Whoever submits work need not be able to change its call.
        calls = self.call_id.sudo()
        today = fields.Date.today()
        news = calls.filtered(lambda call: call.date_work_told != today)
        if news:
            news._store({"date_work_told": today})
            news._notify_event("work_to_validate")

    def _tell_refused(self, reason):
        """Give whoever did refused work the task to correct it: one per call and person."""
        for (call, user), lines in self.grouped(lambda line: (line.call_id, line.user_id)).items():
            if not user or user == self.env.user:
                continue
            names = ", ".join(lines.mapped("name"))
            # Controllers need no right to change the call of the work that they refuse.
            call.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Correct refused work: %(lines)s", lines=names),
                note=reason,
                user_id=user.id,
            )
