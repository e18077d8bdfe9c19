# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval
from contextlib import suppress
from datetime import date
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.service_equipment.models import service_equipment_warranty_reminder as reminder

from .common import TODAY, EquipmentCase

LOGGER = "odoo.addons.service_equipment.models.service_equipment_warranty_reminder"


@tagged("post_install", "-at_install")
class TestWarrantyReminder(EquipmentCase):
    """Who is reminded of which warranty, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Units of other data are not reminded of here.
        cls.env["service.equipment"].search([]).active = False
        cls.cron = cls.env.ref("service_equipment.ir_cron_remind_warranty")
        cls.user_sales = cls._new_user("eq_sales", "service_equipment.group_service_equipment_user")
        cls.customer.user_id = cls.user_sales
        cls.unit = cls._new_ending("P-1", date(2026, 12, 18))

    @classmethod
    def _new_ending(cls, serial, end, **vals):
        vals = {"date_delivered": date(2024, 1, 1), "warranty_labour_end": False, **vals}
        return cls._new_unit(serial, warranty_parts_end=end, **vals)

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_last_day_of_the_window_and_the_day_itself(self):
        units = self.unit
        units += self._new_ending("P-2", date(2026, 12, 19))
        units += self._new_ending("P-3", TODAY)
        units += self._new_ending("P-4", date(2026, 11, 17))
        self._run_cron()
        self.assertEqual([len(unit.activity_ids) for unit in units], [1, 0, 1, 0])
        self.assertRecordValues(
            self.unit.activity_ids,
            [
                {
                    "user_id": self.user_sales.id,
                    "summary": "The warranty ends on 12/18/2026",
                    "date_deadline": TODAY,
                }
            ],
        )
        self.assertEqual(self.unit.warranty_reminded_end, date(2026, 12, 18))

    def test_twice_and_after_an_extension(self):
        self._run_cron()
        self._run_cron()
        self.assertEqual(len(self.unit.activity_ids), 1)
        self.unit.with_user(self.user_manager).warranty_parts_end = date(2026, 12, 10)
        self._run_cron()
        self._run_cron()
        self.assertEqual(len(self.unit.activity_ids), 2)

    def test_responsible_salesperson_company_nobody(self):
        user_unit = self._new_user("eq_responsible", "service_equipment.group_service_equipment_user")
        user_company = self._new_user("eq_warranty", "service_equipment.group_service_equipment_user")
        self.company.service_warranty_user_id = user_company
        own = self._new_ending("P-2", TODAY, user_id=user_unit.id)
        plain = self._new_ending("P-3", TODAY, partner_id=self.other_customer.id, site_id=False)
        self._run_cron()
        units = own + self.unit + plain
        self.assertEqual(
            [unit.activity_ids.user_id for unit in units], [user_unit, self.user_sales, user_company]
        )

    def test_nobody_to_be_reminded_is_counted_in_the_log(self):
        # A salesperson who may not open units, and one who has left, are not asked.
        self.customer.user_id = self.user_employee
        self.other_customer.user_id = self.user_sales
        other = self._new_ending("P-2", TODAY, partner_id=self.other_customer.id, site_id=False)
        self.user_sales.active = False
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self._run_cron()
        self.assertIn("2 units whose warranty ends soon have nobody to be reminded", logs.output[0])
        self.assertFalse((self.unit + other).activity_ids)
        self.customer.user_id = self.user_manager
        with self.assertLogs(LOGGER, "WARNING"):
            self._run_cron()
        self.assertEqual(self.unit.activity_ids.user_id, self.user_manager)

    def test_retired_archived_and_switched_off(self):
        retired = self._new_ending("P-2", TODAY)
        retired.action_retire()
        archived = self._new_ending("P-3", TODAY, active=False)
        self._run_cron()
        self.assertFalse((retired + archived).activity_ids)
        self.company.service_warranty_reminder_days = 0
        new = self._new_ending("P-4", TODAY)
        self._run_cron()
        self.assertFalse(new.activity_ids)

    def test_each_company_has_its_own_days(self):
        other_company = self.env["res.company"].create({"name": "Second", "service_warranty_reminder_days": 60})
        self.user_manager.company_ids += other_company
        other_company.service_warranty_user_id = self.user_manager
        self.customer.user_id = False
        vals = {"company_id": other_company.id, "lot_id": False}
        far = self._new_ending(None, date(2027, 1, 17), **vals)
        farther = self._new_ending(None, date(2027, 1, 18), **vals)
        here = self._new_ending("P-3", date(2027, 1, 17))
        self._run_cron()
        self.assertEqual([len(unit.activity_ids) for unit in far + farther + here], [1, 0, 0])
        self.assertEqual(far.activity_ids.user_id, self.user_manager)

    def test_units_of_companies_that_the_responsible_may_not_see(self):
        other_company = self.env["res.company"].create({"name": "Second", "service_warranty_reminder_days": 30})
        user_there = self._new_user(
            "eq_there",
            "service_equipment.group_service_equipment_user",
            company_id=other_company.id,
            company_ids=other_company.ids,
        )
        other_company.service_warranty_user_id = user_there
        there = self._new_ending(
            None, date(2026, 12, 18), company_id=other_company.id, partner_id=self.other_customer.id, site_id=False
        )
        self._run_cron()
        self.assertEqual(self.unit.activity_ids.user_id, self.user_sales)
        self.assertEqual(there.activity_ids.user_id, user_there)

    def test_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.user_sales.lang = "it_IT"
        self._run_cron()
        self.assertIn("18/12/2026", self.unit.activity_ids.summary)

    def test_killed_half_way_and_run_again(self):
        units = self.unit + self._new_ending("P-2", TODAY) + self._new_ending("P-3", TODAY)
        Equipment = self.env.registry["service.equipment"]
        remind = Equipment._remind_warranty_or_tell

        def _remind_warranty_or_tell(unit):
            if unit == units[1]:
                raise KeyboardInterrupt
            return remind(unit)

        with (
            patch.object(reminder, "BATCH", 1),
            patch.object(Equipment, "_remind_warranty_or_tell", _remind_warranty_or_tell),
            # Not assertRaises: it would roll the first batch back, too.
            suppress(KeyboardInterrupt),
        ):
            self._run_cron()
        self.env.invalidate_all()
        self.assertEqual([len(unit.activity_ids) for unit in units], [1, 0, 0])
        with patch.object(reminder, "BATCH", 2):
            self._run_cron()
        self.assertEqual([len(unit.activity_ids) for unit in units], [1, 1, 1])

    def test_killed_in_a_batch_leaves_nothing_of_it(self):
        Equipment = self.env.registry["service.equipment"]
        self.company.service_warranty_mail = True
        with (
            patch.object(Equipment, "_mail_warranty_end", side_effect=KeyboardInterrupt),
            suppress(KeyboardInterrupt),
        ):
            self.unit._remind_warranty_or_tell()
        self.env.invalidate_all()
        self.assertRecordValues(self.unit, [{"warranty_reminded_end": False, "activity_ids": []}])

    @mute_logger(LOGGER)
    def test_a_bad_unit_never_stops_the_others(self):
        bad = self._new_ending("BAD", TODAY)
        good = self._new_ending("P-3", TODAY)
        Equipment = self.env.registry["service.equipment"]
        remind = Equipment._remind_warranty

        def _remind_warranty(units):
            if bad in units:
                raise ValueError("broken unit")
            return remind(units)

        with patch.object(Equipment, "_remind_warranty", _remind_warranty):
            self._run_cron()
        self.assertEqual([len(unit.activity_ids) for unit in self.unit + bad + good], [1, 0, 1])
        self.assertIn("could be reminded of the end of the warranty: broken unit", bad.message_ids[0].body)
        self._run_cron()
        self.assertEqual([len(unit.activity_ids) for unit in self.unit + bad + good], [1, 1, 1])

    def test_customers_are_told_when_the_company_says_so(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.customer.write({"email": "info@rossi.example", "lang": "it_IT"})
        silent = self._new_ending("P-2", TODAY, partner_id=self.other_customer.id, site_id=False)
        silent.user_id = self.user_sales
        second = self._new_ending("P-3", date(2026, 12, 1))
        self.company.service_warranty_mail = True
        self._run_cron()
        mails = self.env["mail.mail"].search([("model", "=", "service.equipment"), ("state", "=", "outgoing")])
        mail = mails.filtered(lambda mail: mail.recipient_ids == self.customer)
        self.assertEqual(len(mail), 1)
        self.assertFalse(mails.filtered(lambda mail: self.other_customer in mail.recipient_ids))
        for text in (self.unit.name, "18/12/2026", second.name, "01/12/2026"):
            self.assertIn(text, mail.body_html)
        self.assertNotIn(silent.name, mail.body_html)
        self._run_cron()
        self.assertEqual(
            self.env["mail.mail"].search_count([("id", "not in", mails.ids), ("model", "=", "service.equipment")]), 0
        )

    @mute_logger("odoo.sql_db")
    def test_negative_days_are_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.company.service_warranty_reminder_days = -1
            self.company.flush_recordset()

    def test_query_count_grows_little(self):
        units = self.env["service.equipment"]
        for number in range(20):
            units += self._new_ending(f"Q-{number}", TODAY)
        self.env.flush_all()
        self.env.invalidate_all()
        counts = []
        for batch in (units[:5], units[5:20]):
            before = self.cr.sql_log_count
            batch._remind_warranty()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 30)


@tagged("post_install", "-at_install")
class TestWarrantyExpiry(EquipmentCase):
    """The lists of warranties that end."""

    def test_days_left(self):
        cases = ((date(2026, 11, 18), 0), (date(2026, 12, 1), 13), (date(2026, 11, 1), -17), (False, 0))
        for end, days in cases:
            with self.subTest(end=end):
                unit = self._new_unit(warranty_parts_end=end, warranty_labour_end=False)
                self.assertEqual(unit.with_user(self.user_equipment).warranty_days_left, days)
                component = self._new_component(unit, warranty_end=end)
                self.assertEqual(component.with_user(self.user_equipment).warranty_days_left, days)

    def test_lists_open_for_readers(self):
        unit = self._new_unit("P-1", warranty_parts_end=date(2026, 12, 1), warranty_labour_end=False)
        component = self._new_component(unit, warranty_end=date(2026, 12, 1))
        actions = {"service_warranty_expiry_action": unit, "service_component_warranty_action": component}
        for name, record in actions.items():
            action = self.env["ir.actions.act_window"]._for_xml_id(f"service_equipment.{name}")
            for user in (self.user_equipment, self.user_auditor):
                with self.subTest(action=name, user=user.login):
                    records = self.env[action["res_model"]].with_user(user)
                    views = records.get_views([tuple(view) for view in action["views"]])["views"]
                    self.assertIn("warranty_days_left", views["list"]["arch"])
                    self.assertIn(record, records.search(literal_eval(action["domain"])))

    def test_order_is_served_by_the_index(self):
        # Of few rows a sort costs nothing: what matters is that the index gives the order.
        for way in ("seqscan", "bitmapscan", "sort"):
            self.cr.execute(f"SET LOCAL enable_{way} = off")
        self.cr.execute(
            """
            EXPLAIN SELECT id FROM service_equipment
             WHERE active IS TRUE AND warranty_date_end IS NOT NULL
             ORDER BY warranty_date_end, id LIMIT 80
            """
        )
        self.assertIn("service_equipment_warranty_end_idx", str(self.cr.fetchall()))
