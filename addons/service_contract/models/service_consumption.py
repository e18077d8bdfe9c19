# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceConsumption(models.Model):
    """What was taken out of a quota, or given back. Append-only (rules.md 4)."""

    _name = "service.consumption"
    _description = "Quota Consumption"
    _order = "date desc, id desc"
    _rec_name = "entitlement_id"

    entitlement_id = fields.Many2one(
        comodel_name="service.entitlement",
        string="Quota",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(related="entitlement_id.contract_id", store=True, index=True)
    company_id = fields.Many2one(related="entitlement_id.company_id", store=True, index=True)
    unit = fields.Selection(related="entitlement_id.unit", string="Unit of Measure")
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        readonly=True,
        help="Positive when taken, negative when given back.",
    )
    date = fields.Date(required=True, readonly=True, help="The day of the work, at the site.")
    reversal_of_id = fields.Many2one(
        comodel_name="service.consumption",
        string="Gives Back",
        readonly=True,
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        comodel_name="service.consumption",
        inverse_name="reversal_of_id",
        string="Given Back By",
    )
    note = fields.Char(readonly=True)

    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "A consumption is given back once.",
    )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What was taken from a quota stands; it can only be given back."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was taken from a quota stands; it can only be given back."))

    def _reverse(self):
        """Give back exactly what was taken, by opposite rows; what was given back already stays as it is.

        :return: the new rows
        """
        # Whoever takes back the validation of work gives back what it took, as in `service.entitlement._consume`.
        taken = self.sudo().filtered(lambda row: not row.reversal_of_id and not row.reversal_ids)
        for consumption in taken:
            entitlement = consumption.entitlement_id
            entitlement._add_used(-entitlement._to_decimal(consumption.quantity))
        return taken.create([consumption._prepare_reversal_values() for consumption in taken])

    def _prepare_reversal_values(self):
        """Return the values of the row that gives one back."""
        self.ensure_one()
        return {
            "entitlement_id": self.entitlement_id.id,
            "quantity": -self.quantity,
            "date": self.date,
            "reversal_of_id": self.id,
        }
