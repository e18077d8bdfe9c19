# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)

BATCH = 100


class ServiceEquipment(models.Model):
    """The list of warranties that end, and the reminders before they do."""

    _inherit = "service.equipment"

    warranty_days_left = fields.Integer(
        compute="_compute_warranty_days_left",
        help="Days until the warranty ends; negative when it has ended.",
    )
    warranty_reminded_end = fields.Date(
        readonly=True,
        copy=False,
        help="The end of the warranty of which somebody was reminded; another end is reminded of again.",
    )

    _warranty_end_idx = models.Index(
        "(warranty_date_end, id) WHERE active IS TRUE AND warranty_date_end IS NOT NULL",
    )

    # As of now, for the units on the screen only.
    @api.depends("warranty_date_end")
    def _compute_warranty_days_left(self):
        today = fields.Date.context_today(self)
        for equipment in self:
            end = equipment.warranty_date_end
            equipment.warranty_days_left = (end - today).days if end else 0

    # ------------------------------------------------------------------
    # Scheduled action
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind_warranty(self):
        """Once a day: remind of the warranties that end soon, once per unit and end.

        A batch is done at once; where one unit fails, each of its batch is done alone, the failure is logged and
        noted on the unit, and the others go on. A unit that nobody is responsible for is counted in the log.
        """
        cron = self.env["ir.cron"]
        domain = self._get_warranty_reminder_domain()
        cron._commit_progress(remaining=self.search_count(domain))
        last_id, left_out = 0, 0
        while units := self.search(domain & Domain("id", ">", last_id), order="id", limit=BATCH):
            last_id = units[-1].id
            reminded = units._remind_warranty_or_tell()
            left_out += len(units - reminded)
            if not cron._commit_progress(len(units)):
                break
        if left_out:
            _logger.warning("%s units whose warranty ends soon have nobody to be reminded.", left_out)

    @api.model
    def _get_warranty_reminder_domain(self):
        """Hook: return the domain of the units of all companies to be reminded of today."""
        domains = []
        for company in self.env["res.company"].search([("service_warranty_reminder_days", ">", 0)]):
            tz = self.env["res.partner"]._get_service_tz(company)
            today = fields.Date.context_today(self.with_context(tz=tz))
            last = today + relativedelta(days=company.service_warranty_reminder_days)
            domains.append(
                Domain("company_id", "=", company.id)
                & Domain("warranty_date_end", ">=", today)
                & Domain("warranty_date_end", "<=", last)
            )
        not_yet = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS DISTINCT FROM %s",
                model._field_to_sql(alias, "warranty_reminded_end", query),
                model._field_to_sql(alias, "warranty_date_end", query),
            ),
            predicate=lambda unit: unit.warranty_reminded_end != unit.warranty_date_end,
        )
        return Domain.OR(domains) & Domain("state", "!=", "retired") & not_yet

    def _remind_warranty_or_tell(self):
        """Remind of the ends of these units' warranties; failures stay with the unit that fails.

        :return: the units without those that nobody is responsible for
        """
        try:
            with self.env.cr.savepoint():
                return self._remind_warranty()
        except Exception:  # noqa: BLE001 - whatever it is, the other units must go on
            _logger.warning("Reminding of %s warranties together failed, going one by one.", len(self), exc_info=True)
        reminded = self
        for equipment in self:
            try:
                with self.env.cr.savepoint():
                    reminded -= equipment - equipment._remind_warranty()
            except Exception as error:  # noqa: BLE001 - reported on the unit, the others go on
                _logger.exception("Nobody could be reminded of the warranty of unit %s", equipment.id)
                equipment._message_log(
                    body=self.env._("Nobody could be reminded of the end of the warranty: %(error)s", error=error)
                )
        return reminded

    def _remind_warranty(self):
        """Plan one activity per unit, and queue the customers' messages of companies that want them.

        :return: the units whose responsible was reminded
        """
        user_by_unit = self._get_warranty_responsible()
        units = self.browse([unit.id for unit in self if unit in user_by_unit])
        for (user, end), batch in units.grouped(lambda unit: (user_by_unit[unit], unit.warranty_date_end)).items():
            # The activity is the reminder: an e-mail for each of many units would only hide it.
            in_his_language = batch.with_context(lang=user.lang, mail_activity_quick_update=True)
            in_his_language.activity_schedule(
                "service_equipment.mail_activity_type_warranty",
                summary=in_his_language.env._(
                    "The warranty ends on %(end)s", end=format_date(in_his_language.env, end)
                ),
                user_id=user.id,
            )
            batch.warranty_reminded_end = end
        units.filtered("company_id.service_warranty_mail")._mail_warranty_end()
        return units

    def _get_warranty_responsible(self):
        """Return who is reminded of each unit: its responsible, the customer's salesperson, or the company's choice.

        Only who may open the unit is asked.

        :return: dict of unit to `res.users`, without the units that have nobody
        """
        user_by_unit = {}
        for equipment in self:
            company = equipment.company_id
            users = (
                equipment.user_id,
                equipment.partner_id.user_id or equipment.commercial_partner_id.user_id,
                company.service_warranty_user_id,
            )
            for user in users:
                # Each unit by itself: a batch has those of companies that the user may not see.
                may_open = user.active and company in user.company_ids and equipment.with_user(user).has_access("read")
                if user and may_open:
                    user_by_unit[equipment] = user
                    break
        return user_by_unit

    def _mail_warranty_end(self):
        """Queue one message per customer, in the customer's language, that lists these units."""
        template = self.env.ref("service_equipment.mail_template_warranty_end", raise_if_not_found=False)
        if not template:
            return
        for (partner, _company), units in self.grouped(lambda unit: (unit.partner_id, unit.company_id)).items():
            if partner.email:
                template.with_context(warranty_unit_ids=units.ids).send_mail(units[0].id, force_send=False)
