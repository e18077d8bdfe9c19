# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.service_contract.const import PRIORITIES

from ..const import CHANNELS, COVER_SOURCES, SLA_STATES

HOURS_OF_DAY = [(f"{hour:02}", f"{hour:02}:00") for hour in range(24)]
WEEKDAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]
# Columns of the call that are shown as they are.
CALL_COLUMNS = (
    "company_id",
    "commercial_partner_id",
    "contact_id",
    "site_id",
    "area_id",
    "equipment_id",
    "product_id",
    "type_id",
    "channel",
    "priority",
    "team_id",
    "user_id",
    "contract_id",
    "cover_source",
    "symptom_id",
    "cause_id",
    "remedy_id",
    "stage_id",
    "is_closed",
    "is_paused",
    "sla_state",
    "raised_at",
    "closed_at",
)


class ServiceCallReport(models.Model):
    """One row per call, with what is counted and averaged over calls.

    Each measure is a subquery of its own in the list of columns, so that the database computes only those that are
    asked for.

    *Fixed first time*: completed, never reopened, with one visit at most, and without a further call for the same unit
    that was linked to it within the company's days for repeats. *Repeat*: the same unit had a call with a symptom of
    the same group within those days before.
    """

    _name = "service.call.report"
    _description = "Call Analysis"
    _inherit = ["service.report.mixin", "service.report.hours.mixin"]
    _auto = False
    _rec_name = "call_id"
    _order = "raised_at desc, id desc"

    commercial_partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    contact_id = fields.Many2one(comodel_name="res.partner", readonly=True)
    equipment_id = fields.Many2one(comodel_name="service.equipment", readonly=True)
    categ_id = fields.Many2one(comodel_name="product.category", string="Product Category", readonly=True)
    channel = fields.Selection(selection=CHANNELS, readonly=True)
    priority = fields.Selection(selection=PRIORITIES, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", readonly=True)
    engineer_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Who worked longest on the call; its owner when nobody recorded work.",
    )
    contract_id = fields.Many2one(comodel_name="service.contract", readonly=True)
    cover_source = fields.Selection(selection=COVER_SOURCES, string="Cover", readonly=True)
    symptom_id = fields.Many2one(comodel_name="service.fault", readonly=True)
    symptom_group_id = fields.Many2one(comodel_name="service.fault", readonly=True)
    cause_id = fields.Many2one(comodel_name="service.fault", readonly=True)
    remedy_id = fields.Many2one(comodel_name="service.fault", readonly=True)
    stage_id = fields.Many2one(comodel_name="service.call.stage", readonly=True)
    is_closed = fields.Boolean(string="Closed", readonly=True)
    is_paused = fields.Boolean(string="On Hold", readonly=True)
    sla_state = fields.Selection(selection=SLA_STATES, string="SLA State", readonly=True)
    tag_ids = fields.Many2many(
        comodel_name="service.call.tag",
        relation="service_call_service_call_tag_rel",
        column1="service_call_id",
        column2="service_call_tag_id",
        string="Tags",
        readonly=True,
    )
    raised_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    hour_of_day = fields.Selection(selection=HOURS_OF_DAY, readonly=True, help="When it was raised, at the site.")
    weekday = fields.Selection(selection=WEEKDAYS, readonly=True, help="When it was raised, at the site.")
    # What is measured
    response_hours = fields.Float(
        string="Hours to Reply", readonly=True, aggregator="avg", help="On the wall clock, to the first reply."
    )
    on_site_hours = fields.Float(
        string="Hours to Arrival", readonly=True, aggregator="avg", help="On the wall clock, to the work at the site."
    )
    resolution_hours = fields.Float(
        string="Hours to Close", readonly=True, aggregator="avg", help="On the wall clock, until the call was closed."
    )
    response_working_hours = fields.Float(
        string="Working Hours to Reply",
        readonly=True,
        aggregator="avg",
        help="In the hours of the service level, less the pauses that count.",
    )
    on_site_working_hours = fields.Float(
        string="Working Hours to Arrival",
        readonly=True,
        aggregator="avg",
        help="In the hours of the service level, less the pauses that count.",
    )
    resolution_working_hours = fields.Float(
        string="Working Hours to Close",
        readonly=True,
        aggregator="avg",
        help="In the hours of the service level, less the pauses that count.",
    )
    age_days = fields.Float(string="Age (days)", readonly=True, aggregator="avg", help="Of calls that are open.")
    hours_worked = fields.Float(readonly=True, help="Labour and travel.")
    visit_count = fields.Integer(string="Visits", readonly=True)
    pause_count = fields.Integer(string="Pauses", readonly=True)
    reopen_count = fields.Integer(string="Times Reopened", readonly=True)
    escalation_count = fields.Integer(string="Escalations", readonly=True)
    missed_count = fields.Integer(string="With a Missed Deadline", readonly=True)
    first_time_fix = fields.Float(
        string="Fixed First Time (%)",
        readonly=True,
        aggregator="avg",
        help="Of completed calls: never reopened, one visit at most, no follow-up call for the same unit.",
    )
    repeat_count = fields.Integer(
        string="Repeats",
        readonly=True,
        help="The same unit had a call with a symptom of the same group shortly before.",
    )
    rating = fields.Float(readonly=True, aggregator="avg")

    _depends = {
        "service.call": [*CALL_COLUMNS, "replied_at", "arrived_at", "original_id", "site_tz"],
        "service.call.event": ["call_id", "kind", "corrects_id"],
        "service.call.stage": ["is_cancelled"],
        "service.call.escalation": ["call_id"],
        "service.fault": ["parent_path"],
        "service.sla.clock": ["call_id", "metric", "cycle", "state", "used_minutes"],
        "service.work": ["call_id", "kind", "quantity", "state", "uom_id", "user_id"],
        "product.template": ["categ_id"],
        "rating.rating": ["res_model", "res_id", "rating", "consumed"],
        "res.company": ["service_repeat_days"],
    }

    # ------------------------------------------------------------
    # Query
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        columns = {"id": SQL("c.id"), "call_id": SQL("c.id"), **self._get_columns("c", CALL_COLUMNS)}
        columns.update(self._get_shown_columns())
        columns.update(self._get_time_columns())
        columns.update(self._get_count_columns())
        columns.update(self._get_hours_columns())
        return SQL("SELECT %s %s", self._select(columns), self._get_from())

    @api.model
    def _get_from(self):
        return SQL(
            """FROM service_call c
               JOIN res_company company ON company.id = c.company_id
               LEFT JOIN service_call_stage stage ON stage.id = c.stage_id
               LEFT JOIN service_fault symptom ON symptom.id = c.symptom_id
               LEFT JOIN product_product product ON product.id = c.product_id
               LEFT JOIN product_template template ON template.id = product.product_tmpl_id"""
        )

    @api.model
    def _get_shown_columns(self):
        """Hook: return the columns that group calls, beside those of the call itself: dict of name to SQL."""
        return {
            "categ_id": SQL("template.categ_id"),
            "symptom_group_id": SQL("split_part(symptom.parent_path, '/', 1)::int"),
            "engineer_id": self._get_engineer(),
            "hour_of_day": SQL("to_char(%s, 'HH24')", self._get_site_time("c.raised_at")),
            "weekday": SQL("to_char(%s, 'ID')", self._get_site_time("c.raised_at")),
        }

    @api.model
    def _get_site_time(self, column):
        return SQL("%s AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(c.site_tz, 'UTC')", SQL(column))

    @api.model
    def _get_time_columns(self):
        """Hook: return the measures of time: dict of name to SQL."""
        ends = {"response": "c.replied_at", "on_site": "c.arrived_at", "resolution": "c.closed_at"}
        columns = {
            f"{metric}_hours": SQL("EXTRACT(EPOCH FROM %s - c.raised_at) / 3600.0", SQL(end))
            for metric, end in ends.items()
        }
        for metric in ends:
            columns[f"{metric}_working_hours"] = SQL(
                """(SELECT k.used_minutes / 60.0 FROM service_sla_clock k
                     WHERE k.call_id = c.id AND k.metric = %s AND k.cycle = 0
                       AND k.stopped_at IS NOT NULL AND k.state != 'void')""",
                metric,
            )
        columns["age_days"] = SQL(
            "CASE WHEN c.closed_at IS NULL THEN EXTRACT(EPOCH FROM %s - c.raised_at) / 86400.0 END",
            fields.Datetime.now(),
        )
        columns["hours_worked"] = SQL(
            """(SELECT SUM(w.quantity * uom.factor) FROM service_work w JOIN uom_uom uom ON uom.id = w.uom_id
                 WHERE w.call_id = c.id AND w.kind IN ('labour', 'travel') AND w.state != 'refused'
                   AND split_part(uom.parent_path, '/', 1) = %s)""",
            str(self.env.ref("uom.product_uom_hour").id),
        )
        return columns

    @api.model
    def _get_count_columns(self):
        """Hook: return what is counted: dict of name to SQL."""
        return {
            "visit_count": self._count_events("arrived"),
            "pause_count": self._count_events("paused"),
            "reopen_count": self._count_events("reopened"),
            "escalation_count": SQL("(SELECT COUNT(*) FROM service_call_escalation x WHERE x.call_id = c.id)"),
            "missed_count": SQL("(c.sla_state = 'missed')::int"),
            "first_time_fix": self._get_first_time_fix(),
            "repeat_count": SQL(
                """(c.symptom_id IS NOT NULL AND EXISTS (
                        SELECT 1 FROM service_call p JOIN service_fault f ON f.id = p.symptom_id
                         WHERE p.equipment_id = c.equipment_id AND p.id != c.id AND p.raised_at <= c.raised_at
                           AND p.raised_at >= c.raised_at - company.service_repeat_days * INTERVAL '1 day'
                           AND split_part(f.parent_path, '/', 1) = split_part(symptom.parent_path, '/', 1)))::int"""
            ),
            "rating": SQL(
                """(SELECT AVG(r.rating) FROM rating_rating r
                     WHERE r.res_model = 'service.call' AND r.res_id = c.id AND r.consumed)"""
            ),
        }

    @api.model
    def _count_events(self, kind):
        """Count the events of a kind as they were entered first, less those that were corrected into another kind."""
        return SQL(
            """(SELECT COUNT(*) FROM service_call_event e
                 WHERE e.call_id = c.id AND e.kind = %s AND e.corrects_id IS NULL
                   AND NOT EXISTS (SELECT 1 FROM service_call_event x
                                    WHERE x.corrects_id = e.id AND x.kind != e.kind))""",
            kind,
        )

    @api.model
    def _get_first_time_fix(self):
        return SQL(
            """CASE WHEN c.closed_at IS NULL OR stage.is_cancelled THEN NULL
                    WHEN %(visits)s > 1 OR %(reopenings)s > 0 OR EXISTS (
                        SELECT 1 FROM service_call f
                         WHERE f.original_id = c.id AND f.equipment_id = c.equipment_id
                           AND f.raised_at <= c.closed_at + company.service_repeat_days * INTERVAL '1 day')
                    THEN 0.0 ELSE 100.0 END""",
            visits=self._count_events("arrived"),
            reopenings=self._count_events("reopened"),
        )
