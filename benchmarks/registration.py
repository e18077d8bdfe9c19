# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Register the units of one delivery with the ten components of their product."""

import delivery

from odoo.fields import Command

TITLE = "Register delivered units of ten components"
UNIT = "unit"
SIZES = (100, 1000)
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}


def prepare(env, size):
    """Return the lines of a validated delivery whose units are not registered yet."""
    part = env["product.product"].create({
        "name": "Part", "type": "consu", "is_storable": True, "tracking": "serial",
    })
    picking = delivery.prepare(env, size, is_service_equipment=False, service_design_line_ids=[
        Command.create({"position": f"P{number}", "product_id": part.id, "is_serial_wanted": True})
        for number in range(10)
    ])
    picking.button_validate()
    picking.move_ids.product_id.is_service_equipment = True
    return picking.move_line_ids


def measure(env, lines):
    """Register the units."""
    units = env["service.equipment"]._register_delivered(lines)
    assert len(units.open_component_ids) == 10 * len(lines)


def floors(env, lines):
    """Create as many bare units and components with the same values, without messages and numbers."""

    def create():
        units = env["service.equipment"].with_context(**QUIET).create([
            {**line._prepare_service_equipment_values(), "name": f"BARE-{line.id}", "state": "in_service"}
            for line in lines
        ])
        env["service.component"].with_context(**QUIET).create([
            {
                "equipment_id": unit.id, "position": design.position, "product_id": design.product_id.id,
                "quantity": design.quantity, "is_serial_wanted": design.is_serial_wanted,
                "date_installed": unit.date_delivered,
            }
            for unit in units
            for design in unit.product_id.service_design_line_ids
        ])

    return {"bare units and components": create}
