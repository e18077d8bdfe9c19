# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
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
    that waits in a pause, or was dropped, is not counted.
    """

    _name = "service.sla.report"
    _description = "SLA Analysis"
    _auto = False
    _rec_name = "clock_id"
    _order = "deadline, id"

    clock_id = fields.Many2one(comodel_name="service.sla.clock", string="Promise", readonly=True)
    call_id = fields.Many2one(comodel_name="service.call", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    commercial_partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    contract_id = fields.Many2one(comodel_name="service.contract", readonly=True)
    site_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    area_id = fields.Many2one(comodel_name="service.area", readonly=True)
    equipment_id = fields.Many2one(comodel_name="service.equipment", readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    type_id = fields.Many2one(comodel_name="service.call.type", readonly=True)
    priority = fields.Selection(selection=PRIORITIES, readonly=True)
    team_id = fields.Many2one(comodel_name="service.team", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", readonly=True)
    metric = fields.Selection(selection=METRICS, readonly=True)
    state = fields.Selection(selection=CLOCK_STATES, readonly=True)
    raised_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(readonly=True)
    is_closed = fields.Boolean(string="Call Closed", readonly=True)
    due_in = fields.Selection(
        selection=DUE_IN, readonly=True, help="How long the promises that still run have to be kept."
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
        string="Budget Used (%)", readonly=True, aggregator="avg", help="Of those that have stopped."
    )

    _depends = {
        "service.call": list(CALL_COLUMNS),
        "service.sla.clock": [*CLOCK_COLUMNS, "stopped_at", "used_minutes", "budget_minutes"],
    }

    @property
    def _table_query(self):
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
                 FROM service_sla_clock k JOIN service_call c ON c.id = k.call_id
                WHERE k.state != 'void'""",
            columns=SQL(", ").join(
                [SQL("k.%s", SQL.identifier(name)) for name in CLOCK_COLUMNS]
                + [SQL("c.%s", SQL.identifier(name)) for name in CALL_COLUMNS]
            ),
            due_in=self._get_due_in(),
        )

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

    def action_open_call(self):
        """Open the call behind a row."""
        self.ensure_one()
        return self.call_id._get_records_action(name=self.env._("Call"))
