# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 100


class ServiceContractObligation(models.Model):
    """Reminding the responsible before a duty is due, and asking the figures for what is measured."""

    _inherit = "service.contract.obligation"

    @api.model
    def _cron_remind_obligations(self):
        """Once a day: remind of what is due soon, once per due date, and measure what is measured.

        A batch is done at once; where one of it fails, each is done alone, the failure is logged and noted on the
        obligation, and the others go on. Nothing is done twice when the job is repeated or was killed half-way.
        """
        cron = self.env["ir.cron"]
        parts = [
            (self._get_reminder_domain(), type(self)._remind),
            (self._get_measured_domain(), type(self)._refresh_measured),
        ]
        cron._commit_progress(remaining=sum(self.search_count(domain) for domain, _method in parts))
        for domain, method in parts:
            last_id = 0
            while records := self.search(domain & Domain("id", ">", last_id), order="id", limit=BATCH):
                last_id = records[-1].id
                records._do_or_tell(method)
                if not cron._commit_progress(len(records)):
                    return

    @api.model
    def _get_reminder_domain(self):
        """Hook: return the domain of the obligations whose responsible is told today."""
        domains = []
        for company in self.env["res.company"].search([]):
            tz = self.env["res.partner"]._get_service_tz(company)
            today = fields.Date.context_today(self.with_context(tz=tz))
            domains.append(Domain("company_id", "=", company.id) & Domain("date_reminder", "<=", today))
        return Domain.OR(domains) & Domain("contract_state", "in", ("active", "suspended"))

    @api.model
    def _get_measured_domain(self):
        """Hook: return the domain of the obligations that are measured each day."""
        return (
            Domain("is_measured", "=", True)
            & Domain("state", "=", "open")
            & Domain("contract_state", "in", ("active", "suspended"))
        )

    def _do_or_tell(self, method):
        """Do something for these obligations at once, else for each alone; a failure stays with the one that fails.

        :param method: function of a recordset
        """
        try:
            with self.env.cr.savepoint():
                method(self)
                self.env.flush_all()
                return
        except Exception:  # noqa: BLE001 - whatever it is, the other obligations must go on
            _logger.warning("%s obligations together failed, going one by one.", len(self), exc_info=True)
            self.env.invalidate_all(flush=False)
        for record in self:
            try:
                with self.env.cr.savepoint():
                    method(record)
                    self.env.flush_all()
            except Exception as error:  # noqa: BLE001 - reported on the obligation, the others go on
                self.env.invalidate_all(flush=False)
                _logger.exception("Obligation %s failed", record.id)
                record._message_log(body=self.env._("The daily job failed here: %(error)s", error=error))

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
