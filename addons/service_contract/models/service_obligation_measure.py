# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

# What the figures of a contract say about each kind of duty.
METRICS_BY_KIND = {
    "availability": ("availability",),
    "response": ("response", "on_site", "workaround", "resolution"),
    "maintenance": ("maintenance",),
}


class ServiceContractObligation(models.Model):
    """Duties that are kept or missed by the figures of the contract: its regimes, of the last month that is over."""

    _inherit = "service.contract.obligation"

    measured_state = fields.Selection(
        selection=[("none", "Not Measured"), ("kept", "Kept"), ("missed", "Missed")],
        string="By the Figures",
        required=True,
        readonly=True,
        default="none",
        copy=False,
        tracking=True,
    )
    measured_text = fields.Char(string="Measured Figures", readonly=True, copy=False)
    measured_at = fields.Datetime(readonly=True, copy=False)

    def action_measure(self):
        """Ask the figures of the contracts whether what they measure is kept."""
        self.check_access("write")
        self._refresh_measured()
        return True

    def _refresh_measured(self):
        """Store what the figures say, for the duties that are measured."""
        # The figures are written by this method only.
        measured = self.sudo().filtered(lambda record: record.is_measured and record.state == "open")
        found = measured._get_measured_state()
        for record in measured:
            state, text = found.get(record, ("none", False))
            record.write({"measured_state": state, "measured_text": text, "measured_at": fields.Datetime.now()})

    def _get_measured_state(self):
        """Hook: say from the figures of the contracts whether these duties are kept.

        By default the regimes of the contract judge the last month that is over: a duty is kept when every metric of
        its kind met its target.

        :return: {record: (`kept` or `missed`, the figures in words)}; what is left out is not measured
        """
        results = self._get_metric_results()
        found = {}
        for record in self:
            metrics = METRICS_BY_KIND.get(record.kind, ())
            judged = [values for values in results[record.contract_id] if values["metric"] in metrics]
            if judged:
                is_kept = all(values["is_met"] for values in judged)
                found[record] = ("kept" if is_kept else "missed", record._get_measured_text(judged))
        return found

    def _get_metric_results(self):
        """Return, for each contract, what its regimes say of each metric that has a target and something to judge.

        :return: {`service.contract`: list of dicts with `metric`, `value`, `target`, `is_met`, `month`}
        """
        results = defaultdict(list)
        # A few windows at most: where months begin differs by company.
        by_month = self.contract_id.sudo().grouped(lambda contract: contract._get_measured_month())
        for first, contracts in by_month.items():
            last = first + relativedelta(months=1) - timedelta(days=1)
            window = contracts._get_performance_window(first, last)
            for result in contracts._get_results(contracts._get_history([window])):
                for values in result.performance.to_json()["metrics"]:
                    if values["is_met"] is not None:
                        results[result.contract].append({**values, "month": first})
        return results

    def _get_measured_text(self, judged):
        """Return figures in words.

        :param judged: list of dicts of :meth:`_get_metric_results`
        """
        self.ensure_one()
        labels = dict(self.env["service.regime.rule"]._fields["metric"]._description_selection(self.env))
        month = format_date(self.env, judged[0]["month"], date_format="MMMM yyyy")
        return ", ".join(
            self.env._(
                "%(metric)s %(value)s of %(target)s in %(month)s",
                metric=labels[values["metric"]],
                value=f"{values['value']:.2f} %",
                target=f"{values['target']:g} %",
                month=month,
            )
            for values in judged
        )


class ServiceContract(models.Model):
    _inherit = "service.contract"

    def _get_measured_month(self):
        """Return the first day of the last month that is over."""
        self.ensure_one()
        return self._get_today().replace(day=1) - relativedelta(months=1)
