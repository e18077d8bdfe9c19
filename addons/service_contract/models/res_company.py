# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Default Service Level",
        check_company=True,
        help="The service level of calls that no contract covers.",
    )
