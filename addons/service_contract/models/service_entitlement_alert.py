# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ..engine import entitlement as engine


class ServiceEntitlement(models.Model):
    """Telling the responsible of the contract that a quota runs out (rules.md 4)."""

    _inherit = "service.entitlement"

    alert_percents = fields.Char(
        string="Alerts (%)",
        groups="base.group_user",
        help="Percentages of use at which the responsible of the contract is told, such as 50, 80, 100. Empty means "
        "those of the company.",
    )
    alerted_percent = fields.Integer(
        string="Alert Reached (%)",
        readonly=True,
        copy=False,
        help="The highest of the percentages that the use has reached; 101 when more was wanted than there is.",
    )
    alert_activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
    )

    @api.constrains("alert_percents")
    def _check_alert_percents(self):
        for bucket in self:
            self.env["res.company"]._check_percents(bucket.alert_percents)

    def _alert_thresholds(self, exceeded=()):
        """Tell the responsible of the contract, once for each threshold, how far a quota is used.

        One open activity per quota says where it stands. A quota that falls below a threshold, because work was given
        back or more was granted, is told of again when it gets there again.

        :param exceeded: the buckets of which more was wanted than they could give
        """
        # Whoever changes a quota sets off its alerts.
        for bucket in self.sudo():
            level = bucket._get_alert_level(bucket in exceeded)
            if level == bucket.alerted_percent:
                continue
            activity = bucket.alert_activity_id.filtered("active")
            is_news = level > bucket.alerted_percent or bool(activity)
            activity.unlink()
            told = activity.browse()
            if level and is_news:
                told = bucket._schedule_quota_activity(lambda quota, level=level: quota._get_alert_text(level))
            bucket.write({"alerted_percent": level, "alert_activity_id": told.id})

    def _get_alert_level(self, is_exceeded=False):
        """Return the highest threshold that the use has reached; see `engine.entitlement.alert_level`."""
        self.ensure_one()
        percents = engine.parse_percents(self.alert_percents or self.company_id.service_quota_alert_percents)
        quantity, used = self._to_decimal(self.quantity), self._to_decimal(self.quantity_used)
        return engine.alert_level(used, quantity, percents, is_exceeded)

    def _schedule_quota_activity(self, get_text, date_deadline=None):
        """Make an activity for the responsible of the contract, in his language.

        :param get_text: function of the quota that returns the summary
        :return: `mail.activity`
        """
        self.ensure_one()
        user = self.contract_id.user_id or self.env.user
        in_his_language = self.with_context(lang=user.lang)
        return in_his_language.contract_id.activity_schedule(
            "service_contract.mail_activity_type_quota",
            date_deadline=date_deadline,
            summary=get_text(in_his_language),
            user_id=user.id,
        )

    def _get_alert_text(self, level):
        """Return how far the quota is used, in the language of the context."""
        self.ensure_one()
        left = self._to_bucket().left
        if left < 0:
            return self.env._(
                "%(quota)s: exceeded by %(quantity)s",
                quota=self.name,
                quantity=self._format_quantity(float(-left)),
            )
        if level == engine.EXCEEDED:
            return self.env._("%(quota)s: used up, and more was needed", quota=self.name)
        return self.env._("%(quota)s: %(percent)s %% used", quota=self.name, percent=round(self.used_percent))

    def _format_quantity(self, quantity):
        """Return a quantity with its unit, for people."""
        self.ensure_one()
        if self.unit == "money":
            return format_amount(self.env, quantity, self.contract_id.currency_id)
        unit = dict(self._fields["unit"]._description_selection(self.env))[self.unit]
        return self.env._("%(quantity)s %(unit)s", quantity=f"{quantity:g}", unit=unit.lower())


class ResCompany(models.Model):
    _inherit = "res.company"

    service_quota_alert_percents = fields.Char(
        string="Quota Alerts (%)",
        default="80, 100",
        help="Percentages of use at which the responsible of a contract is told that a quota runs out.",
    )

    @api.constrains("service_quota_alert_percents")
    def _check_service_quota_alert_percents(self):
        for company in self:
            self._check_percents(company.service_quota_alert_percents)

    @api.model
    def _check_percents(self, text):
        """Refuse anything but a list of percentages."""
        try:
            engine.parse_percents(text)
        except ValueError as error:
            raise ValidationError(
                self.env._("%(text)s is no list of percentages: enter them like 80, 100.", text=text)
            ) from error


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_quota_alert_percents = fields.Char(related="company_id.service_quota_alert_percents", readonly=False)
