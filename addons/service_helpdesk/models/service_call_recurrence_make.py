# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .service_call_recurrence import RULE_FIELDS


class ServiceCallRecurrence(models.Model):
    """Making the calls of recurring ones: by the job when they are due, or at once by hand."""

    _inherit = "service.call.recurrence"

    @api.model_create_multi
    def create(self, vals_list):
        recurrences = super().create(vals_list)
        recurrences._set_alarm()
        return recurrences

    def write(self, vals):
        result = super().write(vals)
        if set(RULE_FIELDS) & vals.keys():
            self._set_alarm()
        return result

    def _set_alarm(self):
        """Ask the job to run when the first of these is due."""
        if alarms := [recurrence.next_make_at for recurrence in self if recurrence.next_make_at]:
            # Whoever writes a recurring call may set the alarm.
            self.env.ref("service_helpdesk.ir_cron_recurrence_make").sudo()._trigger(at=min(alarms))

    @api.model
    def _cron_make_calls(self):
        """Make the calls that are due, each date once; a recurring call that fails is noted on itself."""
        now = fields.Datetime.now()
        self._do_in_batches(
            [(Domain("next_make_at", "<=", now), lambda recurrences: recurrences._make_due(now))],
        )
        self.search([("next_make_at", ">", now)], order="next_make_at", limit=1)._set_alarm()

    def _make_due(self, now):
        """Make what is due until ``now``, by each one's rule for what was missed."""
        for recurrence in self:
            due = []
            for nominal, placed in recurrence._get_plan(366):
                if recurrence._get_make_at(placed) > now:
                    break
                due.append((nominal, placed))
            if recurrence._is_over():
                recurrence._leave_out(due, self.env._("The contract is no longer active"))
            elif due:
                made = recurrence._choose_due(due, now)
                recurrence._leave_out([entry for entry in due if entry not in made], self.env._("Missed, not made"))
                for nominal, placed in made:
                    recurrence._make_call(nominal, placed)
            recurrence.date_last = due[-1][0] if due else recurrence.date_last

    def _is_over(self):
        self.ensure_one()
        return self.ends_with_contract and self.contract_id and self.contract_id.sudo().state != "active"

    def _choose_due(self, due, now):
        """Return which of the due dates are made: what is not of today was missed."""
        if self.catch_up == "all":
            return due
        today = now.replace(tzinfo=pytz.utc).astimezone(self._get_tz()).date() + timedelta(days=self.lead_days)
        if self.catch_up == "none":
            return [entry for entry in due if entry[1] >= today]
        return due[-1:]

    def _leave_out(self, entries, why):
        if entries:
            days = ", ".join(format_date(self.env, nominal) for nominal, _placed in entries)
            self._message_log(body=self.env._("%(why)s: %(days)s", why=why, days=days))

    def _make_call(self, nominal, placed):
        """Make the call of a date, and return it."""
        self.ensure_one()
        return self.env["service.call"].with_company(self.company_id).create(self._prepare_call_values(nominal, placed))

    def _prepare_call_values(self, nominal, placed):
        """Hook: return the values of the call of a date.

        :param date nominal: the date of the rule
        :param date placed: the day on which it is done
        """
        self.ensure_one()
        values = {
            "subject": self.name,
            "description": self.description,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "site_id": self.site_id.id,
            "equipment_id": self.equipment_id.id,
            "type_id": self.type_id.id,
            "priority": self.priority,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "company_id": self.company_id.id,
            "channel": "api",
            "recurrence_id": self.id,
            "recurrence_date": nominal,
            "recurrence_day": placed,
        }
        return {name: value for name, value in values.items() if value}

    def action_make_now(self):
        """Make the next call at once.

        :return: an `ir.actions.act_window` dict of the call
        :raise UserError: when there is no further date
        """
        self.ensure_one()
        plan = self._get_plan(1)
        if not plan or self._is_over():
            raise UserError(self.env._("There is no further date: look at the last day and the contract."))
        call = self._make_call(*plan[0])
        self.date_last = plan[0][0]
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.call",
            "res_id": call.id,
            "views": [(False, "form")],
        }

    def action_view_calls(self):
        """Open the calls that were made.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {**action, "domain": [("recurrence_id", "in", self.ids)], "context": {}}
