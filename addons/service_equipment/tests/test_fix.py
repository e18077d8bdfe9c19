# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import TODAY, EquipmentCase


class FixCase(EquipmentCase):
    """Pumps of several versions at one site, and one fix that raises them to 2.0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit_by_version = {
            version: cls._new_unit(f"P-{number:04}", version=version)
            for number, version in enumerate((False, "1.2", "1.9", "1.10", "2.0", "2.0b"))
        }

    def _new_fix(self, **vals):
        return (
            self.env["service.fix"]
            .with_user(self.user_manager)
            .create(
                {
                    "title": "Gasket leaks",
                    "product_tmpl_ids": [Command.set(self.product.product_tmpl_id.ids)],
                    "version_to": "1.10",
                    "version_fixed": "2.0",
                    **vals,
                }
            )
        )

    def _release(self, **vals):
        fix = self._new_fix(**vals)
        fix.action_release()
        return fix

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("service_equipment.ir_cron_find_units").method_direct_trigger()
        self.env.invalidate_all()

    def _get_row(self, fix, unit, user=None):
        row = self.env["service.fix.application"].search([("fix_id", "=", fix.id), ("equipment_id", "=", unit.id)])
        return row.with_user(user or self.user_equipment)

    def _get_versions(self, rows):
        return set(rows.equipment_id.mapped("version"))


@tagged("post_install", "-at_install")
class TestFixRange(FixCase):
    """Which units a fix affects."""

    def test_version_ranges(self):
        cases = [
            ((False, "1.9"), {"1.2", "1.9"}),
            ((False, "1.10"), {"1.2", "1.9", "1.10"}),
            (("1.9", "1.10"), {"1.9", "1.10"}),
            (("1.9", "1.9"), {"1.9"}),
            (("1.10", False), {"1.10", "2.0", "2.0b"}),
            (("2.0a", False), {"2.0b"}),
            ((False, False), {False, "1.2", "1.9", "1.10", "2.0", "2.0b"}),
        ]
        for (first, last), versions in cases:
            with self.subTest(first=first, last=last):
                fix = self._release(version_from=first, version_to=last)
                self.assertEqual(self._get_versions(fix.application_ids), versions)

    def test_units_without_version_only_when_ticked(self):
        self.assertNotIn(False, self._get_versions(self._release().application_ids))
        ticked = self._release(is_without_version=True)
        self.assertEqual(self._get_versions(ticked.application_ids), {False, "1.2", "1.9", "1.10"})

    def test_serial_ranges(self):
        cases = [
            (("P-0002", "P-0003"), {"1.9", "1.10"}),
            (("p- 0003", False), {"1.10"}),
            ((False, "P-0001"), {"1.2"}),
        ]
        for (first, last), versions in cases:
            with self.subTest(first=first, last=last):
                fix = self._release(serial_from=first, serial_to=last)
                self.assertEqual(self._get_versions(fix.application_ids), versions)

    def test_other_products_and_retired_units(self):
        other = self._new_product("Boiler", is_service_equipment=True)
        self._new_unit("B-1", product_id=other.id, version="1.2")
        self.unit_by_version["1.9"].action_retire()
        self.assertEqual(self._get_versions(self._release().application_ids), {"1.2", "1.10"})

    def test_component(self):
        units = list(self.unit_by_version.values())
        self._new_component(units[0], "M-0001", version="3.1")
        self._new_component(units[1], "M-0002", version="3.9")
        self._new_component(units[2], "M-0003", version="3.2", date_removed=date(2026, 10, 5))
        self._new_component(units[3], "M-0004")
        component = {"component_product_id": self.part.id, "product_tmpl_ids": [Command.clear()]}
        fix = self._release(**component, version_to="3.5")
        self.assertEqual(fix.application_ids.equipment_id, units[0])
        fix = self._release(**component, version_to="3.5", is_without_version=True)
        self.assertEqual(fix.application_ids.equipment_id, units[0] + units[3])
        fix = self._release(**component, version_to=False, serial_from="M-0002")
        self.assertEqual(fix.application_ids.equipment_id, units[1] + units[3])

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Second Company"})
        foreign = self.env["service.equipment"].create(
            {"product_id": self.product.id, "partner_id": self.customer.id, "company_id": other.id, "version": "1.2"}
        )
        own = self._release(company_id=self.company.id)
        shared = self._release()
        self._run_cron()
        self.assertNotIn(foreign, own.sudo().application_ids.equipment_id)
        self.assertIn(foreign, shared.sudo().application_ids.equipment_id)
        shared.invalidate_recordset()
        self.assertNotIn(foreign, shared.application_ids.equipment_id)

    def test_finding_twice_changes_nothing(self):
        fix = self._release()
        rows = fix.application_ids
        fix.action_find_units()
        self.assertEqual(fix.application_ids, rows)
        self.assertEqual(fix._insert_applications(fix._get_affected_domain()), 0)

    def test_new_and_changed_units_are_found_at_night(self):
        fix = self._release()
        new = self._new_unit("P-NEW", version="1.0")
        self.unit_by_version["1.2"].version = "2.1"
        self.unit_by_version["2.0"].version = "1.5"
        applied = self._get_row(fix, self.unit_by_version["1.9"])
        applied.action_apply()
        self._run_cron()
        self.assertEqual(self._get_row(fix, new).state, "todo")
        self.assertEqual(self._get_row(fix, self.unit_by_version["2.0"]).state, "todo")
        gone = self._get_row(fix, self.unit_by_version["1.2"])
        self.assertRecordValues(gone, [{"state": "not_applicable", "is_out_of_range": True}])
        self.assertEqual(applied.state, "applied")
        self.unit_by_version["1.2"].version = "1.3"
        fix.action_find_units()
        self.assertRecordValues(gone, [{"state": "todo", "is_out_of_range": False}])

    def test_what_somebody_decided_stays(self):
        fix = self._release()
        row = self._get_row(fix, self.unit_by_version["1.9"])
        row._skip("No gasket in this one")
        fix.action_find_units()
        self.assertRecordValues(row, [{"state": "not_applicable", "reason": "No gasket in this one"}])

    def test_queries_do_not_grow_with_the_units(self):
        counts = []
        for number in (20, 200):
            units = self.env["service.equipment"].create(
                [
                    {"product_id": self.product.id, "partner_id": self.customer.id, "version": "1.0"}
                    for _index in range(number)
                ]
            )
            fix = self._new_fix()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            fix._find_units()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(units, fix.application_ids.equipment_id)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[1], 10)


@tagged("post_install", "-at_install")
class TestFixApplication(FixCase):
    def setUp(self):
        super().setUp()
        self.fix = self._release()
        self.unit = self.unit_by_version["1.9"]
        self.row = self._get_row(self.fix, self.unit)

    def test_apply_and_undo(self):
        self.row.action_apply()
        self.assertRecordValues(
            self.row,
            [{"state": "applied", "date": TODAY, "user_id": self.user_equipment.id, "version_before": "1.9"}],
        )
        self.assertEqual(self.unit.version, "2.0")
        self.assertRecordValues(
            self.fix, [{"todo_count": 2, "applied_count": 1, "not_applicable_count": 0, "unit_count": 3}]
        )
        self.assertAlmostEqual(self.fix.progress, 100 / 3)
        with self.assertRaises(AccessError):
            self.row.action_undo()
        self.row.with_user(self.user_manager).action_undo()
        self.assertRecordValues(self.row, [{"state": "todo", "date": False, "user_id": False, "version_before": False}])
        self.assertEqual(self.unit.version, "1.9")

    def test_higher_version_stays(self):
        self.unit.version = "2.0b"
        self.row.action_apply()
        self.assertEqual(self.unit.version, "2.0b")
        self.row.with_user(self.user_manager).action_undo()
        self.assertEqual(self.unit.version, "2.0b")

    def test_undo_leaves_what_was_changed_since(self):
        self.row.action_apply()
        self.unit.version = "2.1"
        self.row.with_user(self.user_manager).action_undo()
        self.assertEqual(self.unit.version, "2.1")

    def test_unknown_version_follows_and_comes_back(self):
        fix = self._release(is_without_version=True)
        unit = self.unit_by_version[False]
        row = self._get_row(fix, unit)
        row.action_apply()
        self.assertEqual(unit.version, "2.0")
        row.with_user(self.user_manager).action_undo()
        self.assertFalse(unit.version)

    def test_fix_without_new_version(self):
        fix = self._release(version_fixed=False, kind="recall")
        self._get_row(fix, self.unit).action_apply()
        self.assertEqual(self.unit.version, "1.9")

    def test_components_follow(self):
        first = self._new_component(self.unit, "M-1", version="3.1")
        second = self._new_component(self.unit, "M-2", version="3.2")
        newer = self._new_component(self.unit, "M-3", version="4.1")
        fix = self._release(
            component_product_id=self.part.id, product_tmpl_ids=[Command.clear()], version_to="3.9", version_fixed="4.0"
        )
        row = self._get_row(fix, self.unit)
        row.action_apply()
        self.assertEqual((first + second + newer).mapped("version"), ["4.0", "4.0", "4.1"])
        self.assertEqual(self.unit.version, "1.9")
        self.assertEqual(row.version_before, "3.1, 3.2")
        row.with_user(self.user_manager).action_undo()
        self.assertEqual((first + second + newer).mapped("version"), ["3.1", "3.2", "4.1"])

    def test_exchanged_component_gets_the_version(self):
        old = self._new_component(self.unit, "M-1", version="3.1")
        fix = self._release(
            component_product_id=self.part.id, product_tmpl_ids=[Command.clear()], version_to="3.9", version_fixed="4.0"
        )
        exchange = self.env["service.exchange"].create(
            {
                "equipment_id": self.unit.id,
                "component_id": old.id,
                "new_lot_id": self._new_lot("M-9", location=self.van).id,
                "location_id": self.van.id,
            }
        )
        exchange.action_done()
        row = self._get_row(fix, self.unit)
        row.exchange_id = exchange
        row.action_apply()
        self.assertEqual(exchange.new_component_id.version, "4.0")
        self.assertEqual(old.version, "3.1")

    def test_dates(self):
        self.row.date = date(2026, 11, 2)
        self.row.action_apply()
        self.assertEqual(self.row.date, date(2026, 11, 2))
        late = self._get_row(self.fix, self.unit_by_version["1.2"])
        late.date = date(2026, 11, 19)
        with self.assertRaisesRegex(UserError, "in the future"):
            late.action_apply()
        self.assertEqual(late.state, "todo")

    def test_bulk(self):
        rows = self.fix.application_ids.with_user(self.user_equipment)
        rows.action_apply()
        self.assertEqual(set(rows.mapped("state")), {"applied"})
        self.assertEqual(self._get_versions(rows), {"2.0"})
        self.assertEqual(self.fix.progress, 100)
        with self.assertRaisesRegex(UserError, "is Applied and cannot become Applied"):
            rows.action_apply()

    def test_not_applicable_and_open_again(self):
        action = self.row.action_skip()
        form = Form(self.env["service.fix.skip"].with_user(self.user_equipment).with_context(**action["context"]))
        form.reason = "The option is not installed"
        form.save().action_skip()
        self.assertRecordValues(
            self.row,
            [{"state": "not_applicable", "reason": "The option is not installed", "user_id": self.user_equipment.id}],
        )
        self.assertEqual(self.fix.progress, 0)
        with self.assertRaisesRegex(UserError, "is Not Applicable and cannot become Not Applicable"):
            self.row._skip("Twice")
        self.row.action_reopen()
        self.assertRecordValues(self.row, [{"state": "todo", "reason": False, "date": False}])
        self.row.action_apply()
        with self.assertRaisesRegex(UserError, "is Applied and cannot become To Do"):
            self.row.action_reopen()

    def test_only_released_fixes_are_applied(self):
        self.fix.action_close()
        with self.assertRaisesRegex(UserError, "is not released"):
            self.row.action_apply()
        self.assertEqual(self.unit.version, "1.9")

    def test_unit_shows_what_is_to_do(self):
        unit = self.unit.with_user(self.user_equipment)
        self.assertRecordValues(unit, [{"fix_count": 1, "fix_todo_count": 1}])
        draft = self._new_fix()
        draft.action_find_units()
        unit.invalidate_recordset()
        self.assertRecordValues(unit, [{"fix_count": 1, "fix_todo_count": 1}])
        self.assertEqual(self.env["service.fix.application"].search(unit.action_view_fixes()["domain"]), self.row)
        self.row.action_apply()
        unit.invalidate_recordset()
        self.assertRecordValues(unit, [{"fix_count": 1, "fix_todo_count": 0}])
        self.assertEqual(unit.with_user(self.user_portal).fix_todo_count, 0)

    def test_known_bug_is_nothing_to_apply(self):
        self.fix.kind = "bug"
        unit = self.unit.with_user(self.user_equipment)
        self.assertRecordValues(unit, [{"fix_count": 1, "fix_todo_count": 0, "known_bug_count": 1}])

    def test_merged_units_keep_what_was_done(self):
        twin = self._new_unit(version="1.9")
        self.fix.action_find_units()
        other = self._get_row(self.fix, twin)
        other.action_apply()
        (self.unit + twin).with_user(self.user_manager)._merge(self.unit.with_user(self.user_manager))
        self.assertFalse(self.row.exists())
        self.assertRecordValues(other, [{"equipment_id": self.unit.id, "state": "applied"}])
        self.assertEqual(other.display_name, f"{self.fix.name} - {self.unit.display_name}")

    def test_history(self):
        self.row.action_apply()
        entries = [entry for entry in self.unit.history() if entry["kind"] == "fix"]
        self.assertEqual([entry["title"] for entry in entries], ["Fix applied"])
        self.assertIn("Gasket leaks", entries[0]["text"])
        self.assertEqual(entries[0]["date"], "2026-11-18")
        self.assertIn("fix", self.unit._get_portal_history_kinds())

    def test_unit_form_shows_fixes(self):
        for user in (self.user_equipment, self.user_auditor):
            with self.subTest(user=user.login):
                form = Form(self.unit.with_user(user))
                self.assertEqual(len(form.fix_application_ids), 1)

    def test_roles(self):
        for user in (self.user_auditor, self.user_stock, self.user_employee, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.row.with_user(user).action_apply()
        for action in ("action_find_units", "action_close", "action_cancel"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.fix.with_user(self.user_equipment), action)()
        self.assertEqual(self.row.state, "todo")


@tagged("post_install", "-at_install")
class TestFix(FixCase):
    def test_life(self):
        fix = self._new_fix(date_deadline=date(2026, 12, 1))
        self.assertEqual(fix.display_name, f"{fix.name} - Gasket leaks")
        self.assertRegex(fix.name, r"^FX\d{6}$")
        self.assertFalse(fix.activity_ids)
        fix.action_release()
        self.assertRecordValues(
            fix.activity_ids,
            [{"user_id": self.user_manager.id, "date_deadline": date(2026, 12, 1), "summary": "Applied to all units?"}],
        )
        fix.date_deadline = date(2026, 12, 8)
        self.assertEqual(fix.activity_ids.mapped("date_deadline"), [date(2026, 12, 8)])
        fix.action_close()
        self.assertFalse(fix.activity_ids)
        fix.action_release()
        fix.action_cancel()
        with self.assertRaisesRegex(UserError, "is Cancelled and cannot become Released"):
            fix.action_release()
        fix.action_draft()
        self.assertEqual(fix.state, "draft")

    def test_wrong_entries(self):
        cases = {
            "Version 1.10 comes after 1.9": {"version_from": "1.10", "version_to": "1.9"},
            "-- is no version": {"version_from": "--"},
            "P-0009 comes after P-0001": {"serial_from": "P-0009", "serial_to": "P-0001"},
        }
        for words, vals in cases.items():
            with self.subTest(words=words), self.assertRaisesRegex(ValidationError, words):
                self._new_fix(**vals)

    def test_release_needs_a_product(self):
        fix = self._new_fix(product_tmpl_ids=[Command.clear()])
        with self.assertRaisesRegex(UserError, "is for no product"):
            fix.action_release()
        self.assertEqual(fix.state, "draft")
        fix.action_find_units()
        self.assertFalse(fix.application_ids)

    def test_applied_fix_is_kept(self):
        fix = self._release()
        self._get_row(fix, self.unit_by_version["1.9"]).action_apply()
        with self.assertRaisesRegex(UserError, "archive it"):
            fix.unlink()
        self._release().unlink()

    def test_known_bugs_are_looked_up(self):
        fixes = {
            "up to 1.10": self._release(),
            "1.10 and later": self._release(version_from="1.10", version_to=False),
            "all": self._release(version_to=False),
        }
        Fix = self.env["service.fix"].with_user(self.user_equipment)
        cases = {
            "1.2": {"up to 1.10", "all"},
            "1.10": {"up to 1.10", "1.10 and later", "all"},
            "1.11": {"1.10 and later", "all"},
            False: {"all"},
        }
        for version, names in cases.items():
            with self.subTest(version=version):
                known = Fix._find_known(self.product, version)
                self.assertEqual({name for name, fix in fixes.items() if fix in known}, names)
                if version:
                    found = Fix.search([("affected_version", "=", version), ("product_tmpl_ids", "ilike", "Pump")])
                    self.assertEqual({name for name, fix in fixes.items() if fix in found}, names)
        self.assertFalse(Fix._find_known(self.part, "1.2") & fixes["all"].union(*fixes.values()))
        component = self._release(component_product_id=self.part.id, product_tmpl_ids=[Command.clear()])
        self.assertIn(component, Fix._find_known(self.part, "1.2"))

    def test_range_in_words(self):
        cases = [
            ((False, False), "All versions"),
            ((False, "1.9"), "Up to 1.9"),
            (("1.9", False), "From 1.9"),
            (("1.9", "1.10"), "1.9 - 1.10"),
            (("1.9", "1.9"), "1.9"),
        ]
        for (first, last), words in cases:
            with self.subTest(words=words):
                self.assertEqual(self._new_fix(version_from=first, version_to=last).affected_version, words)
