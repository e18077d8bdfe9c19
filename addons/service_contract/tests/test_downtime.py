# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .common import NOW, ContractCase

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestDowntime(ContractCase):
    """The register of down time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taker = cls._new_user("ct_taker", "service_contract.group_service_contract_reader")
        # Somebody who writes the register without managing contracts, as later modules have.
        group = cls.env["res.groups"].create({"name": "Down Time Writers", "user_ids": [(4, cls.taker.id)]})
        cls.env["ir.model.access"].create(
            {
                "name": "writers",
                "model_id": cls.env["ir.model"]._get_id("service.downtime"),
                "group_id": group.id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
            }
        )

    def _new_event(self, start=-8, end=-4, user=None, **vals):
        """Enter an event whose times are hours from now."""
        return (
            self.env["service.downtime"]
            .with_user(user or self.user_contract)
            .create(
                {
                    "equipment_id": self.unit_1.id,
                    "started_at": NOW + start * HOUR,
                    "ended_at": end is not None and NOW + end * HOUR,
                    **vals,
                }
            )
        )

    @contextmanager
    def _refused(self, message, error=ValidationError):
        """Expect a refusal, and that nothing was changed."""
        with self.assertRaisesRegex(error, message), self.env.cr.savepoint():
            yield

    def _new_excuse(self, event, user=None, **vals):
        return self._new_event(
            -6, -5, user=user, kind="excused", reason="No access to the site", excuses_id=event.id, **vals
        )

    def test_event_keeps_the_place_of_its_day(self):
        """A unit that moved was down where it stood then."""
        before = self._new_event(-50, -48)
        plant = self.site.copy({"name": "Second Plant"})
        self.unit_1.site_id = plant
        after, told_later = self._new_event(-2, -1), self._new_event(-40, -39)
        place = {"partner_id": self.customer.id, "company_id": self.company.id}
        self.assertRecordValues(
            before | after | told_later,
            [{"site_id": site.id, **place} for site in (self.site, plant, self.site)],
        )

    def test_how_long_it_took(self):
        ended, lasting = self._new_event(-8, -4.5), self._new_event(-3, None)
        self.assertRecordValues(
            ended | lasting,
            [{"hours": 3.5, "is_open": False}, {"hours": 0.0, "is_open": True}],
        )
        self.assertEqual(ended.duration_words, "3 h 30 min")
        self.assertEqual(lasting.duration_words, "3 h 00 min so far")
        self.assertEqual(ended.period_words, "from 15 Apr 2026 03:00 to 15 Apr 2026 06:30")
        lasting.action_end()
        self.assertRecordValues(lasting, [{"hours": 3.0, "ended_at": NOW}])
        with self._refused("has ended already", UserError):
            lasting.action_end()

    def test_a_calendar_shows_what_still_lasts(self):
        ended, lasting = self._new_event(-8, -4), self._new_event(-3, None)
        self.assertEqual((ended | lasting).mapped("shown_until"), [ended.ended_at, NOW])
        events = ended.search([("equipment_id", "=", self.unit_1.id), ("shown_until", ">=", NOW - HOUR)])
        self.assertEqual(events, lasting)
        lasting.shown_until = NOW - HOUR
        self.assertEqual(lasting.ended_at, NOW - HOUR)

    def test_times_are_those_at_the_site(self):
        self.site.tz = "America/New_York"
        self.assertEqual(
            self._new_event().period_words,
            "from 14 Apr 2026 21:00 to 15 Apr 2026 01:00 (America/New_York)",
        )

    def test_bad_input(self):
        """One sentence, and nothing is entered."""
        cases = [
            ({"start": 1, "end": None}, "lies in the future"),
            ({"start": -1, "end": 1}, "lies in the future"),
            ({"kind": "excused"}, "Say why the time is excused"),
            ({"kind": "excused", "reason": "  "}, "Say why the time is excused"),
        ]
        for values, message in cases:
            with self.subTest(values=values), self._refused(message):
                self._new_event(**values)
        for values in ({"start": -1, "end": -2}, {"start": -1, "end": -1}, {"percent": 0}, {"percent": 101}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._new_event(**values)
        self.assertFalse(self.unit_1.downtime_ids)

    def test_planned_time_may_lie_ahead(self):
        self.assertEqual(self._new_event(24, 26, kind="planned").duration_words, "2 h 00 min")

    def test_overlaps_are_refused_by_name(self):
        event = self._new_event(-8, -4)
        for start, end in [(-9, -7), (-5, None), (-7, -6), (-9, None), (-8, -4)]:
            with (
                self.subTest(start=start, end=end),
                self._refused("from 15 Apr 2026 03:00 to 15 Apr 2026 07:00"),
            ):
                self._new_event(start, end)
        with self._refused("overlaps another event"):
            event.copy({"ended_at": NOW})
        self._new_event(-4, None)
        self._new_event(-9, -8)
        self._new_event(-8, -4, equipment_id=self.unit_2.id)
        self._new_event(-8, -4, kind="degraded", percent=30)

    def test_overlaps_within_one_import_are_refused(self):
        values = {"equipment_id": self.unit_1.id, "started_at": NOW - HOUR}
        with self._refused("overlaps another event"):
            self.env["service.downtime"].with_user(self.user_contract).create([values, values])

    # ------------------------------------------------------------------
    # Excuses
    # ------------------------------------------------------------------

    def test_an_excuse_takes_a_contract_manager(self):
        excuse = self._new_excuse(self._new_event(user=self.taker), user=self.taker)
        self.assertTrue(excuse.is_to_approve)
        self.assertIn(excuse, excuse.search([("is_to_approve", "=", True)]))
        with self._refused("Only a contract manager", AccessError):
            excuse.action_approve()
        with self._refused("by its button only", AccessError):
            excuse.write({"approved_at": NOW})
        with self._refused("by its button only", AccessError):
            self._new_event(-2, -1, user=self.taker, approved_by_id=self.taker.id)
        excuse.with_user(self.user_contract).action_approve()
        self.assertRecordValues(
            excuse, [{"approved_by_id": self.user_contract.id, "approved_at": NOW, "is_to_approve": False}]
        )
        self.assertIn(excuse, excuse.search([("is_to_approve", "=", False)]))
        with self._refused("Only a contract manager", AccessError):
            excuse.action_withdraw()

    def test_what_is_approved_stays(self):
        excuse = self._new_excuse(self._new_event())
        excuse.action_approve()
        for vals in ({"ended_at": NOW}, {"reason": "Other"}, {"kind": "planned"}):
            with self.subTest(vals=vals), self._refused("withdraw the approval first", UserError):
                excuse.write(vals)
        with self._refused("withdraw the approval first", UserError):
            excuse.unlink()
        with self._refused("not an excuse that waits", UserError):
            excuse.action_approve()
        excuse.action_withdraw()
        self.assertRecordValues(excuse, [{"approved_by_id": False, "approved_at": False, "is_to_approve": True}])
        excuse.reason = "Other"
        excuse.unlink()

    def test_only_excuses_are_approved(self):
        with self._refused("not an excuse that waits", UserError):
            self._new_event().action_approve()

    def test_an_excuse_fits_its_event(self):
        event = self._new_event()
        with self._refused("Only an excuse of the same unit"):
            self._new_excuse(event, equipment_id=self.unit_2.id)
        with self._refused("Only an excuse of the same unit"):
            self._new_excuse(self._new_event(-8, -4, kind="planned"))
        with self._refused("do not overlap"):
            self._new_event(-3, -2, kind="excused", reason="Strike", excuses_id=event.id)
        excuse = self._new_excuse(event)
        with self._refused("do not overlap"):
            event.ended_at = NOW - 7 * HOUR
        self.assertEqual(event.excuse_ids, excuse)

    def test_an_excuse_starts_from_its_event(self):
        event = self._new_event()
        Downtime = self.env["service.downtime"].with_user(self.user_contract)
        form = Form(Downtime.with_context(**event.action_excuse()["context"]))
        form.reason = "No access"
        self.assertRecordValues(
            form.save(),
            [
                {
                    "kind": "excused",
                    "equipment_id": self.unit_1.id,
                    "excuses_id": event.id,
                    "started_at": event.started_at,
                    "ended_at": event.ended_at,
                }
            ],
        )

    # ------------------------------------------------------------------
    # Around it
    # ------------------------------------------------------------------

    def test_changes_are_tracked(self):
        event = self._new_event()
        self.env.cr.precommit.run()
        event.ended_at = NOW - HOUR
        self.env.cr.precommit.run()
        tracked = event.sudo().message_ids.tracking_value_ids.mapped("field_id.name")
        self.assertIn("ended_at", tracked)

    def test_frozen_periods_are_asked_before_and_after(self):
        """The hook sees the events as they were and as they are."""
        seen = []
        model = self.env.registry["service.downtime"]
        self.patch(model, "_check_frozen_downtime", lambda events: seen.append(events.mapped("ended_at")))
        event = self._new_event(-8, -4)
        event.ended_at = NOW - HOUR
        event.reason = "Pump seized"
        self.assertEqual(seen, [[NOW - 4 * HOUR], [NOW - 4 * HOUR], [NOW - HOUR]])
        event.unlink()
        self.assertEqual(len(seen), 4)

    def test_unit_tells_its_down_time(self):
        self._new_event(-8, -4)
        self._new_event(-2, -1, kind="planned")
        self.env["service.downtime"].create(
            {
                "equipment_id": self.unit_1.id,
                "started_at": datetime(2025, 12, 31, 20),
                "ended_at": datetime(2026, 1, 1, 2),
            }
        )
        unit = self.unit_1.with_user(self.user_reader)
        self.assertRecordValues(unit, [{"downtime_count": 3, "downtime_hours": 6.0, "downtime_now": False}])
        self._new_event(-1, None)
        unit.invalidate_recordset()
        self.assertRecordValues(unit, [{"downtime_count": 4, "downtime_hours": 7.0}])
        self.assertEqual(unit.downtime_now, "Down since 15 Apr 2026 10:00: 1 h 00 min so far.")
        action = unit.action_open_downtime()
        self.assertEqual(len(unit.env["service.downtime"].search(action["domain"])), 4)

    def test_contract_counts_the_events_of_its_units(self):
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "date_end": "2026-02-28"},
                {"equipment_id": self.unit_1.id, "date_start": "2026-03-01"},
                {"equipment_id": self.unit_2.id},
            ]
        )
        other = self._new_contract(rows=[{"equipment_id": self.unit_3.id}])
        self._new_event(-8, -4)
        self._new_event(-3, None)
        self._new_event(-8, -4, equipment_id=self.unit_2.id)
        contracts = (contract | other).with_user(self.user_reader)
        self.assertEqual(contracts.mapped("downtime_count"), [3, 0])
        action = contracts.action_open_downtime()
        self.assertEqual(len(contracts.env["service.downtime"].search(action["domain"])), 3)

    def test_history_of_the_unit(self):
        self._new_event(-8, -4, reason="Seal leaks")
        self._new_excuse(self.unit_1.downtime_ids)
        history = self.unit_1.with_user(self.user_reader).history(kinds={"downtime"})
        self.assertEqual(
            [(entry["date"], entry["title"], entry["text"]) for entry in history],
            [("2026-04-15", "Down", "from 15 Apr 2026 03:00 to 15 Apr 2026 07:00, Seal leaks")],
        )
        portal = self.unit_1.sudo()._get_portal_history()
        self.assertNotIn("downtime", {entry["kind"] for entry in portal})
        register = self._new_user("ct_register", "service_equipment.group_service_equipment_reader")
        self.assertFalse(self.unit_1.with_user(register).history(kinds={"downtime"}))

    def test_own_helpdesk_type_counts_failures_after_an_update(self):
        """Databases of before the flag have it set on the suite's own type; a later choice stays."""
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/pre-facts.py"), "pre_facts")
        self.env.flush_all()
        self.cr.execute("ALTER TABLE service_call_type DROP COLUMN is_failure")
        script.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        types = self.env["service.call.type"].search([("is_failure", "=", True)])
        self.assertEqual(types, self.call_type)
        self.call_type.is_failure = False
        self.env.flush_all()
        script.migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertFalse(self.call_type.is_failure)
