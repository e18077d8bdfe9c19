# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

RUNNING = Domain("contract_state", "in", ("active", "suspended"))


class ServiceContractObligation(models.Model):
    """Reminding the responsible before a duty is due, and asking the figures for what is measured."""

    _name = "service.contract.obligation"
    _inherit = ["service.contract.obligation", "service.batch.mixin"]

    @api.model
    def _cron_remind_obligations(self):
        """Once a day: remind of what is due soon, once per due date, and measure what is measured.

        Nothing is done twice when the job is repeated or was killed half-way.
        """
        self._do_in_batches(
            [
                (self._get_reminder_domain(), type(self)._remind),
                (self._get_measured_domain(), type(self)._refresh_measured),
            ]
        )

    @api.model
    def _get_reminder_domain(self):
        """Hook: return the domain of the obligations whose responsible is told today."""
        domains = []
        for (company,) in self._read_group(RUNNING & Domain("date_reminder", "!=", False), ["company_id"]):
            tz = self.env["res.partner"]._get_service_tz(company)
            today = fields.Date.context_today(self.with_context(tz=tz))
            domains.append(Domain("company_id", "=", company.id) & Domain("date_reminder", "<=", today))
        return Domain.OR(domains) & RUNNING

    @api.model
    def _get_measured_domain(self):
        """Hook: return the domain of the obligations that are measured each day."""
        return Domain("is_measured", "=", True) & Domain("state", "=", "open") & RUNNING

    def _remind(self):
        """Plan one activity per obligation for its responsible, dated on the due date."""
        for (user, due), records in self.grouped(lambda record: (record.user_id, record.date_due)).items():
            if not user.active:
                continue
            # The activity is the reminder: an e-mail for each of many would only hide it.
            in_his_language = records.with_context(lang=user.lang, mail_activity_quick_update=True)
            in_his_language.activity_schedule(
                "service_contract.mail_activity_type_obligation",
                date_deadline=due,
                summary=in_his_language.env._("Due under the contract"),
                user_id=user.id,
            )
            records.date_reminded = due
