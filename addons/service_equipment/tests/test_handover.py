# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase

LAST_WEEK = date(2026, 11, 11)


class MoveCase(EquipmentCase):
    """Factories of the wizard, used by the manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("P-1").with_user(cls.user_manager)
        cls.zone = cls.env["service.zone"].create({"name": "Hall 1"})

    def _form(self, units):
        wizard = self.env["service.equipment.move"].with_user(self.user_manager)
        return Form(wizard.with_context(active_model="service.equipment", active_ids=units.ids, **self._companies()))

    def _companies(self):
        return {}

    def _move(self, units, **vals):
        with self._form(units) as form:
            for name, value in vals.items():
                form[name] = value
        return form.save().action_move()

    def _new_wizard(self, units, **vals):
        wizard = self.env["service.equipment.move"].with_user(self.user_manager)
        context = {"active_model": "service.equipment", "active_ids": units.ids, **self._companies()}
        return wizard.with_context(**context).create(vals)


@tagged("post_install", "-at_install")
class TestMove(MoveCase):
    """Units go to another customer, site or zone."""

    def test_form_previews_and_moves(self):
        with self._form(self.unit) as form:
            self.assertEqual((form.partner_id, form.site_id, form.date), (self.customer, self.site, TODAY))
            self.assertIn("Nothing changes yet", form.summary)
            form.zone_id = self.zone
            self.assertEqual(form.summary, "1 unit(s) go into the zone Hall 1.")
            form.partner_id = self.other_customer
            self.assertFalse(form.site_id)
            self.assertFalse(form.zone_id)
            self.assertEqual(form.summary, "1 unit(s) go to Bianchi Srl.")
            form.date = LAST_WEEK
            form.reason = "Sold on"
        form.save().action_move()
        self.assertRecordValues(
            self.unit, [{"partner_id": self.other_customer.id, "site_id": False, "zone_id": False}]
        )
        self.assertRecordValues(
            self.unit.placement_ids.sorted("id"),
            [
                {"partner_id": self.customer.id, "date_start": date(2026, 10, 1), "date_end": LAST_WEEK},
                {"partner_id": self.other_customer.id, "date_start": LAST_WEEK, "date_end": False},
            ],
        )
        self.assertEqual(self.unit.placement_ids.sorted("id").mapped("reason"), [False, "Sold on"])
        entry = self.unit.history(kinds=["moved"])[0]
        self.assertEqual(entry["text"], "Rossi Spa, Rossi Plant -> Bianchi Srl - Sold on")
        self.assertIn("Sold on", self.unit.message_ids.mapped("body")[0])

    def test_empty_fields_stay(self):
        other = self._new_unit("P-2", site_id=self.customer.id).with_user(self.user_manager)
        units = self.unit + other
        with self._form(units) as form:
            self.assertFalse(form.site_id)
            form.zone_id = self.zone
        form.save().action_move()
        self.assertEqual(units.zone_id, self.zone)
        self.assertEqual(units.mapped("site_id"), self.site + self.customer)

    def test_sub_units_follow(self):
        pump = self._new_unit("P-2", parent_id=self.unit.id)
        motor = self._new_unit("P-3", parent_id=pump.id)
        broken = self._new_unit("P-4", parent_id=self.unit.id)
        broken.action_retire()
        with self._form(self.unit) as form:
            self.assertEqual(form.child_count, 2)
            form.site_id = self.customer
            self.assertEqual(form.summary, "3 unit(s) go to Rossi Spa.")
        form.save().action_move()
        self.assertEqual((self.unit + pump + motor).site_id, self.customer)
        self.assertEqual(broken.site_id, self.site)
        self.assertEqual((pump.parent_id, motor.parent_id), (self.unit, pump))

    def test_sub_units_stay_when_unticked(self):
        pump = self._new_unit("P-2", parent_id=self.unit.id)
        self._move(self.unit, site_id=self.customer, with_children=False)
        self.assertRecordValues(pump, [{"site_id": self.site.id, "parent_id": False}])

    def test_sub_unit_leaves_alone(self):
        pump = self._new_unit("P-2", parent_id=self.unit.id)
        self._move(pump, zone_id=self.zone)
        self.assertEqual(pump.parent_id, self.unit)
        self._move(pump, site_id=self.customer)
        self.assertFalse(pump.parent_id)

    def test_refusals_change_nothing(self):
        cases = [
            ({"site_id": self.customer.id, "date": date(2026, 9, 30)}, "came to its present place on 10/01/2026"),
            ({"site_id": self.customer.id, "date": date(2026, 11, 19)}, "still to come"),
            ({"site_id": self.other_customer.id}, "Bianchi Srl is not a site of Rossi Spa"),
            ({}, "Nothing changes"),
        ]
        for vals, words in cases:
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, words):
                self._new_wizard(self.unit, **vals).action_move()
        self.assertRecordValues(self.unit, [{"partner_id": self.customer.id, "site_id": self.site.id}])
        self.assertEqual(len(self.unit.placement_ids), 1)

    def test_only_managers_move(self):
        wizard = self.env["service.equipment.move"].with_user(self.user_equipment)
        with self.assertRaises(AccessError):
            wizard.create({"equipment_ids": [Command.set(self.unit.ids)]})

    def test_many_units_are_one_batch(self):
        def move(prefix, count):
            units = self.env["service.equipment"].concat(*(self._new_unit(f"{prefix}-{n}") for n in range(count)))
            units = units.with_user(self.user_manager)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            units._move({"site_id": self.customer.id, "zone_id": self.zone.id}, TODAY, "Moved house")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        move("W", 1)
        small, large = move("A", 10), move("B", 20)
        self.assertLessEqual((large - small) / 10, 3, f"{small} queries for 10 units, {large} for 20")


@tagged("post_install", "-at_install")
class TestHandover(MoveCase):
    """Another of our companies looks after the units from now on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.user_manager.company_ids += cls.other_company
        cls.user_there = cls._new_user(
            "eq_there",
            "service_equipment.group_service_equipment_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _companies(self):
        return {"allowed_company_ids": (self.company + self.other_company).ids}

    def _hand_over(self, units, **vals):
        action = self._move(units, company_id=self.other_company, **vals)
        successors = self.env["service.equipment"].search([("predecessor_id", "in", units.ids)])
        self.assertEqual(self.env["service.equipment"].search(action["domain"]), successors)
        return successors

    def test_the_other_company_continues(self):
        tag = self.env["service.equipment.tag"].create({"name": "Rented"})
        self.unit.write(
            {
                "asset_code": "A1",
                "version": "2",
                "tag_ids": [Command.set(tag.ids)],
                "invoice_ref": "INV/7",
                "warranty_parts_end": date(2030, 1, 1),
            }
        )
        drive = self._new_component(self.unit, position="Drive")
        motor = self._new_component(self.unit, "M-1", parent_id=drive.id, date_installed=date(2026, 10, 5))
        successor = self._hand_over(self.unit, date=LAST_WEEK, reason="Sold the branch")
        self.assertRecordValues(
            successor,
            [
                {
                    "company_id": self.other_company.id,
                    "predecessor_id": self.unit.id,
                    "state": "in_service",
                    "asset_code": "A1",
                    "version": "2",
                    "tag_ids": tag.ids,
                    "invoice_ref": "INV/7",
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "zone_id": False,
                    "date_delivered": date(2026, 10, 1),
                    "warranty_parts_end": date(2030, 1, 1),
                    "warranty_labour_end": date(2027, 9, 30),
                    "serial_number": "P-1",
                    "date_taken_over": LAST_WEEK,
                }
            ],
        )
        self.assertRecordValues(self.unit, [{"state": "retired", "date_retired": LAST_WEEK, "serial_number": "P-1"}])
        self.assertFalse(self.unit.open_component_ids)
        self.assertEqual((drive + motor).mapped("date_removed"), [LAST_WEEK] * 2)
        self.assertRecordValues(
            successor.open_component_ids,
            [
                {"position": "Drive", "date_installed": date(2026, 10, 1), "lot_id": False},
                {
                    "position": False,
                    "date_installed": date(2026, 10, 5),
                    "lot_id": successor.open_component_ids.lot_id.id,
                },
            ],
        )
        self.assertEqual(successor.open_component_ids[1].parent_id, successor.open_component_ids[0])
        self.assertIn("Sold the branch", self.unit.message_ids.mapped("body")[0])

    def test_serial_numbers_of_two_companies_stay_apart(self):
        self._new_component(self.unit, "M-1")
        successor = self._hand_over(self.unit)
        for lot, name in ((successor.lot_id, "P-1"), (successor.open_component_ids.lot_id, "M-1")):
            self.assertRecordValues(lot, [{"name": name, "company_id": self.other_company.id}])
        self.assertEqual(self.unit.lot_id.company_id, self.company)
        self.assertRecordValues(
            self.unit.placement_ids, [{"date_start": date(2026, 10, 1), "date_end": TODAY}]
        )
        self.assertRecordValues(
            successor.placement_ids, [{"date_start": date(2026, 10, 1), "date_end": False}]
        )
        there = successor.with_user(self.user_there)
        self.assertEqual(there.open_component_ids.lot_id.name, "M-1")
        with self.assertRaises(AccessError):
            self.unit.with_user(self.user_there).read(["name"])

    def test_shared_serial_number_stays_the_same(self):
        self.unit.sudo().lot_id.company_id = False
        component = self._new_component(self.unit, "M-1")
        component.lot_id.company_id = False
        successor = self._hand_over(self.unit, partner_id=self.other_customer)
        self.assertEqual(successor.lot_id, self.unit.lot_id)
        self.assertEqual(successor.open_component_ids.lot_id, component.lot_id)
        self.assertEqual(successor.placement_ids.date_start, TODAY)

    def test_history_is_continued(self):
        self.unit.zone_id = self.zone
        successor = self._hand_over(self.unit, reason="Sold the branch")
        kinds = [entry["kind"] for entry in successor.with_user(self.user_there).history()]
        self.assertEqual(sorted(kinds), ["delivered", "handed_over", "moved"])
        self.assertIn("retired", [entry["kind"] for entry in self.unit.history()])
        self.assertIn("handed_over", successor._get_history_kinds())
        page = successor.with_user(self.user_there).get_history_page()
        self.assertFalse(any(entry["can_open"] for entry in page["entries"]))

    def test_customer_sees_no_earlier_owner(self):
        self._move(self.unit, partner_id=self.other_customer, date=LAST_WEEK)
        self.assertEqual(self.unit._get_date_owned(), LAST_WEEK)
        successor = self._hand_over(self.unit)
        self.assertEqual(successor._get_date_owned(), LAST_WEEK)
        self.assertFalse(successor.sudo()._get_portal_history())

    def test_back_to_the_first_company(self):
        there = self._hand_over(self.unit)
        wizard = self._new_wizard(there, company_id=self.company.id)
        wizard.action_move()
        back = there.successor_ids
        self.assertRecordValues(
            back, [{"company_id": self.company.id, "serial_number": "P-1", "state": "in_service"}]
        )
        self.assertRecordValues(self.unit, [{"state": "retired", "lot_id": False}])
        kinds = [entry["kind"] for entry in back.with_user(self.user_manager).history()]
        self.assertEqual(kinds.count("handed_over"), 2)

    def test_old_label_opens_the_present_unit(self):
        self.unit._ensure_label_key()
        successor = self._hand_over(self.unit)
        find = self.unit.with_user(self.user_manager).with_context(**self._companies())._find_by_scan
        self.assertEqual(find(self.unit.label_key), successor)
        here = self.unit.with_user(self.user_equipment)
        self.assertEqual(here._find_by_scan(self.unit.label_key), self.unit)

    def test_sub_units_go_along(self):
        pump = self._new_unit("P-2", parent_id=self.unit.id)
        self._move(self.unit, company_id=self.other_company)
        self.assertEqual(pump.state, "retired")
        self.assertEqual(pump.successor_ids.parent_id, self.unit.successor_ids)

    def test_handed_over_unit_is_not_brought_back(self):
        self._hand_over(self.unit)
        with self.assertRaisesRegex(UserError, "is with Second Company now"):
            self.unit.action_return_to_service()

    def test_refusals(self):
        def refuse(words, error=UserError, company=self.other_company):
            with self.assertRaisesRegex(error, words), self.env.cr.savepoint():
                wizard = self._new_wizard(self.unit, company_id=company.id)
                wizard.action_move()
            self.assertFalse(self.unit.successor_ids)

        exchange = self.env["service.exchange"].create({"equipment_id": self.unit.id, "new_product_id": self.part.id})
        refuse("has an exchange that is not done")
        exchange.unlink()
        lot = self._new_lot("P-1", self.product, company=self.other_company)
        taken = self.env["service.equipment"].create(
            {"product_id": self.product.id, "lot_id": lot.id, "company_id": self.other_company.id}
        )
        refuse(f"P-1 is registered as {taken.name}")
        taken.unlink()
        self.unit.asset_code = "A1"
        self.env["service.equipment"].create(
            {"product_id": self.product.id, "asset_code": "A1", "company_id": self.other_company.id}
        )
        refuse("Asset code A1 belongs to", ValidationError)
        self.unit.action_retire()
        refuse("is retired and cannot be handed over")

    def test_unit_with_a_loan_stays(self):
        loan = self.env["service.loan"].with_user(self.user_equipment)
        loan = loan.create(
            {
                "equipment_id": self.unit.id,
                "lot_id": self._new_lot("POOL-1", self.product, self.stock).id,
                "location_id": self.stock.id,
                "date_due": date(2026, 12, 2),
            }
        )
        loan.action_lend()
        with self.assertRaisesRegex(UserError, f"has the loan {loan.name}: take it back first"):
            self._new_wizard(self.unit, company_id=self.other_company.id).action_move()
        self._move(self.unit, site_id=self.customer)
        self.assertEqual(self.unit.site_id, self.customer)

    def test_product_of_one_company_stays(self):
        self.product.company_id = self.company
        with self.assertRaisesRegex(UserError, "is sold by .* alone"):
            self._new_wizard(self.unit, company_id=self.other_company.id).action_move()
        self.assertEqual(self.unit.state, "in_service")

    def test_user_of_one_company_hands_nothing_over(self):
        self.user_manager.company_ids -= self.other_company
        with self.assertRaisesRegex(UserError, "You do not work for Second Company"):
            self.unit._hand_over(self.other_company, {}, TODAY)
        self.assertEqual(self.unit.state, "in_service")
