# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import csv
import io
from datetime import date

from odoo import Command
from odoo.tests import tagged
from odoo.tools import file_open

from .common import EquipmentCase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "has_headers": True,
    "separator": ",",
    "quoting": '"',
    "limit": 2000,
    "skip": 0,
    "date_format": "%Y-%m-%d",
    "tracking_disable": True,
}


@tagged("post_install", "-at_install")
class TestImport(EquipmentCase):
    """Files as the import screen sends them, by the equipment manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code = "PMP"
        cls.part.default_code = "MTR"
        cls.rotor = cls._new_product("Rotor", default_code="RTR")
        cls.customer.ref = "C-17"
        cls.env["service.zone"].create({"name": "Hall 3"})
        cls.env["service.equipment.tag"].create([{"name": "Leased"}, {"name": "Old"}])

    def _import(self, text, dryrun=False, **options):
        header, *_rows = rows = list(csv.reader(io.StringIO(text)))
        width = len(header)
        file = io.StringIO()
        csv.writer(file).writerows(row + [""] * (width - len(row)) for row in rows)
        wizard = (
            self.env["base_import.import"]
            .with_user(self.user_manager)
            .create(
                {
                    "res_model": "service.equipment",
                    "file": file.getvalue().encode(),
                    "file_name": "units.csv",
                    "file_type": "text/csv",
                }
            )
        )
        context = {"tracking_disable": True}
        return wizard.with_context(**context).execute_import(header, header, {**OPTIONS, **options}, dryrun=dryrun)

    def _count(self):
        models = ("service.equipment", "service.component", "stock.lot", "res.partner")
        return [self.env[model].with_context(active_test=False).search_count([]) for model in models]

    def _assert_refused(self, text, *messages, **options):
        """Assert that a file is refused with these messages, and leaves nothing behind."""
        before = self._count()
        result = self._import(text, **options)
        self.assertFalse(result["ids"])
        self.assertEqual([message["message"] for message in result["messages"]], list(messages))
        self.assertEqual(self._count(), before)
        return result["messages"]

    # Good files --------------------------------------------------------------

    def test_units_with_components(self):
        result = self._import(
            "name,asset_code,product_id,serial_number,partner_id,site_id,zone_id,tag_ids,version,date_delivered,"
            "date_installed,delivery_ref,invoice_ref,warranty_parts_end,component_ids/position,"
            "component_ids/product_id,component_ids/serial_number,component_ids/quantity,component_ids/version,component_ids/date_installed,"
            "component_ids/child_ids/product_id,component_ids/child_ids/serial_number\n"
            'OLD-1,A-1,PMP,P-1,C-17,Rossi Plant,Hall 3,"Leased,Old",2.0,2024-05-01,2024-05-10,WH/OUT/1,INV/1,'
            "2026-12-31,Left,MTR,M-1,1,1.1,2024-05-10,RTR,R-1\n"
            ",,,,,,,,,,,,,,Right,Motor,M-2,1,1.2,2025-01-31,,\n"
            ",,Pump,P-2,Rossi Spa,,,,,2024-06-01,,,,,,,,,,,,\n"
        )
        self.assertEqual(result["messages"], [])
        units = self.env["service.equipment"].browse(result["ids"])
        self.assertRecordValues(
            units[0],
            [
                {
                    "name": "OLD-1",
                    "asset_code": "A-1",
                    "product_id": self.product.id,
                    "serial_number": "P-1",
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "version": "2.0",
                    "state": "in_service",
                    "date_delivered": date(2024, 5, 1),
                    "date_installed": date(2024, 5, 10),
                    "delivery_ref": "WH/OUT/1",
                    "invoice_ref": "INV/1",
                    "warranty_parts_end": date(2026, 12, 31),
                    "warranty_labour_end": date(2025, 4, 30),
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(units[0].zone_id.name, "Hall 3")
        self.assertEqual(set(units[0].tag_ids.mapped("name")), {"Leased", "Old"})
        self.assertEqual(
            [
                (row.complete_position, row.product_id.name, row.lot_id.name, str(row.date_installed))
                for row in units[0].component_ids.sorted("complete_position")
            ],
            [
                ("Left", "Motor", "M-1", "2024-05-10"),
                ("Left / Rotor", "Rotor", "R-1", "2026-11-18"),
                ("Right", "Motor", "M-2", "2025-01-31"),
            ],
        )
        self.assertRecordValues(
            units[1],
            [{"serial_number": "P-2", "partner_id": self.customer.id, "site_id": False, "state": "in_service"}],
        )
        self.assertTrue(units[1].name)
        self.assertEqual(units.lot_id.company_id, self.company)

    def test_existing_serial_is_taken(self):
        lot = self._new_lot("P-1", self.product)
        shared = self.env["stock.lot"].create({"name": "P-2", "product_id": self.product.id, "company_id": False})
        result = self._import("product_id,serial_number,partner_id\nPMP,P-1,C-17\nPMP,P-2,C-17\n")
        self.assertEqual(self.env["service.equipment"].browse(result["ids"]).lot_id, lot + shared)

    def test_a_test_run_leaves_nothing(self):
        before = self._count()
        result = self._import("product_id,serial_number,partner_id\nPMP,P-1,C-17\n", dryrun=True)
        self.assertEqual(result["messages"], [])
        self.assertEqual(self._count(), before)

    def test_the_customers_own_site_of_a_common_name(self):
        common = {"name": "Head Office", "type": "delivery"}
        sites = self.env["res.partner"].create(
            [{**common, "parent_id": self.customer.id}, {**common, "parent_id": self.other_customer.id}]
        )
        result = self._import(
            "product_id,serial_number,partner_id,site_id\n"
            "PMP,P-1,Rossi Spa,Head Office\n"
            "PMP,P-2,Bianchi Srl,Head Office\n"
            'PMP,P-3,Bianchi Srl,"Rossi Spa, Head Office"\n'
        )
        self.assertEqual(
            [unit.site_id for unit in self.env["service.equipment"].browse(result["ids"])],
            [sites[0], sites[1], sites[0]],
        )

    def test_missing_sites_are_made_on_request(self):
        self.user_manager.group_ids += self.env.ref("base.group_partner_manager")
        text = "product_id,serial_number,partner_id,site_id\nPMP,P-1,C-17,New Plant\nPMP,P-2,C-17,New Plant\n"
        self._assert_refused(text, 'Row 2 and 1 more, Site: nothing is called "New Plant".')
        result = self._import(text, name_create_enabled_fields={"site_id": True})
        site = self.env["service.equipment"].browse(result["ids"]).site_id
        self.assertRecordValues(
            site, [{"name": "New Plant", "parent_id": self.customer.id, "type": "delivery", "is_service_site": True}]
        )

    def test_units_are_updated_by_their_external_id(self):
        text = "id,product_id,serial_number,partner_id,asset_code\nmy.unit_1,PMP,P-1,C-17,A-1\n"
        first = self._import(text)
        again = self._import(text.replace("A-1", "A-2"))
        self.assertEqual(again["messages"], [])
        self.assertEqual(again["ids"], first["ids"])
        self.assertEqual(self.env["service.equipment"].browse(again["ids"]).asset_code, "A-2")

    def test_many_rows_are_one_transaction(self):
        rows = "".join(f"PMP,P-{number},C-17,MTR,M-{number}\n" for number in range(2500))
        result = self._import(
            "product_id,serial_number,partner_id,component_ids/product_id,component_ids/serial_number\n" + rows
        )
        self.assertEqual(result["messages"], [])
        self.assertEqual((len(result["ids"]), result["nextrow"]), (2500, 0))

    def test_the_last_of_many_rows_is_wrong(self):
        rows = "".join(f"PMP,P-{number},C-17\n" for number in range(2500))
        self._assert_refused(
            f"product_id,serial_number,partner_id\n{rows}PMP,P-0,C-17\n",
            "Row 2502, Serial: P-0 of [PMP] Pump stands in row 2 too.",
        )

    def test_in_parts_when_the_user_says_so(self):
        text = "product_id,serial_number,partner_id\nPMP,P-1,C-17\nPMP,P-2,C-17\nPMP,P-3,C-17\n"
        result = self._import(text, limit=2)
        self.assertEqual((len(result["ids"]), result["nextrow"]), (2, 2))
        result = self._import(text, limit=2, skip=2)
        self.assertEqual((len(result["ids"]), result["nextrow"]), (1, 0))

    # Bad rows ----------------------------------------------------------------

    def test_unknown_names_are_told_by_row_and_column(self):
        messages = self._assert_refused(
            "product_id,serial_number,partner_id,component_ids/product_id\n"
            "PMP,P-1,C-17,MTR\n"
            "Pumpp,P-2,Nobody,\n"
            ",,,Moter\n",
            'Row 3, Product: nothing is called "Pumpp".',
            'Row 3, Customer: nothing is called "Nobody".',
            'Row 4, All Components / Product: nothing is called "Moter".',
        )
        self.assertEqual(
            [(message["rows"]["from"], message["field"]) for message in messages],
            [(1, "product_id"), (1, "partner_id"), (2, "component_ids/product_id")],
        )

    def test_a_name_that_fits_two_is_not_guessed(self):
        self.env["res.partner"].create({"name": "Bianchi Srl", "is_company": True})
        self._assert_refused(
            "product_id,serial_number,partner_id\nPMP,P-1,Bianchi Srl\n",
            'Row 2, Customer: 2 records are called "Bianchi Srl".',
        )

    def test_serial_of_another_unit(self):
        unit = self._new_unit("P-1")
        self._assert_refused(
            "product_id,serial_number,partner_id\nPMP,P-2,C-17\nPMP,P-1,C-17\n",
            f"Row 3, Serial: P-1 of [PMP] Pump belongs to {unit.display_name}.",
        )

    def test_component_serial_twice_or_elsewhere(self):
        unit = self._new_unit("P-1")
        self._new_component(unit, "M-1")
        head = "product_id,serial_number,partner_id,component_ids/product_id,component_ids/serial_number\n"
        column = "All Components / Serial"
        self._assert_refused(
            f"{head}PMP,P-2,C-17,MTR,M-1\n", f"Row 2, {column}: M-1 of [MTR] Motor belongs to {unit.display_name}."
        )
        self._assert_refused(
            f"{head}PMP,P-2,C-17,MTR,M-2\n,,,MTR,M-2\n", f"Row 3, {column}: M-2 of [MTR] Motor stands in row 2 too."
        )

    def test_component_with_a_serial_of_another_product(self):
        self._new_lot("R-1", self.rotor)
        self._assert_refused(
            "product_id,serial_number,partner_id,component_ids/product_id,component_ids/lot_id\nPMP,P-2,C-17,MTR,R-1\n",
            "Row 2, All Components / Serial Number: [MTR] Motor has no serial number R-1.",
        )

    def test_serial_of_a_product_that_is_not_tracked(self):
        self._new_product("Hose", tracking="none")
        self._assert_refused(
            "product_id,serial_number,partner_id\nHose,H-1,C-17\n",
            "Hose is not tracked by serial number: track it, or leave the serial number empty.",
        )

    def test_wrong_date(self):
        before = self._count()
        result = self._import("product_id,serial_number,partner_id,date_delivered\nPMP,P-1,C-17,31-31-2024\n")
        self.assertIn("date_delivered", result["messages"][0]["message"])
        self.assertEqual(self._count(), before)

    def test_dates_in_the_wrong_order(self):
        messages = self._assert_refused_by_orm(
            "product_id,serial_number,partner_id,date_delivered,date_installed\n"
            "PMP,P-1,C-17,2024-05-01,2024-05-02\n"
            "PMP,P-2,C-17,2024-05-01,2024-04-01\n"
        )
        self.assertIn("cannot be installed before it is delivered", messages[-1]["message"])
        self.assertEqual(messages[-1]["rows"], {"from": 1, "to": 1})

    def _assert_refused_by_orm(self, text):
        before = self._count()
        result = self._import(text)
        self.assertFalse(result["ids"])
        self.assertEqual(self._count(), before)
        return result["messages"]

    def test_asset_code_twice(self):
        unit = self._new_unit("P-9", asset_code="A-9")
        self._assert_refused(
            "product_id,asset_code,partner_id\nPMP,A-1,C-17\nPMP,A-1,C-17\nPMP,A-9,C-17\n",
            "Row 3, Asset Code: A-1 stands in row 2 too.",
            f"Row 4, Asset Code: A-9 belongs to {unit.display_name}.",
        )

    # Text in other ways than by import ---------------------------------------

    def test_serial_as_text_through_the_api(self):
        Equipment = self.env["service.equipment"].with_user(self.user_manager)
        hose = self._new_product("Hose", tracking="none")
        unit = Equipment.create(
            {
                "product_id": self.product.id,
                "partner_id": self.customer.id,
                "serial_number": "P-1",
                "component_ids": [
                    Command.create({"product_id": self.part.id, "serial_number": "M-1"}),
                    Command.create({"product_id": hose.id, "serial_number": "H-1"}),
                ],
            }
        )
        self.assertEqual(unit.lot_id.name, "P-1")
        motor = self.env["stock.lot"].search([("name", "=", "M-1"), ("product_id", "=", self.part.id)])
        self.assertRecordValues(
            unit.component_ids,
            [
                {"serial_number": "M-1", "lot_id": motor.id, "serial_found": False},
                {"serial_number": "H-1", "lot_id": False, "serial_found": "H-1"},
            ],
        )
        unit.serial_number = "P-2"
        self.assertEqual((unit.lot_id.name, unit.serial_number), ("P-2", "P-2"))
        unit.component_ids[0].serial_number = False
        self.assertFalse(unit.component_ids[0].lot_id)

    # The template ------------------------------------------------------------

    def test_templates_fit_the_import_screen(self):
        customer = self.env["res.partner"].create({"name": "Example Ltd", "is_company": True})
        self.env["res.partner"].create({"name": "Example Plant North", "parent_id": customer.id, "type": "delivery"})
        self.env["service.equipment.tag"].create({"name": "Outdoor"})
        for code in ("PUMP-500", "MOTOR-20", "ROTOR-3"):
            self._new_product(code.title(), default_code=code)
        templates = self.env["service.equipment"].get_import_templates()
        self.assertEqual(len(templates), 2)
        for template in templates:
            with self.subTest(template["template"]), file_open(template["template"][1:], "rb") as file:
                is_csv = template["template"].endswith("csv")
                wizard = (
                    self.env["base_import.import"]
                    .with_user(self.user_manager)
                    .create(
                        {
                            "res_model": "service.equipment",
                            "file": file.read(),
                            "file_name": template["template"],
                            "file_type": "text/csv" if is_csv else XLSX,
                        }
                    )
                )
                preview = wizard.parse_preview({**OPTIONS, "sheet": "", "encoding": "utf-8"})
                self.assertNotIn("error", preview)
                paths = ["/".join(preview["matches"][index]) for index in range(len(preview["headers"]))]
                self.assertEqual(paths, preview["headers"])
                options = {**OPTIONS, **preview["options"], "encoding": "utf-8"}
                result = wizard.execute_import(paths, paths, options, dryrun=True)
                self.assertEqual(result["messages"], [])
                self.assertEqual(len(result["ids"]), 2)
