# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.service_equipment.const import WORK_KINDS

WORK_COLUMNS = (
    "call_id",
    "company_id",
    "partner_id",
    "contract_id",
    "equipment_id",
    "resource_id",
    "user_id",
    "kind",
    "date",
    "state",
)
CALL_COLUMNS = ("type_id", "team_id", "product_id", "area_id", "site_id")


class ServiceWorkReport(models.Model):
    """One row per work line, with its hours and kilometres in columns of their own: who spent his time on what."""

    _name = "service.work.report"
    _description = "Time Analysis"
    _inherit = ["service.report.mixin"]
    _auto = False
    _rec_name = "work_id"
    _order = "date desc, id desc"

    work_id = fields.Many2one(comodel_name="service.work", string="Work Line", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    contract_id = fields.Many2one(comodel_name="service.contract", readonly=True)
    equipment_id = fields.Many2one(comodel_name="service.equipment", readonly=True)
    resource_id = fields.Many2one(comodel_name="resource.resource", string="Done By", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    kind = fields.Selection(selection=WORK_KINDS, readonly=True)
    date = fields.Date(readonly=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("submitted", "Submitted"), ("validated", "Validated")],
        readonly=True,
    )
    # What is measured
    labour_hours = fields.Float(string="Labour (hours)", readonly=True)
    travel_hours = fields.Float(string="Travel (hours)", readonly=True)
    distance = fields.Float(string="Distance (km)", readonly=True)
    free_hours = fields.Float(
        string="Free (hours)", readonly=True, help="Labour and travel that nobody is charged for."
    )
    chargeable_hours = fields.Float(string="Chargeable (hours)", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    cost = fields.Monetary(readonly=True, groups="service_helpdesk.group_service_cost")

    _depends = {
        "service.work": [*WORK_COLUMNS, "quantity", "quantity_free", "quantity_chargeable", "uom_id", "cost"],
        "service.call": list(CALL_COLUMNS),
        "res.company": ["currency_id"],
    }

    @property
    def _table_query(self):
        hour, kilometre = self.env.ref("uom.product_uom_hour"), self.env.ref("uom.product_uom_km")
        is_time = SQL(
            "w.kind IN ('labour', 'travel') AND split_part(uom.parent_path, '/', 1) = %s",
            hour.parent_path.split("/")[0],
        )
        return SQL(
            """SELECT w.id AS id, w.id AS work_id, %(columns)s, company.currency_id AS currency_id, w.cost AS cost,
                      CASE WHEN w.kind = 'labour' AND %(is_time)s THEN w.quantity * uom.factor END AS labour_hours,
                      CASE WHEN w.kind = 'travel' AND %(is_time)s THEN w.quantity * uom.factor END AS travel_hours,
                      CASE WHEN w.kind = 'distance' AND split_part(uom.parent_path, '/', 1) = %(length)s
                           THEN w.quantity * uom.factor / %(kilometre)s END AS distance,
                      CASE WHEN %(is_time)s THEN w.quantity_free * uom.factor END AS free_hours,
                      CASE WHEN %(is_time)s THEN w.quantity_chargeable * uom.factor END AS chargeable_hours
                 FROM service_work w
                 JOIN service_call c ON c.id = w.call_id
                 JOIN res_company company ON company.id = w.company_id
                 LEFT JOIN uom_uom uom ON uom.id = w.uom_id
                WHERE w.state != 'refused'""",
            columns=self._select(self._get_columns("w", WORK_COLUMNS) | self._get_columns("c", CALL_COLUMNS)),
            is_time=is_time,
            length=kilometre.parent_path.split("/")[0],
            kilometre=kilometre.factor,
        )
