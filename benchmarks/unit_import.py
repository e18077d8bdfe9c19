# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import units with two components each from a CSV file, as the import screen does."""

import csv
import io

TITLE = "Import units of two components from a file"
UNIT = "unit"
SIZES = (200, 2000)
COLUMNS = [
    "asset_code", "product_id", "serial_number", "partner_id", "site_id", "date_delivered",
    "component_ids/position", "component_ids/product_id", "component_ids/serial_number",
]
OPTIONS = {"has_headers": True, "separator": ",", "quoting": '"', "date_format": "%Y-%m-%d", "limit": 2000}


def prepare(env, size):
    """Return the rows of the file: three for each unit of one of 50 customers with four sites each."""
    model, part = env["product.product"].create([
        {"name": name, "default_code": name.upper(), "type": "consu", "is_storable": True, "tracking": "serial"}
        for name in ("Machine", "Part")
    ])
    customers = env["res.partner"].create([
        {"name": f"Customer {number}", "ref": f"BENCH-{number}", "is_company": True} for number in range(50)
    ])
    env["res.partner"].create([
        {"name": f"Site {number}", "parent_id": customer.id, "type": "delivery", "is_service_site": True}
        for customer in customers
        for number in range(4)
    ])
    rows = []
    for number in range(size):
        rows += [
            [f"A-{number}", model.default_code, f"U-{number}", f"BENCH-{number % 50}", f"Site {number % 4}",
             "2026-01-31", "Left", part.default_code, f"L-{number}"],
            ["", "", "", "", "", "", "Right", part.default_code, f"R-{number}"],
        ]
    return rows


def measure(env, rows):
    """Import the file."""
    file = io.StringIO()
    csv.writer(file).writerows([COLUMNS, *rows])
    wizard = env["base_import.import"].create({
        "res_model": "service.equipment", "file": file.getvalue().encode(), "file_name": "units.csv",
        "file_type": "text/csv",
    })
    result = wizard.with_context(tracking_disable=True).execute_import(COLUMNS, COLUMNS, dict(OPTIONS))
    assert len(result["ids"]) == len(rows) // 2, result["messages"]


def floors(env, rows):
    """Create the same serial numbers, units and components, with everything looked up already."""
    products = {
        product.default_code: product for product in env["product.product"].search([("default_code", "!=", False)])
    }
    partners = {partner.ref: partner for partner in env["res.partner"].search([("ref", "like", "BENCH-")])}
    sites = {
        (site.parent_id, site.name): site for site in env["res.partner"].search([("parent_id.ref", "like", "BENCH-")])
    }

    def create():
        quiet = env["service.equipment"].with_context(tracking_disable=True).env
        keys = [(products[row[1]].id, env.company.id, row[2]) for row in rows if row[2]]
        keys += [(products[row[7]].id, env.company.id, row[8]) for row in rows]
        lots = dict(zip(keys, quiet["stock.lot"].create([
            {"product_id": product, "company_id": company, "name": name} for product, company, name in keys
        ]), strict=True))
        units = quiet["service.equipment"].create([
            {
                "asset_code": row[0], "product_id": products[row[1]].id, "partner_id": partners[row[3]].id,
                "site_id": sites[partners[row[3]], row[4]].id, "date_delivered": row[5],
                "lot_id": lots[products[row[1]].id, env.company.id, row[2]].id,
            }
            for row in rows
            if row[2]
        ])
        quiet["service.component"].create([
            {
                "equipment_id": units[index // 2].id, "position": row[6], "product_id": products[row[7]].id,
                "lot_id": lots[products[row[7]].id, env.company.id, row[8]].id,
            }
            for index, row in enumerate(rows)
        ])

    return {"bare serials, units and components": create}
