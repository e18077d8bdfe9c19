# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceContract(models.Model):
    _inherit = "service.contract"

    def action_what_if(self):
        """Ask what would happen if the customer called now."""
        self.ensure_one()
        return self.env["service.coverage.whatif"]._get_action(
            partner_id=self.partner_id.id, company_id=self.company_id.id
        )
