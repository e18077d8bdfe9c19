# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta
from unittest.mock import Mock, patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import freeze_time
from odoo.tools import json_default

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestDashboard(HelpdeskCase):
    """The figures of the dashboard, and the calls behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_team = cls.env["service.team"].create({"name": "Own", "member_ids": cls.taker.ids})

    def _get(self, user=None, **kwargs):
        kwargs.setdefault("team_id", self.own_team.id)
        return self.env["service.dashboard"].with_user(user or self.taker).get_dashboard(**kwargs)

    def _tiles(self, **kwargs):
        return {tile["key"]: tile for tile in self._get(**kwargs)["tiles"]}

    def _chart(self, key, **kwargs):
        return next(chart for chart in self._get(**kwargs)["charts"] if chart["key"] == key)

    def _new(self, **vals):
        return self._new_call(team_id=self.own_team.id, **vals)

    def test_the_figures_of_today(self):
        self._new()
        owned = self._new(user_id=self.controller.id, raised_at=RAISED - timedelta(days=1))
        owned.action_pause("Part")
        closed = self._new()
        closed.action_complete()
        values = {key: tile["value"] for key, tile in self._tiles().items()}
        self.assertEqual(values["open"], 2)
        self.assertEqual(values["unassigned"], 1)
        self.assertEqual(values["on_hold"], 1)
        self.assertEqual(values["new_today"], 2)
        self.assertEqual(values["closed_today"], 1)
        # The closed call kept both promises; nobody replied to yesterday's in time.
        self.assertEqual(values["kept"], 67)
        self.assertEqual(values["fixed"], 100)

    def test_what_waits_for_the_customer_and_what_for_others(self):
        reasons = self.env["service.pause.reason"].create(
            [{"name": f"For {who}", "waits_for": who, "stops_clocks": stops} for who, stops in self._get_waits()]
        )
        for reason in reasons:
            self._new().action_pause(reason_id=reason.id)
        self._new().action_pause("No reason of the list")
        tiles = self._tiles()
        self.assertEqual((tiles["on_hold"]["value"], tiles["waits_for_customer"]["value"]), (3, 2))
        found = self.env["service.call"].with_user(self.taker).search(tiles["waits_for_customer"]["domain"])
        self.assertEqual(found.pause_reason_id, reasons[:2])
        found.action_complete()
        self.assertEqual(self._tiles()["waits_for_customer"]["value"], 0)

    def _get_waits(self):
        return [("customer", True), ("customer", False), ("part", True)]

    def test_today_begins_at_midnight_of_the_reader(self):
        call = self._new(raised_at=RAISED.replace(hour=23, minute=30) - timedelta(days=1))
        dashboard = self.env["service.dashboard"].with_user(self.taker)
        for tz, count in (("Europe/Rome", 1), ("UTC", 0)):
            tiles = dashboard.with_context(tz=tz).get_dashboard(self.own_team.id)["tiles"]
            value = next(tile["value"] for tile in tiles if tile["key"] == "new_today")
            self.assertEqual(value, count, f"{call.raised_at} in {tz}")

    def test_each_figure_opens_what_it_counts(self):
        self._new().action_complete()
        for days in range(3):
            self._new(raised_at=RAISED - timedelta(days=9 * days), symptom_id=self._symptom().id)
        data = self._get()
        for tile in data["tiles"]:
            found = self.env[tile["model"]].with_user(self.taker).search_count(tile["domain"])
            if not tile["unit"]:
                self.assertEqual(found, tile["value"], tile["key"])
        for chart in data["charts"]:
            for dataset in chart["datasets"]:
                if chart["type"] == "bar":
                    counts = [
                        self.env[chart["model"]].with_user(self.taker).search_count(domain)
                        for domain in dataset["domains"]
                    ]
                    self.assertEqual(counts, dataset["data"], chart["key"])
        json.dumps(data, default=json_default)  # as the web client asks for it

    def _symptom(self):
        return self.env["service.fault"].create({"name": "Leaks", "kind": "symptom"})

    def test_what_lies_before_the_period_is_left_out(self):
        self._new(raised_at=RAISED - timedelta(days=100))
        self.assertEqual(self._chart("calls")["datasets"], [])
        self.assertEqual(len(self._chart("calls", period="12m")["datasets"]), 1)
        self.assertEqual(self._chart("ages")["datasets"][0]["data"], [0, 0, 0, 0, 1])

    def test_a_share_of_nothing_is_nothing(self):
        tiles = self._tiles()
        self.assertIsNone(tiles["kept"]["value"])
        self.assertIsNone(tiles["fixed"]["value"])

    def test_a_share_of_zero_is_zero(self):
        call = self._new()
        with freeze_time(RAISED + timedelta(days=7)):
            call.action_complete()
            self.assertEqual(self._tiles()["kept"]["value"], 0)

    def test_a_call_taker_sees_the_own_team_first_and_a_manager_all(self):
        self.assertEqual(self._get(team_id=None)["team_id"], self.own_team.id)
        self.assertEqual(self._get(team_id=0)["team_id"], 0)
        self.team.member_ids |= self.manager
        self.assertEqual(self._get(user=self.manager, team_id=None)["team_id"], 0)

    def test_an_engineer_counts_what_he_sees(self):
        self._new()
        self._new_call(user_id=self.engineer.id)
        tiles = {tile["key"]: tile["value"] for tile in self._get(user=self.engineer, team_id=0)["tiles"]}
        self.assertEqual(tiles["open"], 1)

    def test_who_may_not_read_calls_gets_nothing(self):
        for user in (self.user_portal, self.user_employee):
            with self.assertRaises(AccessError):
                self._get(user=user)

    def test_no_call_adds_a_query(self):
        counts = []
        for _turn in range(2):
            for hours in range(3):
                self._new(raised_at=RAISED - timedelta(hours=hours)).action_complete()
                self._new(raised_at=RAISED - timedelta(hours=hours))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLess(counts[1], 60)


@tagged("post_install", "-at_install")
class TestLive(HelpdeskCase):
    """The live screen, and who is told of what."""

    def setUp(self):
        super().setUp()
        self.sent = []
        self.patch(
            self.registry["bus.bus"],
            "_sendone",
            lambda _bus, channel, kind, message: self.sent.append((channel, kind, message)),
        )

    def _commit(self):
        """Run what a commit would run, and return the messages of live screens."""
        self.sent.clear()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return [(channel[0], message) for channel, kind, message in self.sent if kind == "service.live/changed"]

    def _board(self, user=None, team=None):
        return self.env["service.live"].with_user(user or self.taker).get_board(team and team.id)

    def test_what_is_due_and_what_nobody_has(self):
        call = self._new_call(team_id=self.team.id)
        owned = self._new_call(team_id=self.team.id, user_id=self.controller.id)
        deadline = self._clock(call.sudo(), "response").deadline
        with freeze_time(deadline + timedelta(minutes=1)):
            board = self._board(team=self.team)
            self.assertEqual((board["overdue_count"], board["due_count"]), (2, 0))
            self.assertEqual([row["id"] for row in board["overdue"]], (call + owned).ids)
        with freeze_time(deadline - timedelta(hours=3)):
            board = self._board(team=self.team)
            self.assertEqual((board["due_count"], board["unassigned_count"], board["open_count"]), (0, 1, 2))
        with freeze_time(deadline - timedelta(hours=1)):
            board = self._board(team=self.team)
            self.assertEqual([row["id"] for row in board["due"]], (call + owned).ids)
            self.assertEqual([row["id"] for row in board["unassigned"]], call.ids)
            self.assertEqual(board["due"][0]["customer"], self.customer.name)

    def test_one_message_per_team_and_transaction(self):
        self._commit()
        other_team = self.env["service.team"].create({"name": "Other"})
        calls = self._new_call(team_id=self.team.id) + self._new_call(team_id=self.team.id)
        other = self._new_call(team_id=other_team.id)
        calls.write({"user_id": self.controller.id})
        calls[0].action_complete()
        messages = self._commit()
        self.assertCountEqual([team for team, _message in messages], self.team + other_team)
        message = dict(messages)[self.team]
        self.assertEqual(message, {"team_id": self.team.id, "ids": sorted(calls.ids)}, "ids, and nothing else")
        self.assertEqual(dict(messages)[other_team]["ids"], other.ids)
        self.assertEqual(self._commit(), [], "told once")

    def test_each_change_that_shows_is_told(self):
        call = self._new_call(team_id=self.team.id)
        for values in (
            {"user_id": self.controller.id},
            {"priority": "3"},
            {"stage_id": self.env["service.call.stage"].search([("is_planned", "=", True)], limit=1).id},
            {"subject": "Other words"},
        ):
            self._commit()
            call.write(values)
            self.assertTrue(self._commit(), values)
        for action in ("action_pause", "action_resume", "action_complete", "action_reopen"):
            self._commit()
            getattr(call, action)()
            self.assertTrue(self._commit(), action)

    def test_what_does_not_show_is_not_told(self):
        call = self._new_call(team_id=self.team.id)
        self._commit()
        call.partner_phone = "1234"
        self.assertEqual(self._commit(), [])

    def test_a_call_that_changes_hands_is_told_to_both_teams(self):
        call = self._new_call(team_id=self.team.id)
        other = self.env["service.team"].create({"name": "Other"})
        self._commit()
        call.team_id = other
        self.assertCountEqual([team for team, _message in self._commit()], self.team + other)

    def _channels(self, user, *asked):
        websocket = self.env["ir.websocket"].with_user(user)
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", Mock(session=Mock(uid=user.id))):
            channels = websocket._build_bus_channel_list(list(asked))
        return self.env["service.team"].union(
            *(channel[0] for channel in channels if isinstance(channel, tuple) and channel[1] == "service_live")
        )

    def test_a_channel_is_for_those_who_may_read_the_calls_of_the_team(self):
        other = self.env["service.team"].create({"name": "Other"})
        wanted = f"service_live_{self.team.id}"
        self.assertEqual(self._channels(self.taker, wanted), self.team)
        self.assertEqual(self._channels(self.engineer, wanted, f"service_live_{other.id}"), self.team)
        self.assertEqual(self._channels(self.engineer, "service_live"), self.team)
        self.assertIn(other, self._channels(self.taker, "service_live"))
        for user in (self.user_portal, self.user_employee):
            self.assertFalse(self._channels(user, wanted, "service_live"))

    def test_a_team_of_another_company_stays_closed(self):
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["service.team"].create({"name": "Foreign", "company_id": company.id})
        wanted = f"service_live_{foreign.id}"
        self.assertFalse(self._channels(self.taker, wanted))
        self.assertNotIn(foreign, self._channels(self.taker, "service_live"))
        self.taker.company_ids |= company
        self.assertEqual(self._channels(self.taker, wanted), foreign)

    def test_nonsense_is_no_channel(self):
        self.assertFalse(self._channels(self.taker, "service_live_", "service_live_x", "service_lively"))

    def test_who_may_not_read_calls_gets_no_board(self):
        for user in (self.user_portal, self.user_employee):
            with self.assertRaises(AccessError):
                self._board(user=user)
