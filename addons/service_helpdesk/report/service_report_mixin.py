# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL


class ServiceReportMixin(models.AbstractModel):
    """What the analyses have in common: the call behind each row, and what it is about.

    The query of an analysis names the call ``c``, and its stage ``stage`` where it asks for allotted hours.
    """

    _name = "service.report.mixin"
    _description = "Analysis of Calls"

    call_id = fields.Many2one(comodel_name="service.call", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    site_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    area_id = fields.Many2one(comodel_name="service.area", readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    type_id = fields.Many2one(comodel_name="service.call.type", readonly=True)
    team_id = fields.Many2one(comodel_name="service.team", readonly=True)

    def action_open_call(self):
        """Open the call behind a row.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        return self.call_id._get_records_action(name=self.env._("Call"))

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @api.model
    def _select(self, columns):
        """Return the list of columns of a query.

        :param dict columns: name to SQL
        """
        return SQL(", ").join(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items())

    @api.model
    def _get_columns(self, alias, names):
        """Return columns that are shown as they are: dict of name to SQL."""
        return {name: SQL.identifier(alias, name) for name in names}

    @api.model
    def _get_engineer(self):
        """Return the SQL of who worked longest on the call; its owner when nobody recorded work."""
        return SQL(
            """COALESCE((SELECT w.user_id FROM service_work w
                          WHERE w.call_id = c.id AND w.kind = 'labour' AND w.user_id IS NOT NULL
                            AND w.state != 'refused'
                       GROUP BY w.user_id ORDER BY SUM(w.quantity) DESC, w.user_id LIMIT 1), c.user_id)"""
        )


class ServiceReportHoursMixin(models.AbstractModel):
    """Labour beside the hours that were allotted: the estimate, else, once the call is closed, those of the contract.

    A call without any is not counted, nor is one that was cancelled.
    """

    _name = "service.report.hours.mixin"
    _description = "Analysis of Allotted Hours"

    hours_allotted = fields.Float(
        string="Allotted Hours",
        readonly=True,
        help="The estimate, else, once the call is closed, the hours that its contract agreed.",
    )
    hours_used = fields.Float(
        string="Used of Allotted Hours", readonly=True, help="Labour of the calls that hours were allotted to."
    )
    allotted_percent = fields.Float(
        string="Used of Allotted (%)",
        readonly=True,
        aggregator="avg",
        help="Labour in percent of the allotted hours, of all calls together.",
    )
    within_budget = fields.Float(
        string="Within Budget (%)",
        readonly=True,
        aggregator="avg",
        help="Of the completed calls that hours were allotted to: those that took no more labour.",
    )
    over_budget_count = fields.Integer(
        string="Over Budget", readonly=True, help="Calls that took more labour than was allotted to them."
    )

    _depends = {
        "service.call": ["closed_at", "hours_actual", "hours_budget", "hours_estimated", "is_within_budget"],
        "service.call.stage": ["is_cancelled"],
        "service.work": ["call_id", "kind", "quantity", "state"],
    }

    def _read_group_select(self, aggregate_spec, query):
        """The share of hours is that of the sums: an average of shares would count a small call like a large one."""
        if aggregate_spec != "allotted_percent:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "100.0 * SUM(%(used)s) / NULLIF(SUM(%(allotted)s), 0)",
            used=self._field_to_sql(self._table, "hours_used", query),
            allotted=self._field_to_sql(self._table, "hours_allotted", query),
        )

    @api.model
    def _get_hours_columns(self, is_counted=None):
        """Return the measures of allotted hours: dict of name to SQL.

        :param is_counted: SQL of whether a row stands for its call, where a call has several; None: each does
        """
        allotted = SQL("CASE WHEN c.closed_at IS NULL THEN c.hours_estimated ELSE c.hours_budget END")
        # A budget of nothing that was kept looks like none; one that was not kept was one.
        has_any = SQL(
            """(%s AND stage.is_cancelled IS NOT TRUE
                AND (%s > 0 OR c.closed_at IS NOT NULL AND NOT c.is_within_budget))""",
            is_counted or SQL("TRUE"),
            allotted,
        )
        used = SQL(
            """CASE WHEN c.closed_at IS NOT NULL THEN c.hours_actual
                    ELSE (SELECT COALESCE(SUM(w.quantity), 0) FROM service_work w
                           WHERE w.call_id = c.id AND w.kind = 'labour' AND w.state != 'refused') END"""
        )
        is_over = SQL(
            """CASE WHEN c.closed_at IS NOT NULL THEN NOT c.is_within_budget
                    ELSE ROUND((%s)::numeric, 2) > ROUND(c.hours_estimated::numeric, 2) END""",
            used,
        )
        return {
            "hours_allotted": SQL("CASE WHEN %s THEN COALESCE(%s, 0) END", has_any, allotted),
            "hours_used": SQL("CASE WHEN %s THEN %s END", has_any, used),
            "allotted_percent": SQL("CASE WHEN %s THEN 100.0 * (%s) / NULLIF(%s, 0) END", has_any, used, allotted),
            "within_budget": SQL(
                "CASE WHEN %s AND c.closed_at IS NOT NULL THEN 100.0 * c.is_within_budget::int END", has_any
            ),
            "over_budget_count": SQL("COALESCE(%s AND %s, FALSE)::int", has_any, is_over),
        }
