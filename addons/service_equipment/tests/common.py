# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

# A Wednesday noon in UTC, 13:00 in Rome.
NOW = "2026-11-18 12:00:00"
TODAY = date(2026, 11, 18)


class EquipmentCase(TransactionCase):
    """Users by role, one customer with a site in Rome, serial-tracked products, a van."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.company = cls.env.company
        cls.company.partner_id.tz = "Europe/Rome"
        cls.user_equipment = cls._new_user("eq_user", "service_equipment.group_service_equipment_user")
        cls.user_manager = cls._new_user("eq_manager", "service_equipment.group_service_equipment_manager")
        cls.user_auditor = cls._new_user("eq_auditor", "service_equipment.group_service_auditor")
        cls.user_stock = cls._new_user("eq_stock", "stock.group_stock_user")
        cls.user_employee = cls._new_user("eq_employee", "base.group_user")
        cls.customer = cls.env["res.partner"].create({"name": "Rossi Spa", "is_company": True, "tz": "Europe/Rome"})
        cls.site = cls.env["res.partner"].create(
            {"name": "Rossi Plant", "parent_id": cls.customer.id, "type": "delivery", "tz": "Europe/Rome"}
        )
        cls.other_customer = cls.env["res.partner"].create({"name": "Bianchi Srl", "is_company": True})
        cls.user_portal = new_test_user(
            cls.env, "eq_portal", groups="base.group_portal", name="Rossi Portal", email="portal@rossi.example"
        )
        cls.user_portal.partner_id.parent_id = cls.customer
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.stock = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.van = cls.env["stock.location"].create(
            {"name": "Van 1", "usage": "internal", "location_id": cls.warehouse.view_location_id.id}
        )
        cls.product = cls._new_product(
            "Pump",
            is_service_equipment=True,
            warranty_parts_months=24,
            warranty_labour_months=12,
        )
        cls.part = cls._new_product("Motor", standard_price=45.0, warranty_parts_months=6)

    @classmethod
    def _new_user(cls, login, groups, **vals):
        return new_test_user(cls.env, login, groups=groups, email=f"{login}@service.example", **vals)

    @classmethod
    def _new_product(cls, name, **vals):
        return cls.env["product.product"].create(
            {"name": name, "type": "consu", "is_storable": True, "tracking": "serial", **vals}
        )

    @classmethod
    def _new_lot(cls, name, product=None, location=None, company=None):
        """Make a serial number, and put it in stock when a location is given."""
        product = product or cls.part
        lot = cls.env["stock.lot"].create(
            {"name": name, "product_id": product.id, "company_id": (company or cls.company).id}
        )
        if location:
            cls.env["stock.quant"]._update_available_quantity(product, location, 1, lot_id=lot)
        return lot

    @classmethod
    def _new_unit(cls, serial=None, **vals):
        """Make a unit at the site by hand, delivered on 1 October 2026 and in service."""
        product = cls.env["product.product"].browse(vals.get("product_id")) or cls.product
        unit = cls.env["service.equipment"].create(
            {
                "product_id": product.id,
                "lot_id": cls._new_lot(serial, product).id if serial else False,
                "partner_id": cls.customer.id,
                "site_id": cls.site.id,
                "date_delivered": date(2026, 10, 1),
                **vals,
            }
        )
        unit._transition("in_service")
        return unit

    @classmethod
    def _new_component(cls, unit, serial=None, **vals):
        product = cls.env["product.product"].browse(vals.get("product_id")) or cls.part
        return cls.env["service.component"].create(
            {
                "equipment_id": unit.id,
                "product_id": product.id,
                "lot_id": cls._new_lot(serial, product).id if serial else False,
                "date_installed": date(2026, 10, 1),
                **vals,
            }
        )

    @classmethod
    def _new_delivery(cls, lots, partner=None, source=None, demand=None):
        """Make a delivery ready to be validated, with these serial numbers picked."""
        picking_type = cls.warehouse.out_type_id
        source = source or cls.stock
        partner = partner or cls.site
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "partner_id": partner.id,
                "origin": "S00042",
                "location_id": source.id,
                "location_dest_id": cls.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom": product.uom_id.id,
                            "product_uom_qty": demand or len(product_lots),
                            "location_id": source.id,
                            "location_dest_id": cls.customers.id,
                        }
                    )
                    for product, product_lots in lots.grouped("product_id").items()
                ],
            }
        )
        picking.action_confirm()
        cls._pick(picking, lots)
        return picking

    @classmethod
    def _pick(cls, picking, lots):
        """Replace what is reserved on a picking by these serial numbers."""
        for move in picking.move_ids:
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(
                    {
                        "product_id": lot.product_id.id,
                        "product_uom_id": lot.product_id.uom_id.id,
                        "lot_id": lot.id,
                        "quantity": 1,
                        "picked": True,
                        "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id,
                        "picking_id": picking.id,
                    }
                )
                for lot in lots
                if lot.product_id == move.product_id
            ]

    @classmethod
    def _validate(cls, picking, user=None):
        """Validate a picking as a stock user; what is missing goes to a backorder."""
        picking = picking.with_user(user or cls.user_stock).with_context(skip_backorder=True)
        picking.button_validate()
        return picking

    @classmethod
    def _return(cls, picking, lots):
        """Return serial numbers of a done delivery with Odoo's own wizard."""
        wizard = cls.env["stock.return.picking"].with_user(cls.user_stock)
        wizard = wizard.with_context(active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")
        wizard = wizard.create({"picking_id": picking.id})
        for line in wizard.product_return_moves:
            line.quantity = len(lots.filtered(lambda lot, line=line: lot.product_id == line.product_id))
        back = cls.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        cls._pick(back, lots)
        return cls._validate(back)

    def _get_quantity(self, lot, location):
        return sum(
            self.env["stock.quant"]
            .search([("lot_id", "=", lot.id), ("location_id", "=", location.id)])
            .mapped("quantity")
        )
