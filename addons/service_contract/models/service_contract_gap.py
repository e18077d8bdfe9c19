# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import periods as engine


class ServiceContract(models.Model):
    """The periods of a contract leave no day of its term out, unless somebody says so."""

    _inherit = "service.contract"

    allow_gaps = fields.Boolean(
        string="Gaps Between Periods",
        help="Days of the term may lie in no period: on them there are no quotas. Without a tick a gap is refused.",
    )
    period_gap = fields.Char(
        compute="_compute_period_gap",
        groups="base.group_user",
        help="The first days of the term that no period has.",
    )

    @api.depends("date_start", "date_end", "period_ids.date_start", "period_ids.date_end")
    def _compute_period_gap(self):
        for contract in self:
            gaps = contract._get_period_gaps()
            contract.period_gap = contract._get_gap_text(*gaps[0]) if gaps else False

    def action_activate(self):
        self._check_period_gaps()
        return super().action_activate()

    def _get_period_gaps(self):
        """Return the days of the term that lie in no period, as (first day, last day); none without any period."""
        self.ensure_one()
        spans = [(period.date_start, period.date_end) for period in self.period_ids if period.date_start]
        if not spans or not self.date_start or not self.date_end:
            return []
        return engine.gaps(self.date_start, self.date_end, spans)

    def _check_period_gaps(self):
        """Refuse days of the term that lie in no period.

        :raise UserError: which names the contract and the first gap
        """
        for contract in self:
            gaps = [] if contract.allow_gaps else contract._get_period_gaps()
            if gaps:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has no period for %(gap)s: add one, or allow gaps between periods.",
                        contract=contract.name,
                        gap=contract._get_gap_text(*gaps[0]),
                    )
                )

    def _get_gap_text(self, first, last):
        return f"{format_date(self.env, first)} - {format_date(self.env, last)}"
