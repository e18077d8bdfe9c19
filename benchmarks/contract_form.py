# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a contract manager waits for on the screen of a contract with 2, 200 and 2,000 units.

Opening the form as the web client does it (the fields of the screen, of lists the first page), changing one field,
adding one covered unit, the first page of the history, and activating: the number of units must not matter for what a
person does to one of them, and activating is a handful of queries.
"""

import time
from datetime import date

from lxml import etree

from odoo import Command

TITLE = "The screen of a contract"
SIZES = (2, 200, 2000)
PAGE = 40


def report(env):
    """Print queries and milliseconds of each step, by number of units."""
    stages = {size: Stage(env, size).measure() for size in SIZES}
    print(f"{TITLE:34} " + "".join(f"{size:>8} units{'queries':>9}" for size in SIZES))
    for label in stages[SIZES[0]]:
        line = "".join(f"{stages[size][label][0]:>11.1f} ms{stages[size][label][1]:>9}" for size in SIZES)
        print(f"{label:34} {line}")


class Stage:
    """A contract with a number of units, one priced row for each."""

    def __init__(self, env, size):
        self.env, self.size = env, size
        partner = env["res.partner"].create({"name": "Customer", "is_company": True})
        sites = env["res.partner"].create(
            [{"name": f"Site {index}", "parent_id": partner.id, "type": "delivery"} for index in range(10)]
        )
        product = env["product.product"].create(
            {"name": "Pump", "type": "consu", "is_storable": True, "tracking": "serial", "is_service_equipment": True}
        )
        lots = env["stock.lot"].create(
            [{"name": f"B-{size}-{index}", "product_id": product.id} for index in range(size + 1)]
        )
        self.units = env["service.equipment"].create(
            [
                {
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "partner_id": partner.id,
                    "site_id": sites[index % 10].id,
                }
                for index, lot in enumerate(lots)
            ]
        )
        self.contract = env["service.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": date(2026, 1, 1),
                "date_end": date(2026, 12, 31),
                "period_ids": [Command.create({"free_hours": 40})],
                "coverage_ids": [
                    Command.create({"equipment_id": unit.id, "price": 10.0}) for unit in self.units[:size]
                ],
            }
        )
        env.flush_all()
        env.cr.execute("ANALYZE")

    def measure(self):
        """Return {label: (milliseconds, queries)}."""
        arch = self.env["service.contract"].get_views([(False, "form")])["views"]["form"]["arch"]
        specification = self.specify(self.env["service.contract"], etree.fromstring(arch))
        unit = self.units[-1]
        steps = {
            "activate": self.contract.action_activate,
            "open": lambda: self.contract.web_read(specification),
            "change one field": lambda: self.contract.web_save({"note": "<p>Changed</p>"}, specification),
            "add one unit": lambda: self.contract.web_save(
                {"coverage_ids": [Command.create({"equipment_id": unit.id, "price": 5.0})]}, specification
            ),
            "first page of the history": self.contract.get_history_page,
        }
        return {label: self.time(step) for label, step in steps.items()}

    def time(self, step):
        """Run a step with cold record caches; twice when it changes nothing, since the first fills other caches."""
        for _turn in range(2 if step.__name__ != "action_activate" else 1):
            self.env.flush_all()
            self.env.invalidate_all()
            queries, start = self.env.cr.sql_log_count, time.perf_counter()
            step()
            self.env.flush_all()
        return 1000 * (time.perf_counter() - start), self.env.cr.sql_log_count - queries

    def specify(self, model, arch):
        """Return what the web client reads for an arch: of lists the first page with its columns."""
        specification = {}
        for node in arch.xpath(".//field[not(ancestor::field)]"):
            field = model._fields[node.get("name")]
            if not field.relational:
                specification[field.name] = {}
            elif (subview := node.find("list")) is not None:
                comodel = self.env[field.comodel_name]
                columns = {
                    column.get("name"): {"fields": {"display_name": {}}}
                    if comodel._fields[column.get("name")].relational
                    else {}
                    for column in subview.iter("field")
                }
                order = subview.get("default_order", "")
                specification[field.name] = {"fields": columns, "limit": PAGE, "order": order}
            else:
                specification[field.name] = {"fields": {"display_name": {}}}
        return specification
