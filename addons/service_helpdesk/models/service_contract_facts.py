# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.service_contract.models.service_contract_facts import MARGIN


class ServiceContract(models.Model):
    """The calls of a contract as facts of its performance: how fast they were, and how often units failed."""

    _inherit = "service.contract"

    def _get_performance_facts(self, date_from, date_to):
        facts = super()._get_performance_facts(date_from, date_to)
        calls = self.env["service.call"].search(
            [
                ("contract_id", "in", self.ids),
                ("raised_at", ">=", date_from - MARGIN),
                ("raised_at", "<", date_to + 2 * MARGIN),
            ],
            order="raised_at, id",
        )
        calls = calls.filtered(lambda call: date_from <= call._to_site(call.raised_at).date() <= date_to)
        return facts + calls._get_clock_facts() + calls._get_failure_facts()
