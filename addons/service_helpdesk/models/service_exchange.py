# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import fields, models
from odoo.exceptions import UserError


class ServiceExchange(models.Model):
    _inherit = "service.exchange"

    call_id = fields.Many2one(
        comodel_name="service.call",
        index="btree_not_null",
        check_company=True,
        copy=False,
        domain="[('equipment_id', '=', equipment_id)]",
    )
    work_ids = fields.One2many(
        comodel_name="service.work",
        inverse_name="exchange_id",
        string="Part Line",
        groups="service_helpdesk.group_service_helpdesk_reader,service_helpdesk.group_service_helpdesk_engineer,"
        "service_equipment.group_service_auditor",
    )

    def action_reverse(self):
        """Reverse the exchange; its part line goes with it.

        :raise UserError: when that line was validated
        """
        # Whoever exchanged the part need not see the controller's lines.
        for exchange in self.sudo():
            if exchange.work_ids.filtered(lambda line: line.state == "validated"):
                raise UserError(
                    self.env._(
                        "The part of %(exchange)s is validated on call %(call)s: take the validation back first.",
                        exchange=exchange.name,
                        call=exchange.call_id.name,
                    )
                )
        return super().action_reverse()

    def _after_done(self):
        super()._after_done()
        # A stock clerk records exchanges without any right on work lines.
        self.env["service.work"].sudo().create(
            [exchange._prepare_work_values() for exchange in self.sudo() if exchange.call_id and not exchange.work_ids]
        )

    def _after_reversed(self):
        super()._after_reversed()
        self.sudo().work_ids.unlink()

    def _prepare_work_values(self):
        """Return the values of the part line that a done exchange makes on its call."""
        self.ensure_one()
        zone = pytz.timezone(self.call_id.site_tz or "UTC")
        resource = self.env["resource.resource"].search(
            [("user_id", "=", self.user_id.id), ("company_id", "in", (self.company_id.id, False))],
            limit=1,
        )
        return {
            "call_id": self.call_id.id,
            "exchange_id": self.id,
            "kind": "part",
            "product_id": self.new_product_id.id,
            "quantity": self.quantity,
            "date": pytz.utc.localize(self.date or fields.Datetime.now()).astimezone(zone).date(),
            "resource_id": resource.id,
        }
