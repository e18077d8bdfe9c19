# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest
from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..engine import recurrence as engine
from ..engine.recurrence import Rule, dates, shift, spread
from .common import HelpdeskCase

ANCHOR = date(2026, 1, 31)
days = st.dates(date(2026, 1, 1), date(2030, 12, 31))
rules = st.builds(
    Rule,
    anchor=days,
    unit=st.sampled_from(["day", "week", "month"]),
    interval=st.integers(1, 14),
    weekdays=st.frozensets(st.integers(0, 6)),
    day=st.none() | st.integers(1, 31),
    nth=st.none() | st.sampled_from([1, 2, 3, 4, -1]),
    months=st.frozensets(st.integers(1, 12)),
    end=st.none() | days,
    count=st.none() | st.integers(1, 20),
)


@tagged("post_install", "-at_install")
class TestRecurrenceEngine(BaseCase):
    """Dates that come again and again."""

    def test_examples(self):
        self.assertEqual(doctest.testmod(engine).failed, 0)

    def test_nothing_is_chained(self):
        found = dates(Rule(ANCHOR), date(2026, 1, 1), date(2026, 5, 31))
        self.assertEqual(found, [date(2026, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31))])

    def test_the_fifth_weekday_is_the_last_only_when_asked(self):
        first = dates(Rule(date(2026, 1, 1), weekdays=frozenset({0}), nth=1), date(2026, 2, 1), date(2026, 2, 28))
        last = dates(Rule(date(2026, 1, 1), weekdays=frozenset({0}), nth=-1), date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual((first, last), ([date(2026, 2, 2)], [date(2026, 2, 23)]))

    @settings(deadline=None, max_examples=200)
    @given(rules, days, st.integers(0, 800), st.integers(0, 800))
    def test_a_window_is_the_sum_of_its_parts(self, rule, first, one, other):
        cut, last = first + timedelta(one), first + timedelta(one + other)
        whole = dates(rule, first, last)
        self.assertEqual(whole, dates(rule, first, cut) + dates(rule, cut + timedelta(1), last))
        self.assertEqual(whole, sorted(set(whole)))
        self.assertTrue(all(max(first, rule.anchor) <= day <= last for day in whole))
        self.assertTrue(all(not rule.months or day.month in rule.months for day in whole))

    @settings(deadline=None, max_examples=100)
    @given(rules)
    def test_so_many_times_in_all(self, rule):
        found = dates(rule, rule.anchor, rule.anchor + timedelta(4000))
        self.assertLessEqual(len(found), rule.count or len(found))

    def test_a_day_off_is_moved_but_never_for_ever(self):
        self.assertEqual(shift(ANCHOR, "after", lambda day: False), ANCHOR)

    def test_load_is_spread_evenly(self):
        load = {}
        for _index in range(10):
            day = spread(ANCHOR, 4, lambda day: True, load, 0)
            load[day] = load.get(day, 0) + 1
        self.assertEqual(set(load.values()), {2})

    def test_the_limit_yields_when_all_days_are_full(self):
        load = {ANCHOR: 3, ANCHOR + timedelta(1): 2}
        self.assertEqual(spread(ANCHOR, 1, lambda day: True, load, 2), ANCHOR + timedelta(1))


@tagged("post_install", "-at_install")
class TestRecurrence(HelpdeskCase):
    """Calls that are made again and again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.calendar_id = cls.calendar
        cls.job = cls.env.ref("service_helpdesk.ir_cron_recurrence_make")

    def _new(self, **vals):
        return (
            self.env["service.call.recurrence"]
            .with_user(self.taker)
            .create(
                {
                    "name": "Check the backup",
                    "equipment_id": self.unit.id,
                    "team_id": self.team.id,
                    "unit": "day",
                    "date_start": date(2026, 11, 19),
                    "hour": 8,
                    "holiday_shift": "none",
                    **vals,
                }
            )
        )

    def _run(self, at):
        with freeze_time(at), self.enter_registry_test_mode():
            self.job.method_direct_trigger()

    def _made(self, recurrence):
        recurrence.invalidate_recordset()
        return [str(call.recurrence_date) for call in recurrence.call_ids.sorted("recurrence_date")]

    def test_a_call_is_made_at_its_time_at_the_site_once(self):
        recurrence = self._new(user_id=self.engineer.id, priority="2", description="<p>All disks</p>")
        self.assertRecordValues(
            recurrence,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "date_next": date(2026, 11, 19),
                    # 08:00 in Rome.
                    "next_make_at": self._at("2026-11-19 07:00:00"),
                }
            ],
        )
        for at, made in (
            ("2026-11-19 06:59:00", []),
            ("2026-11-19 07:00:00", ["2026-11-19"]),
            ("2026-11-19 07:00:00", ["2026-11-19"]),
        ):
            self._run(at)
            self.assertEqual(self._made(recurrence), made)
        self.assertRecordValues(
            recurrence.call_ids,
            [
                {
                    "subject": "Check the backup",
                    "equipment_id": self.unit.id,
                    "team_id": self.team.id,
                    "user_id": self.engineer.id,
                    "priority": "2",
                    "coverage_id": self.coverage.id,
                }
            ],
        )
        self.assertEqual(recurrence.date_next, date(2026, 11, 20))

    def test_what_was_missed(self):
        expected = {
            "all": ["2026-11-19", "2026-11-20", "2026-11-21"],
            "one": ["2026-11-21"],
            "none": [],
        }
        recurrences = {catch_up: self._new(catch_up=catch_up, count=3) for catch_up in expected}
        self._run("2026-11-23 12:00:00")
        for catch_up, made in expected.items():
            with self.subTest(catch_up=catch_up):
                recurrence = recurrences[catch_up]
                self.assertEqual(self._made(recurrence), made)
                self.assertFalse(recurrence.date_next)
                self.assertEqual("Missed, not made" in " ".join(recurrence.message_ids.mapped("body")), len(made) < 3)

    def test_days_off_are_shifted_and_shown(self):
        # Saturday 21 November.
        start = {"date_start": date(2026, 11, 21), "unit": "week"}
        for mode, placed in (("none", 21), ("before", 20), ("after", 23), ("skip", False)):
            recurrence = self._new(**start, holiday_shift=mode, count=1)
            with self.subTest(mode=mode):
                self.assertEqual(recurrence.date_next_placed, placed and date(2026, 11, placed))
        recurrence = self._new(**start, holiday_shift="after")
        self.assertIn("Mon 23 Nov 2026", recurrence.preview_html)
        self.assertIn("instead of Sat 21 Nov", recurrence.preview_html)
        self.assertEqual(recurrence.preview_html.count("<li"), 12)

    def test_much_to_do_is_spread_over_days(self):
        recurrences = [self._new(window_days=4, day_limit=1) for _index in range(3)]
        self.assertEqual(
            [str(recurrence.date_next_placed) for recurrence in recurrences],
            # Thursday, Friday, and Monday: nobody works at the week-end.
            ["2026-11-19", "2026-11-20", "2026-11-23"],
        )

    def test_lead_time(self):
        recurrence = self._new(lead_days=7, date_start=date(2026, 11, 30), unit="month")
        self.assertEqual(recurrence.next_make_at, self._at("2026-11-23 07:00:00"))
        self._run("2026-11-23 07:00:00")
        self.assertEqual(recurrence.call_ids.recurrence_day, date(2026, 11, 30))

    def test_it_ends_with_its_contract(self):
        recurrence = self._new(contract_id=self.contract.id, ends_with_contract=True, unit="month")
        self.assertEqual(recurrence.preview_html.count("<li"), 2)
        self.contract.action_suspend(date(2026, 11, 18), "Not paid")
        self._run("2026-11-19 12:00:00")
        self.assertFalse(recurrence.call_ids)
        self.assertIn("no longer active", " ".join(recurrence.message_ids.mapped("body")))

    def test_a_contract_that_goes_on_wakes_the_job(self):
        recurrence = self._new(contract_id=self.contract.id, ends_with_contract=True, date_start="2027-01-15")
        self.assertFalse(recurrence.date_next)
        triggers = self.env["ir.cron.trigger"].sudo()
        domain = [("cron_id", "=", self.env.ref("service_helpdesk.ir_cron_recurrence_make").id)]
        known = triggers.search(domain)
        self.contract.write({"date_end": "2027-12-31"})
        self.assertEqual(recurrence.date_next, date(2027, 1, 15))
        self.assertEqual((triggers.search(domain) - known).call_at, self._at("2027-01-15 07:00:00"))

    def test_the_time_on_the_wall_stays_when_the_hour_changes(self):
        for day, time, at in (
            ("2027-03-27", 8.0, "2027-03-27 07:00:00"),
            ("2027-03-28", 8.0, "2027-03-28 06:00:00"),
            ("2027-10-30", 8.0, "2027-10-30 06:00:00"),
            ("2027-10-31", 8.0, "2027-10-31 07:00:00"),
            # 02:30 is not on the wall that night: half an hour after the hour that is left out.
            ("2027-03-28", 2.5, "2027-03-28 01:30:00"),
        ):
            with self.subTest(day=day, time=time):
                recurrence = self._new(date_start=day, hour=time, unit="day", holiday_shift="none")
                self.assertEqual(recurrence.next_make_at, self._at(at))

    def test_make_the_next_now(self):
        recurrence = self._new(count=1)
        action = recurrence.action_make_now()
        self.assertEqual(action["res_id"], recurrence.call_ids.id)
        self._run("2026-11-19 12:00:00")
        self.assertEqual(self._made(recurrence), ["2026-11-19"])
        with self.assertRaisesRegex(UserError, "no further date"):
            recurrence.action_make_now()

    def test_a_date_is_never_made_twice(self):
        recurrence = self._new()
        recurrence._make_call(date(2026, 11, 19), date(2026, 11, 19))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            recurrence._make_call(date(2026, 11, 19), date(2026, 11, 20))

    def test_a_bad_one_is_reported_on_itself(self):
        bad, good = self._new(), self._new()
        bad.sudo().equipment_id.flush_recordset()
        self.env.cr.execute(
            "UPDATE service_call_recurrence SET partner_id = %s WHERE id = %s", [self.other_customer.id, bad.id]
        )
        self.env["service.call.recurrence"].invalidate_model()
        with mute_logger("odoo.addons.service_contract.models.service_batch_mixin"):
            self._run("2026-11-19 12:00:00")
        self.assertFalse(bad.call_ids)
        self.assertIn("failed here", " ".join(bad.message_ids.mapped("body")))
        self.assertEqual(self._made(good), ["2026-11-19"])

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "months as numbers"), self.env.cr.savepoint():
            self._new(months="March")
        for vals in ({"interval": 0}, {"day": 32}, {"hour": 24}, {"date_end": date(2026, 11, 1)}, {"count": -1}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._new(**vals).flush_recordset()

    def test_what_nothing_can_be_counted_of(self):
        for name, value, message in (
            ("date_start", "9999-12-31", "enter a day from 1900 to 2199"),
            ("date_start", "0001-01-01", "enter a day from 1900 to 2199"),
            ("interval", 2**31 - 1, "enter 1200 at most"),
            ("hour", 1e300, "enter 24 at most"),
            ("lead_days", 10**12, "enter 3650 at most"),
            ("window_days", 10**12, "enter 366 at most"),
        ):
            with self.subTest(name, value=value), self.assertRaisesRegex(UserError, message):
                self._new(**{name: value})
        for vals in ({"day": -1}, {"window_days": -1}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._new(**vals).flush_recordset()

    def test_archived_makes_nothing(self):
        recurrence = self._new()
        recurrence.active = False
        self._run("2026-11-19 12:00:00")
        self.assertFalse(recurrence.call_ids)
