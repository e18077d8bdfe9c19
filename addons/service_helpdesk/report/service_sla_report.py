# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.service_contract.const import METRICS, PRIORITIES

from ..const import CLOCK_STATES

DUE_IN = [
    ("0", "Overdue"),
    ("1", "Within an hour"),
    ("2", "Within 4 hours"),
    ("3", "Within 24 hours"),
    ("4", "Later"),
    ("5", "On hold"),
]
CALL_COLUMNS = (
    "site_id",
    "area_id",
    "equipment_id",
    "product_id",
    "type_id",
    "priority",
    "team_id",
    "user_id",
    "raised_at",
    "is_closed",
)
CLOCK_COLUMNS = ("call_id", "company_id", "commercial_partner_id", "contract_id", "metric", "state", "deadline")


class ServiceSlaReport(models.Model):
    """One row per promise: what was promised on a call, and how it went.

    *Kept* is the share of met ones among those that were met or missed: an excused miss counts for neither. A promise
    that waits in a pause, or was dropped, is not counted. The hours of a call stand beside its last promise to resolve
    it.
    """

    _name = "service.sla.report"
    _description = "SLA Analysis"
    _inherit = ["service.report.mixin", "service.report.hours.mixin"]
    _auto = False
    _rec_name = "clock_id"
    _order = "deadline, id"

    clock_id = fields.Many2one(comodel_name="service.sla.clock", string="Promise", readonly=True)
    commercial_partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    contract_id = fields.Many2one(comodel_name="service.contract", readonly=True)
    equipment_id = fields.Many2one(comodel_name="service.equipment", readonly=True)
    priority = fields.Selection(selection=PRIORITIES, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", readonly=True)
    metric = fields.Selection(selection=METRICS, readonly=True)
    state = fields.Selection(selection=CLOCK_STATES, readonly=True)
    raised_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(readonly=True)
    is_closed = fields.Boolean(string="Call Closed", readonly=True)
    due_in = fields.Selection(
        selection=DUE_IN, readonly=True, help="How long the promises that still run have to be kept."
    )
    engineer_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Who worked longest on the call; its owner when nobody recorded work.",
    )
    # What is measured
    met_percent = fields.Float(
        string="Kept (%)", readonly=True, aggregator="avg", help="Of those that were met or missed."
    )
    met_count = fields.Integer(string="Met", readonly=True)
    missed_count = fields.Integer(string="Missed", readonly=True)
    excused_count = fields.Integer(string="Excused", readonly=True)
    used_hours = fields.Float(
        string="Working Hours Taken", readonly=True, aggregator="avg", help="Of those that have stopped."
    )
    used_percent = fields.Float(
        string="Time Used (%)", readonly=True, aggregator="avg", help="Of those that have stopped."
    )
    kept_within_budget = fields.Float(
        string="In Time and Budget (%)",
        readonly=True,
        aggregator="avg",
        help="Of the completed calls with a promise to resolve and allotted hours: those that kept both.",
    )

    _depends = {
        "service.call": list(CALL_COLUMNS),
        "service.sla.clock": [*CLOCK_COLUMNS, "cycle", "stopped_at", "used_minutes", "budget_minutes"],
        "service.work": ["call_id", "kind", "quantity", "state", "user_id"],
    }

    @property
    def _table_query(self):
        columns = self._get_columns("k", CLOCK_COLUMNS) | self._get_columns("c", CALL_COLUMNS)
        hours = self._get_hours_columns(self._get_is_counted())
        columns |= hours
        columns["engineer_id"] = self._get_engineer()
        columns["kept_within_budget"] = SQL(
            "CASE k.state WHEN 'met' THEN %(share)s WHEN 'missed' THEN 0.0 * %(share)s END",
            share=hours["within_budget"],
        )
        return SQL(
            """SELECT k.id AS id, k.id AS clock_id, %(columns)s,
                      %(due_in)s AS due_in,
                      CASE k.state WHEN 'met' THEN 100.0 WHEN 'missed' THEN 0.0 END AS met_percent,
                      (k.state = 'met')::int AS met_count,
                      (k.state = 'missed')::int AS missed_count,
                      (k.state = 'excused')::int AS excused_count,
                      CASE WHEN k.stopped_at IS NOT NULL THEN k.used_minutes / 60.0 END AS used_hours,
                      CASE WHEN k.stopped_at IS NOT NULL
                           THEN 100.0 * k.used_minutes / NULLIF(k.budget_minutes, 0) END AS used_percent
                 FROM service_sla_clock k
                 JOIN service_call c ON c.id = k.call_id
                 LEFT JOIN service_call_stage stage ON stage.id = c.stage_id
                WHERE k.state != 'void'""",
            columns=self._select(columns),
            due_in=self._get_due_in(),
        )

    @api.model
    def _get_is_counted(self):
        """Return the SQL of whether the hours of a call stand beside this promise: its last one to resolve it."""
        return SQL(
            """(k.metric = 'resolution' AND NOT EXISTS (
                    SELECT 1 FROM service_sla_clock later
                     WHERE later.call_id = k.call_id AND later.metric = 'resolution' AND later.state != 'void'
                       AND later.cycle > k.cycle))"""
        )

    @api.model
    def _get_due_in(self):
        now = fields.Datetime.now()
        return SQL(
            """CASE WHEN k.stopped_at IS NOT NULL OR k.state = 'excused' THEN NULL
                    WHEN k.deadline IS NULL THEN '5'
                    WHEN k.deadline < %(now)s THEN '0'
                    WHEN k.deadline < %(now)s::timestamp + INTERVAL '1 hour' THEN '1'
                    WHEN k.deadline < %(now)s::timestamp + INTERVAL '4 hours' THEN '2'
                    WHEN k.deadline < %(now)s::timestamp + INTERVAL '24 hours' THEN '3'
                    ELSE '4' END""",
            now=now,
        )
