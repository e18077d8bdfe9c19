# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, fields, models

from ..engine import value


class ServiceContract(models.Model):
    """How contracts change within their term."""

    _inherit = "service.contract"

    amendment_ids = fields.One2many(
        comodel_name="service.contract.amendment",
        inverse_name="contract_id",
        groups="base.group_user",
    )
    draft_amendment_count = fields.Integer(
        string="Amendments to Apply",
        compute="_compute_draft_amendment_count",
        groups="base.group_user",
    )

    @api.depends("amendment_ids.state")
    def _compute_draft_amendment_count(self):
        domain = [("contract_id", "in", self.ids), ("state", "=", "draft")]
        groups = self.env["service.contract.amendment"]._read_group(domain, ["contract_id"], ["__count"])
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.draft_amendment_count = counts.get(contract._origin.id, 0)

    def action_amend(self):
        """Open a new amendment of the contract.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendment"),
            "res_model": "service.contract.amendment",
            "view_mode": "form",
            "context": {"default_contract_id": self.id},
        }

    def action_open_coverage(self):
        """Open what these contracts cover as a list to search, group and select in.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_action")
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": {}}

    def action_open_draft_amendments(self):
        """Open the amendments that nobody has applied yet.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_amendment_action")
        return {**action, "domain": [("contract_id", "in", self.ids), ("state", "=", "draft")], "context": {}}

    def _get_span_value(self, price, days, interval):
        """Return what a price is worth over some days, in the currency of the contract.

        :param float price: per interval
        :param tuple days: the first and the last day, both inclusive
        :param tuple interval: how many units it has, and the unit (key of INTERVAL_UNITS)
        """
        self.ensure_one()
        if not price or not all(days):
            return 0.0
        return float(value.term_value(Decimal(repr(price)), *days, self._get_rhythm(*interval)))

    def _get_rhythm(self, count, unit):
        """Return how a price of the contract recurs, for the engine of values.

        :param int count: how many units an interval has
        :param str unit: key of INTERVAL_UNITS
        """
        self.ensure_one()
        return value.Rhythm(
            anchor=self.date_anchor,
            count=count,
            unit=unit,
            mode=self.proration,
            step=Decimal(repr(self.currency_id.rounding)),
        )

    def _get_first_open_day(self):
        """Return the day from which a change of the contract counts when nobody says another: today, in its term."""
        self.ensure_one()
        return min(max(self._get_today(), self.date_start), self._get_last_day())

    def _amend(self, date, lines, reason=None):
        """Change the contract by an amendment that is applied at once.

        :param date: the day from which the change counts
        :param list lines: dicts of values of `service.contract.amendment.line`
        :param str reason: why, in a line
        :return: `service.contract.amendment`
        """
        self.ensure_one()
        amendment = self.env["service.contract.amendment"].create(
            {
                "contract_id": self.id,
                "date": date,
                "reason": reason,
                "line_ids": [fields.Command.create(line) for line in lines],
            }
        )
        amendment.action_apply()
        return amendment
