# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceFixSkip(models.TransientModel):
    """A fix does not apply to some units, for a reason."""

    _name = "service.fix.skip"
    _description = "Fix Not Applicable"

    application_ids = fields.Many2many(comodel_name="service.fix.application", required=True, string="Units")
    reason = fields.Char(required=True)

    def action_skip(self):
        """Record that the fix does not apply to these units.

        :raise UserError: when one is not to do
        """
        for wizard in self:
            wizard.application_ids._skip(wizard.reason)
        return {"type": "ir.actions.act_window_close"}
