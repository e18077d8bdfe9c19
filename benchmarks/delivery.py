# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Validate a delivery of serial numbers whose product is registered, and the same delivery without that."""

from odoo.fields import Command

TITLE = "Validate a delivery of serial numbers that become units"
UNIT = "serial number"
SIZES = (100, 1000)


def prepare(env, size, **product_vals):
    """Return a delivery of as many serial numbers, picked and ready."""
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    stock, customers = warehouse.lot_stock_id, env.ref("stock.stock_location_customers")
    customer = env["res.partner"].create({"name": "Customer", "is_company": True})
    product = env["product.product"].create({
        "name": "Machine", "type": "consu", "is_storable": True, "tracking": "serial", "is_service_equipment": True,
        "warranty_parts_months": 24, "warranty_labour_months": 12, **product_vals,
    })
    lots = env["stock.lot"].create([
        {"name": f"BENCH-{number}", "product_id": product.id, "company_id": env.company.id} for number in range(size)
    ])
    env["stock.quant"].create([
        {"product_id": product.id, "location_id": stock.id, "lot_id": lot.id, "quantity": 1} for lot in lots
    ])
    places = {"location_id": stock.id, "location_dest_id": customers.id}
    picking = env["stock.picking"].create({
        "picking_type_id": warehouse.out_type_id.id, "partner_id": customer.id, **places,
        "move_ids": [Command.create({
            "product_id": product.id, "product_uom": product.uom_id.id, "product_uom_qty": size, **places,
        })],
    })
    picking.action_confirm()
    picking.move_ids.move_line_ids.unlink()
    picking.move_ids.move_line_ids = [
        Command.create({
            "product_id": product.id, "lot_id": lot.id, "quantity": 1, "picked": True, "picking_id": picking.id,
            **places,
        })
        for lot in lots
    ]
    return picking


def measure(env, picking):
    """Validate the delivery; it registers the units."""
    picking.button_validate()
    count = env["service.equipment"].search_count([("delivery_picking_id", "=", picking.id)])
    assert picking.state == "done" and count == len(picking.move_line_ids)


def floors(env, picking):
    """Validate the same delivery of a product that is not registered."""

    def validate():
        picking.move_ids.product_id.is_service_equipment = False
        picking.button_validate()
        assert picking.state == "done"

    return {"the same delivery, not registered": validate}
