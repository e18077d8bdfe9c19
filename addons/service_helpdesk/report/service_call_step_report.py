# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.service_contract.const import PRIORITIES

STEPS = [
    ("raised", "Raised"),
    ("allocated", "Allocated"),
    ("planned", "Planned"),
    ("travel", "Travel"),
    ("arrived", "Working"),
    ("paused", "On hold"),
]
CALL_COLUMNS = (
    "company_id",
    "commercial_partner_id",
    "site_id",
    "area_id",
    "product_id",
    "type_id",
    "priority",
    "team_id",
    "user_id",
)


class ServiceCallStepReport(models.Model):
    """One row per step that a call went through: how long it stayed there, on the wall clock, by the log of events.

    A step lasts until the next event that leads elsewhere; after a pause the call is back in the step before it. A
    corrected event counts with its last correction.
    """

    _name = "service.call.step.report"
    _description = "Time in Steps"
    _inherit = ["service.report.mixin"]
    _auto = False
    _rec_name = "call_id"
    _order = "started_at desc, id desc"

    commercial_partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    priority = fields.Selection(selection=PRIORITIES, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", readonly=True)
    step = fields.Selection(selection=STEPS, readonly=True)
    reason = fields.Char(readonly=True, help="Why the call was put on hold.")
    started_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    hours = fields.Float(readonly=True, help="Up to now, where the call still is there.")
    hours_each = fields.Float(string="Hours Each Time", readonly=True, aggregator="avg")

    _depends = {
        "service.call": list(CALL_COLUMNS),
        "service.call.event": ["call_id", "kind", "at", "reason", "corrects_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """WITH RECURSIVE chain AS (
                    SELECT e.id AS root, e.id AS last FROM service_call_event e WHERE e.corrects_id IS NULL
                 UNION ALL
                    SELECT chain.root, e.id FROM chain JOIN service_call_event e ON e.corrects_id = chain.last
               ), effective AS (
                    SELECT DISTINCT ON (chain.root) chain.root AS id, e.call_id, e.kind, e.at, e.reason
                      FROM chain JOIN service_call_event e ON e.id = chain.last
                  ORDER BY chain.root, e.id DESC
               ), progress AS (
                    SELECT *, COUNT(*) FILTER (WHERE kind IN %(steps)s) OVER log AS part
                      FROM effective
                     WHERE kind IN %(marks)s
                    WINDOW log AS (PARTITION BY call_id ORDER BY at, id)
               ), placed AS (
                    SELECT id, call_id, kind, at, reason,
                           FIRST_VALUE(kind) OVER (PARTITION BY call_id, part ORDER BY at, id) AS back_to,
                           LEAD(at) OVER (PARTITION BY call_id ORDER BY at, id) AS ended_at
                      FROM progress
               )
               SELECT p.id AS id, p.call_id AS call_id, %(columns)s,
                      CASE WHEN p.kind IN ('resumed', 'reopened') THEN p.back_to ELSE p.kind END AS step,
                      CASE WHEN p.kind = 'paused' THEN p.reason END AS reason,
                      p.at AS started_at, p.ended_at AS ended_at,
                      EXTRACT(EPOCH FROM COALESCE(p.ended_at, %(now)s) - p.at) / 3600.0 AS hours,
                      EXTRACT(EPOCH FROM COALESCE(p.ended_at, %(now)s) - p.at) / 3600.0 AS hours_each
                 FROM placed p JOIN service_call c ON c.id = p.call_id
                WHERE p.kind NOT IN ('completed', 'cancelled')""",
            steps=("raised", "allocated", "planned", "travel", "arrived"),
            marks=(*dict(STEPS), "resumed", "reopened", "completed", "cancelled"),
            columns=self._select(self._get_columns("c", CALL_COLUMNS)),
            now=fields.Datetime.now(),
        )
