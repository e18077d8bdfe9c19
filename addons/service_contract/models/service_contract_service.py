# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..engine.notice import ONE_DAY


class ServiceContractService(models.Model):
    """A service that a contract foresees, and how many interventions of it were delivered in its year or period."""

    _name = "service.contract.service"
    _description = "Service Foreseen"
    _inherit = ["service.contract.service.terms"]
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    is_from_template = fields.Boolean(readonly=True, copy=False)
    window_start = fields.Date(string="Counted From", compute="_compute_window")
    window_end = fields.Date(string="Counted To", compute="_compute_window")
    delivered_count = fields.Integer(string="Delivered", compute="_compute_delivered")
    left_count = fields.Integer(string="Left", compute="_compute_delivered")
    delivered_percent = fields.Float(string="Delivered (%)", compute="_compute_delivered")

    @api.depends("per", "contract_id.date_start", "contract_id.date_end", "contract_id.period_ids.date_start")
    def _compute_window(self):
        for service in self:
            service.window_start, service.window_end = service._get_window()

    @api.depends("quantity", "per")
    def _compute_delivered(self):
        counts = self._get_delivered_counts()
        for service in self:
            count = counts.get(service.id, 0)
            service.delivered_count = count
            service.left_count = max(service.quantity - count, 0)
            service.delivered_percent = 100 * count / service.quantity if service.quantity else 0.0

    def _get_window(self):
        """Return the first and last day of the present year, period or term, in which interventions are counted."""
        self.ensure_one()
        contract = self.contract_id
        if not contract.date_start or not contract.date_end:
            return False, False
        day = min(max(contract._get_today(), contract.date_start), contract.date_end)
        if self.per == "year":
            years = relativedelta(day, contract.date_start).years
            start = contract.date_start + relativedelta(years=years)
            return start, min(contract.date_start + relativedelta(years=years + 1) - ONE_DAY, contract.date_end)
        if self.per == "period":
            period = contract.period_ids.filtered(lambda row: row.date_start <= day <= row.date_end)[:1]
            if period:
                return period.date_start, period.date_end
        return contract.date_term_start or contract.date_start, contract.date_end

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_delivered_counts(self):
        """Hook: return how many interventions of each service were delivered from `window_start` to `window_end`.

        :return: {id of the service: number}; nothing is delivered here, later modules know what is
        """
        return {}
