# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class ServiceRegimeSimulation(models.TransientModel):
    """What the simulator shows: month by month, rule by rule, event by event, both verdicts side by side."""

    _inherit = "service.regime.simulation"

    def _render_result(self, contract=None, is_note=False):
        """Return the comparison as HTML, month by month, down to the events.

        :param contract: only that of one contract
        :param is_note: in the plain form of a note
        """
        self.ensure_one()
        rows = [row for row in self._get_rows() if not contract or row["contract"] == contract.id]
        if not rows:
            return False
        values = {
            "months": self._prepare_months(rows),
            "currency": self.currency_id,
            "has_contracts": len({row["contract"] for row in rows}) > 1,
            "is_note": is_note,
            "lines": self.line_ids.filtered("is_changed"),
        }
        return self.env["ir.qweb"]._render("service_contract.service_regime_simulation_table", values)

    def _prepare_months(self, rows):
        """Return rows of :meth:`_replay` month by month, with the words for everything."""
        Contract = self.env["service.contract"]
        labels = dict(self.env["service.regime.rule"]._fields["metric"]._description_selection(self.env))
        lines = [line for row in rows for side in ("before", "after") for line in row[side]["lines"]]
        events = Contract._get_event_values({item["event"] for line in lines for item in line["items"]} - {None})
        sentences = {line.rule_id.id: line.rule_id.sentence for line in self.line_ids if line.level == "rule"}
        months = []
        for month, own in _group(rows, lambda row: row["month"]).items():
            entries = [
                {
                    "contract": Contract.browse(row["contract"]).display_name,
                    "regime": self.env["service.regime"].browse(row["regime"]).display_name,
                    "metrics": self._prepare_figures(row, labels),
                    "lines": self._prepare_lines(row, events, sentences),
                    **_get_totals([row]),
                }
                for row in own
            ]
            day = fields.Date.to_date(month)
            months.append(
                {"label": format_date(self.env, day, date_format="MMMM yyyy"), "entries": entries, **_get_totals(own)}
            )
        return months

    @api.model
    def _prepare_figures(self, row, labels):
        """Return the figures of both verdicts side by side; once where they are the same."""
        after = {metric["metric"]: metric for metric in row["after"]["metrics"]}
        digits = self.env["service.regime"].browse(row["regime"]).digits
        prepared = []
        for metric in row["before"]["metrics"]:
            figures = [
                {
                    "words": self._get_figure_words(metric["metric"], figure["value"], digits),
                    "target": self._get_figure_words(metric["metric"], figure["target"], digits),
                    "is_met": figure["is_met"],
                }
                for figure in (metric, after.get(metric["metric"], metric))
            ]
            same = figures[0] == figures[1]
            prepared.append({"label": labels.get(metric["metric"], ""), "figures": figures[:1] if same else figures})
        return prepared

    @api.model
    def _get_figure_words(self, metric, figure, digits):
        """Return a figure of a metric in words, without decimals that say nothing."""
        if figure is None:
            return self.env._("nothing to judge")
        if metric == "failures":
            return str(round(figure))
        decimals = len(f"{figure:.{digits}f}".rstrip("0").partition(".")[2]) if digits else 0
        return self.env._("%(figure)s %%", figure=formatLang(self.env, figure, digits=decimals))

    def _prepare_lines(self, row, events, sentences):
        """Return the lines of both verdicts side by side, with the events behind them."""
        pairs = defaultdict(lambda: {"before": None, "after": None})
        for side in ("before", "after"):
            for line in row[side]["lines"]:
                pairs[line["rule"], line["scope"], line["subject"]][side] = line
        prepared = []
        for (rule, scope, subject), pair in pairs.items():
            amounts = {side: line["amount"] if line else 0.0 for side, line in pair.items()}
            items = _pair_items(pair, events, self.env._("not for you to see"))
            if not items and not any(amounts.values()):
                continue
            prepared.append(
                {
                    "name": sentences.get(rule, ""),
                    "subject": self.env["service.contract"]._get_subject_label(scope, subject),
                    "items": items,
                    "difference": amounts["after"] - amounts["before"],
                    **amounts,
                }
            )
        return prepared

    def _prepare_result_values(self):
        """Return the values of the rows of the table: one per month, contract and rule."""
        lines_by_rule = {line.rule_id.id: line for line in self.line_ids if line.level == "rule"}
        values = []
        for row in self._get_rows():
            amounts = defaultdict(lambda: {"amount_before": 0.0, "amount_after": 0.0})
            for side in ("before", "after"):
                for line in row[side]["lines"]:
                    amounts[line["rule"]][f"amount_{side}"] += line["amount"]
            figures = {
                side: {metric["metric"]: metric["value"] for metric in row[side]["metrics"]}
                for side in ("before", "after")
            }
            for rule, pair in amounts.items():
                metric = lines_by_rule[rule].metric
                values.append(
                    {
                        "month": row["month"],
                        "contract_id": row["contract"],
                        "regime_id": row["regime"],
                        "metric": metric,
                        "name": lines_by_rule[rule].rule_id.sentence,
                        "figure_before": figures["before"].get(metric) or 0.0,
                        "figure_after": figures["after"].get(metric) or 0.0,
                        "difference": pair["amount_after"] - pair["amount_before"],
                        **pair,
                    }
                )
        return values


def _group(rows, key):
    """Return rows by a key, in the order of their keys."""
    groups = defaultdict(list)
    for row in sorted(rows, key=key):
        groups[key(row)].append(row)
    return groups


def _get_totals(rows):
    before, after = (sum(row[side]["total"] for row in rows) for side in ("before", "after"))
    charge = sum(row["before"]["charge"] for row in rows)
    return {"charge": charge, "before": before, "after": after, "difference": after - before}


def _pair_items(pair, events, unknown):
    """Return the events behind a line, with what each one was and would be worth; none that counts in neither."""
    items = defaultdict(lambda: {"before": 0.0, "after": 0.0, "size": 0.0})
    for side, line in pair.items():
        for item in line["items"] if line else ():
            if item["event"]:
                items[item["event"]][side] += item["amount"]
                items[item["event"]]["size"] = item["size"]
    return [
        {
            **item,
            "label": events[key]["label"] if key in events else unknown,
            "url": f"/odoo/{events[key]['res_model']}/{events[key]['res_id']}" if key in events else False,
        }
        for key, item in items.items()
    ]
