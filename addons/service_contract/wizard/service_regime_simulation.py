# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.service_contract_regime import Change
from ..models.service_regime_performance import Window

# More months than these are a report, not a question.
MONTHS = 36


class ServiceRegimeSimulation(models.TransientModel):
    """Replays what happened in past months against changed targets. Nothing is written to contracts and regimes.

    The lines start as the regimes stand; what is changed in them is judged at once beside what it was worth. Events and
    calls are read by `service.contract._get_history()`, both verdicts are the engine's.
    """

    _name = "service.regime.simulation"
    _description = "Simulate a Performance Regime"

    contract_ids = fields.Many2many(
        comodel_name="service.contract",
        compute="_compute_contract_ids",
        store=True,
        readonly=False,
        domain="[('state', '!=', 'draft')]",
    )
    regime_id = fields.Many2one(
        comodel_name="service.regime",
        help="Choose a regime to look at every contract under it; or at one regime of the contracts.",
    )
    date_from = fields.Date(string="Months", required=True, default=lambda self: self._get_last_month()[0])
    date_to = fields.Date(string="Last Day", required=True, default=lambda self: self._get_last_month()[1])
    line_ids = fields.One2many(
        comodel_name="service.regime.simulation.line",
        inverse_name="simulation_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    result_ids = fields.One2many(
        comodel_name="service.regime.simulation.result",
        inverse_name="simulation_id",
        string="Table",
    )
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_currency_id")
    result = fields.Json(compute="_compute_result")
    message = fields.Char(compute="_compute_totals")
    has_error = fields.Boolean(compute="_compute_totals")
    charge = fields.Monetary(compute="_compute_totals", help="What the contracts cost in these months.")
    amount_before = fields.Monetary(string="Was Worth", compute="_compute_totals")
    amount_after = fields.Monetary(string="Would Be Worth", compute="_compute_totals")
    difference = fields.Monetary(compute="_compute_totals")
    result_html = fields.Html(string="What Happened", compute="_compute_result_html", sanitize=False)

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.model
    def _get_last_month(self):
        """Return the first and the last day of last month."""
        first = fields.Date.context_today(self).replace(day=1)
        return first - relativedelta(months=1), first - timedelta(days=1)

    @api.depends("contract_ids")
    def _compute_display_name(self):
        for simulation in self:
            names = simulation.contract_ids.mapped("display_name")
            simulation.display_name = self.env._("Simulator %(contracts)s", contracts=", ".join(names))

    @api.depends("regime_id")
    def _compute_contract_ids(self):
        """Propose every contract under a regime that was chosen first."""
        for simulation in self:
            if simulation.regime_id and not simulation.contract_ids:
                regime = simulation.regime_id._origin
                simulation.contract_ids = self.env["service.contract"].search(
                    [
                        ("state", "!=", "draft"),
                        "|",
                        ("regime_id", "=", regime.id),
                        ("coverage_ids.regime_id", "=", regime.id),
                    ]
                )
            else:
                simulation.contract_ids = simulation.contract_ids

    @api.depends("contract_ids")
    def _compute_currency_id(self):
        for simulation in self:
            simulation.currency_id = simulation.contract_ids[:1].currency_id or self.env.company.currency_id

    @api.depends("contract_ids", "regime_id")
    def _compute_line_ids(self):
        """Show the regimes of the contracts as they stand; changes to regimes that stay are kept."""
        for simulation in self:
            regimes = simulation._get_regimes()
            if simulation.line_ids.regime_id == regimes:
                simulation.line_ids = simulation.line_ids
                continue
            values = [vals for regime in regimes for vals in simulation.line_ids._prepare_regime_lines(regime)]
            simulation.line_ids = [Command.clear(), *map(Command.create, values)]

    @api.depends(
        "contract_ids",
        "regime_id",
        "date_from",
        "date_to",
        "line_ids.target",
        "line_ids.budget",
        "line_ids.step",
        "line_ids.percent",
        "line_ids.amount",
        "line_ids.cap_percent",
        "line_ids.cap_amount",
        "line_ids.calendar_id",
        "line_ids.with_special_days",
        "line_ids.is_planned_down",
        "line_ids.is_alternative_up",
    )
    def _compute_result(self):
        for simulation in self:
            error = simulation._get_error()
            simulation.result = {"error": error} if error else {"rows": simulation._replay()}

    @api.depends("result")
    def _compute_totals(self):
        for simulation in self:
            rows = simulation._get_rows()
            error = (simulation.result or {}).get("error")
            simulation.has_error = bool(error)
            simulation.message = error or simulation._get_empty_message(rows)
            simulation.charge = sum(row["before"]["charge"] for row in rows)
            simulation.amount_before = sum(row["before"]["total"] for row in rows)
            simulation.amount_after = sum(row["after"]["total"] for row in rows)
            simulation.difference = simulation.amount_after - simulation.amount_before

    @api.depends("result")
    @api.depends_context("lang", "uid")
    def _compute_result_html(self):
        for simulation in self:
            simulation.result_html = simulation._render_result()

    @api.onchange("contract_ids", "regime_id", "date_from", "date_to", "line_ids")
    def _onchange_result(self):
        self.line_ids._fill_in()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_reset(self):
        """Take the regimes as they stand again."""
        for simulation in self:
            simulation.line_ids = [Command.clear()]
            simulation._compute_line_ids()
            simulation.line_ids._fill_in()
        return self._get_action()

    def action_open_table(self):
        """Open the months as rows of a table, to compare, draw and export."""
        self.ensure_one()
        if error := self._get_error():
            raise UserError(error)
        self.result_ids = [Command.clear(), *map(Command.create, self._prepare_result_values())]
        xml_id = "service_contract.service_regime_simulation_result_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {**action, "domain": [("simulation_id", "=", self.id)]}

    def action_keep(self):
        """Keep the comparison as a note on each of its contracts."""
        self.ensure_one()
        if error := self._get_error():
            raise UserError(error)
        contract_ids = list(dict.fromkeys(row["contract"] for row in self._get_rows()))
        contracts = self.env["service.contract"].browse(contract_ids)
        for contract in contracts:
            body = self._render_result(contract, is_note=True)
            contract.message_post(body=body, subtype_xmlid="service_contract.mt_price")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Kept as a note on %(contracts)s.", contracts=", ".join(contracts.mapped("display_name"))
                ),
            },
        }

    def _get_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_regime_simulation_action")
        return {**action, "res_id": self.id}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_regimes(self):
        """Return the regimes to be changed: the chosen one, or all those of the contracts."""
        self.ensure_one()
        contracts = self.contract_ids._origin
        regimes = contracts.regime_id | contracts.coverage_ids.regime_id
        return regimes & self.regime_id._origin if self.regime_id else regimes.sorted("name")

    def _get_windows(self):
        """Return the months, the first and the last cut at the days chosen."""
        self.ensure_one()
        now = fields.Datetime.now()
        windows, first = [], self.date_from
        while first <= self.date_to:
            after = first.replace(day=1) + relativedelta(months=1)
            windows.append(Window(first, min(after - timedelta(days=1), self.date_to), until=now))
            first = after
        return windows

    def _get_error(self):
        """Return a sentence that says why nothing can be shown, or None."""
        self.ensure_one()
        first, last = self.date_from, self.date_to
        checks = [
            (not self.contract_ids, self.env._("Choose one or several contracts, or a regime.")),
            (not first or not last, self.env._("Give the period its first and its last day.")),
            (first and last and last < first, self.env._("The period ends before it starts.")),
            (
                first and last and last >= first + relativedelta(months=MONTHS),
                self.env._("Choose at most %(months)s months.", months=MONTHS),
            ),
            (
                len(self.contract_ids.currency_id) > 1,
                self.env._("These contracts are in different currencies: simulate those of each currency apart."),
            ),
            (
                not self._get_regimes(),
                self.env._("These contracts are under no performance regime: choose one on the contract first."),
            ),
        ]
        return next((message for failed, message in checks if failed), None) or self.line_ids._get_error()

    def _get_empty_message(self, rows):
        if not rows:
            return self.env._("Nothing was covered in this period.")
        if not any(line["items"] for row in rows for side in ("before", "after") for line in row[side]["lines"]):
            return self.env._("No events in this period: nothing was down, and nothing counts against a target.")
        return False

    def _get_rows(self):
        self.ensure_one()
        return (self.result or {}).get("rows", [])

    def _replay(self):
        """Judge what happened by the regimes as they stand and as they are changed here.

        :return: list of dicts with `contract`, `regime`, `month` (ISO text), and `before` and `after`, of
            `Performance.to_json()`
        """
        contracts = self.contract_ids._origin
        contracts._check_may_see_performance()
        # As in `service.contract.performance()`: figures are for whoever reads the contract.
        contracts = contracts.sudo()
        history = contracts._get_history(self._get_windows())
        regimes = self._get_regimes()
        history = replace(history, rows={key: rows for key, rows in history.rows.items() if key[1] in regimes})
        before = contracts._get_results(history)
        changes = self._get_changes()
        after = contracts._get_results(history, changes) if changes else before
        return [
            {
                "contract": old.contract.id,
                "regime": old.regime.id,
                "month": fields.Date.to_string(old.window.first),
                "before": old.performance.to_json(),
                "after": new.performance.to_json(),
            }
            for old, new in zip(before, after, strict=True)
        ]

    def _get_changes(self):
        """Return the regimes that are changed here: {`service.regime`: `Change`}."""
        self.ensure_one()
        changes = {}
        for regime, lines in self.line_ids.grouped(lambda line: line.regime_id._origin).items():
            if not any(line.is_changed for line in lines):
                continue
            top = lines.filtered(lambda line: line.level == "regime")
            has_calendar = top.calendar_id != regime.calendar_id
            changes[regime.sudo()] = Change(
                engine=lines._to_engine,
                calendar=top.calendar_id._origin if has_calendar else None,
                with_special_days=top.with_special_days,
            )
        return changes
