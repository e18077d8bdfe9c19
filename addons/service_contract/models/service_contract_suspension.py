# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceContractSuspension(models.Model):
    """A stretch of days on which a contract promises nothing and costs nothing. Without an end it still lasts."""

    _name = "service.contract.suspension"
    _description = "Service Contract Suspension"
    _order = "date_start desc, id desc"
    _rec_name = "date_start"

    contract_id = fields.Many2one(
        comodel_name="service.contract",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    date_start = fields.Date(string="First Day", required=True)
    date_end = fields.Date(string="Last Day", help="Inclusive. Empty while the suspension lasts.")
    reason = fields.Char()

    _check_dates = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A suspension cannot end before it begins.",
    )

    def _is_on(self, day):
        """Tell whether the suspension lasts on a day."""
        self.ensure_one()
        return self.date_start <= day and (not self.date_end or day <= self.date_end)
