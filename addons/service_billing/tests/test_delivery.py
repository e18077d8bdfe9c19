# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestDelivery(BillingCommon):
    """A unit belongs to whoever ordered it, and stands where it was delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = cls._new_user("bi_stock", "stock.group_stock_user")
        cls.seller = cls._new_user("bi_seller", "sales_team.group_sale_salesman_all_leads")
        cls.dealer = cls.env["res.partner"].create({"name": "Dealer", "is_company": True})
        cls.dealer_office = cls.env["res.partner"].create(
            {"name": "Purchase Office", "parent_id": cls.dealer.id, "type": "other"}
        )
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.lot = cls.env["stock.lot"].create(
            {"name": "D-1", "product_id": cls.model.id, "company_id": cls.company.id}
        )
        cls.env["stock.quant"]._update_available_quantity(cls.model, warehouse.lot_stock_id, 1, lot_id=cls.lot)

    def _deliver(self, buyer, site):
        order = self.env["sale.order"].with_user(self.seller).create(
            {
                "partner_id": buyer.id,
                "partner_shipping_id": site.id,
                "order_line": [Command.create({"product_id": self.model.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        picking = order.sudo().picking_ids
        picking.move_ids.picked = True
        picking.with_user(self.stock_user).button_validate()
        return self.env["service.equipment"].search([("lot_id", "=", self.lot.id)]), order

    def test_bought_for_another_company(self):
        unit, order = self._deliver(self.dealer_office, self.site)
        self.assertRecordValues(
            unit,
            [
                {
                    "partner_id": self.dealer.id,
                    "site_id": self.site.id,
                    "sale_line_id": order.order_line.id,
                    "state": "in_service",
                }
            ],
        )

    def test_bought_for_oneself(self):
        unit, _order = self._deliver(self.customer, self.site)
        self.assertRecordValues(unit, [{"partner_id": self.customer.id, "site_id": self.site.id}])
