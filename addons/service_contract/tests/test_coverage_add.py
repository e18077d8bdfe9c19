# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestCoverageAdd(ContractCase):
    """Many units come into a contract at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = cls.unit_1 | cls.unit_2 | cls.unit_3
        cls.other_site = cls.env["res.partner"].create(
            {"name": "Rossi Depot", "parent_id": cls.customer.id, "type": "delivery"}
        )
        air = cls.env["product.category"].create({"name": "Air"})
        cls.fan = cls.env["product.product"].create(
            {"name": "Fan", "type": "consu", "categ_id": air.id, "is_service_equipment": True}
        )
        cls.fan_unit = cls.env["service.equipment"].create(
            {
                "product_id": cls.fan.id,
                "partner_id": cls.customer.id,
                "site_id": cls.other_site.id,
                "asset_code": "FAN 7",
            }
        )
        cls.draft = cls._new_contract(rows=(), activate=False)

    def _open(self, contract):
        wizards = self.env["service.coverage.add"].with_user(self.user_contract)
        return Form(wizards.with_context(active_id=contract.id))

    def test_units_of_a_site_into_a_draft(self):
        with self._open(self.draft) as form:
            self.assertEqual((form.date_start, form.date_end), (date(2026, 1, 1), date(2026, 12, 31)))
            self.assertFalse(form.equipment_ids[:], "nothing is chosen yet")
            form.site_ids.add(self.site)
            form.price = 10.0
            self.assertEqual(form.unit_count, 3)
            self.assertEqual(form.amount_total, 360.0)
        form.record.action_add()
        self.assertRecordValues(
            self.draft.coverage_ids.sorted(lambda row: row.equipment_id.id),
            [
                {
                    "equipment_id": unit.id,
                    "price": 10.0,
                    "interval_unit": "month",
                    "date_start": date(2026, 1, 1),
                    "date_end": date(2026, 12, 31),
                    "unit_site_id": self.site.id,
                    "unit_product_id": self.product.id,
                }
                for unit in self.units
            ],
        )
        self.assertFalse(self.draft.amendment_ids)

    def test_units_into_a_running_contract_are_one_amendment(self):
        contract = self._new_story_contract()
        with self._open(contract) as form:
            self.assertEqual(form.date_start, TODAY)
            form.categ_ids.add(self.category)
            self.assertEqual(form.covered_count, 2)
            self.assertEqual(form.unit_count, 1)
            form.price = 80.0
            form.like_coverage_id = contract.coverage_ids[0]
            form.reason = "Ordered on 10 April"
        form.record.action_add()
        added = contract.coverage_ids.filtered(lambda row: row.equipment_id == self.unit_3)
        self.assertRecordValues(
            added, [{"price": 80.0, "date_start": TODAY, "date_end": date(2027, 3, 11), "term_labour": "from_buckets"}]
        )
        self.assertRecordValues(
            contract.amendment_ids, [{"state": "applied", "reason": "Ordered on 10 April", "summary": "Add: 1"}]
        )
        self.assertEqual(added.amendment_id, contract.amendment_ids)

    def test_covered_units_only_when_wanted(self):
        self._new_story_contract()
        with self._open(self.draft) as form:
            form.site_ids.add(self.site)
            self.assertEqual(form.covered_ids[:], self.unit_1 | self.unit_2)
            form.with_covered = True
            self.assertEqual(form.unit_count, 3)
        form.record.action_add()
        self.assertEqual(len(self.draft.coverage_ids), 3)

    def test_cover_on_other_days_is_no_obstacle(self):
        self._new_contract(
            rows=[{"equipment_id": self.unit_1.id}], date_start=date(2025, 1, 1), date_end=date(2025, 12, 31)
        )
        taken_back = self._new_contract(rows=[{"equipment_id": self.unit_2.id, "date_start": date(2026, 6, 1)}])
        taken_back.coverage_ids.action_end("2026-05-01")
        with self._open(self.draft) as form:
            form.site_ids.add(self.site)
            self.assertEqual(form.covered_count, 0)
            self.assertEqual(form.unit_count, 3)

    def test_pasted_serials(self):
        foreign = self._new_unit("P-9", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        with self._open(self.draft) as form:
            form.serials = f"p-1\n P-3 ;fan 7, {self.unit_2.name}\n\nP-9\tnowhere"
            self.assertEqual(form.equipment_ids[:], self.units | self.fan_unit)
            self.assertEqual(form.missing, "P-9, nowhere")
        self.assertNotIn(foreign, form.record.equipment_ids)

    def test_filters_narrow_each_other(self):
        zone = self.env["service.zone"].create({"name": "Line 1"})
        tag = self.env["service.equipment.tag"].create({"name": "Rented"})
        (self.unit_1 | self.unit_2).zone_id = zone
        (self.unit_2 | self.unit_3).tag_ids = tag
        self.unit_3.action_retire()
        for values, expected in [
            ({"zone_ids": zone}, self.unit_1 | self.unit_2),
            ({"tag_ids": tag}, self.unit_2),
            ({"product_tmpl_ids": self.fan.product_tmpl_id}, self.fan_unit),
            ({"zone_ids": zone, "tag_ids": tag}, self.unit_2),
            ({"zone_ids": zone, "site_ids": self.other_site}, self.unit_1.browse()),
        ]:
            wizard = self.env["service.coverage.add"].with_user(self.user_contract)
            wizard = wizard.create({"contract_id": self.draft.id, **{k: v.ids for k, v in values.items()}})
            with self.subTest(values=values):
                self.assertEqual(wizard.equipment_ids, expected)

    def test_prices_by_product(self):
        with self._open(self.draft) as form:
            form.site_ids.add(self.site)
            form.site_ids.add(self.other_site)
            form.price = 10.0
            self.assertEqual(len(form.price_ids), 2)
            index = [form.price_ids.edit(number).product_id for number in range(2)].index(self.fan)
            with form.price_ids.edit(index) as line:
                line.price = 25.0
            self.assertEqual(form.amount_total, 12 * (3 * 10 + 25))
        form.record.action_add()
        self.assertEqual(
            {row.equipment_id: row.price for row in self.draft.coverage_ids},
            {self.unit_1: 10.0, self.unit_2: 10.0, self.unit_3: 10.0, self.fan_unit: 25.0},
        )

    def test_prices_from_a_price_list(self):
        tariff = self.env["product.pricelist"].create(
            {
                "name": "Service tariff",
                "currency_id": self.draft.currency_id.id,
                "item_ids": [
                    Command.create({"product_id": self.fan.id, "applied_on": "0_product_variant", "fixed_price": 7.0}),
                ],
            }
        )
        self.product.lst_price = 3.0
        with self._open(self.draft) as form:
            form.site_ids.add(self.site)
            form.site_ids.add(self.other_site)
            form.pricelist_id = tariff
        form.record.action_add()
        self.assertEqual(sorted(self.draft.coverage_ids.mapped("price")), [3.0, 3.0, 3.0, 7.0])

    def test_nothing_chosen_and_bad_days(self):
        wizards = self.env["service.coverage.add"].with_user(self.user_contract)
        wizard = wizards.create({"contract_id": self.draft.id})
        with self.assertRaisesRegex(UserError, "Choose the units"):
            wizard.action_add()
        for days, message in [
            ({"date_end": date(2027, 1, 1)}, "outside the term of contract"),
            ({"date_start": date(2025, 12, 1)}, "outside the term of contract"),
        ]:
            wizard = wizards.create({"contract_id": self.draft.id, "site_ids": self.site.ids, **days})
            with (
                self.subTest(days=days),
                self.assertRaisesRegex(ValidationError, message),
                self.env.cr.savepoint(),
            ):
                wizard.action_add()
        wizard = wizards.create({"contract_id": self.draft.id, "site_ids": self.site.ids})
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            wizard.price_ids.price = -1.0
            wizard.flush_recordset()
            self.env.flush_all()

    def test_many_units_in_a_batch(self):
        """The slope of the queries of adding units, to a draft and to a running contract."""
        running = self._new_story_contract()

        def add(contract, count):
            units = self.env["service.equipment"].create(
                [{"product_id": self.fan.id, "partner_id": self.customer.id, "site_id": self.site.id}] * count
            )
            wizard = self.env["service.coverage.add"].with_user(self.user_contract)
            wizard = wizard.create({"contract_id": contract.id, "serials": "\n".join(units.mapped("name"))})
            self.assertEqual(wizard.unit_count, count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_add()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for contract in (self.draft, running):
            add(contract, 1)
            few, many = add(contract, 10), add(contract, 40)
            with self.subTest(state=contract.state):
                self.assertLess((many - few) / 30, 0.3)
