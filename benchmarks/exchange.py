# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exchange components one by one, as people do: each beside its own two bare stock moves."""

from odoo.fields import Command

TITLE = "Exchange components one by one"
UNIT = "exchange"
SIZES = (10, 100)


def prepare(env, size):
    """Return ``size`` units with one component each, draft exchanges, and stock for them and for the floor.

    One more is exchanged already, so that whoever is measured first does not pay for what Odoo loads once.
    """
    customer = env["res.partner"].create({"name": "Customer", "is_company": True})
    goods = {"type": "consu", "is_storable": True, "tracking": "serial"}
    model, part = env["product.product"].create([
        {"name": "Machine", "is_service_equipment": True, **goods},
        {"name": "Motor", "standard_price": 45.0, "warranty_parts_months": 6, **goods},
    ])
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    van = env["stock.location"].create({"name": "Van", "location_id": warehouse.view_location_id.id})
    old, new = (_lots(env, part, prefix, size + 1) for prefix in ("OLD", "NEW"))
    _put_in_stock(env, part, van, new)
    units = env["service.equipment"].create([
        {"product_id": model.id, "partner_id": customer.id, "site_id": customer.id, "state": "in_service"}
    ] * (size + 1))
    components = env["service.component"].create([
        {"equipment_id": unit.id, "product_id": part.id, "lot_id": lot.id, "date_installed": "2020-01-01"}
        for unit, lot in zip(units, old, strict=True)
    ])
    exchanges = env["service.exchange"].create([
        {
            "equipment_id": component.equipment_id.id, "component_id": component.id, "new_product_id": part.id,
            "new_lot_id": lot.id, "location_id": van.id,
        }
        for component, lot in zip(components, new, strict=True)
    ])
    exchanges[-1].action_done()
    return exchanges[:-1]


def measure(env, exchanges):
    """Do the exchanges, each as in a request of its own."""
    for exchange in exchanges:
        exchange.action_done()
        env.cr.flush()
    assert set(exchanges.mapped("state")) == {"done"}


def floors(env, exchanges):
    """Make and do as many pairs of bare moves with the same lines."""
    return {"its two bare stock moves, one pair after the other": lambda: bare_one_by_one(env, exchanges)}


def bare_one_by_one(env, exchanges):
    """Move the parts of each exchange without an exchange."""
    for exchange in exchanges:
        _do_bare_moves(env, _pair(exchange))


def bare_at_once(env, exchanges):
    """Move the parts of all exchanges without an exchange."""
    _do_bare_moves(env, [values for exchange in exchanges for values in _pair(exchange)])


def _do_bare_moves(env, vals_list):
    moves = env["stock.move"].create(vals_list)
    moves._action_confirm(merge=False)
    moves._action_done()
    env.cr.flush()
    assert set(moves.mapped("state")) == {"done"}


def _pair(exchange):
    customers = exchange.equipment_id.site_id.property_stock_customer
    return [
        _move(exchange.new_lot_id, exchange.location_id, customers),
        _move(exchange.old_lot_id, customers, exchange.dest_location_id),
    ]


def _move(lot, source, target):
    product = lot.product_id
    places = {"location_id": source.id, "location_dest_id": target.id}
    line = {"product_id": product.id, "product_uom_id": product.uom_id.id, "lot_id": lot.id, "quantity": 1.0}
    return {
        "product_id": product.id, "product_uom": product.uom_id.id, "product_uom_qty": 1.0, "picked": True, **places,
        "move_line_ids": [Command.create({**line, "picked": True, **places})],
    }


def _lots(env, product, prefix, size):
    return env["stock.lot"].create([
        {"name": f"{prefix}-{number}", "product_id": product.id, "company_id": env.company.id}
        for number in range(size)
    ])


def _put_in_stock(env, product, location, lots):
    env["stock.quant"].create([
        {"product_id": product.id, "location_id": location.id, "lot_id": lot.id, "quantity": 1.0} for lot in lots
    ])
