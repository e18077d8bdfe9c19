# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestTeam(HelpdeskCase):
    """Which team gets a call, who of it, and who takes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["service.team"].search([]).is_routed = False
        cls.second = cls._new_user("hd_second", "service_helpdesk.group_service_helpdesk_engineer")
        cls.second_resource = cls.env["resource.resource"].create({"name": "Second", "user_id": cls.second.id})
        cls.unit.product_id.categ_id = cls.env["product.category"].create({"name": "Pumps"})
        cls.pumps = cls._new_team("Pumps", competence_category_ids=cls.unit.product_id.categ_id.ids)

    @classmethod
    def _new_team(cls, name, **vals):
        members = (cls.engineer | cls.second).ids
        return cls.env["service.team"].create({"name": name, "member_ids": members, **vals})

    def _away(self, resource):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "date_from": self._at("2026-11-17 00:00:00"),
                "date_to": self._at("2026-11-20 17:00:00"),
            }
        )

    # ------------------------------------------------------------
    # Routing
    # ------------------------------------------------------------

    def test_an_archived_team_gets_no_calls_whoever_logs_them(self):
        self.pumps.active = False
        teams = self.env["service.team"].with_context(active_test=False)
        self.assertFalse(teams._get_routed_competences(self.env.company.id))
        self.assertFalse(self._new_call().team_id)

    def test_a_team_with_a_competence_gets_calls_by_itself(self):
        self.assertTrue(self.pumps.is_routed)
        self.assertFalse(self.team.is_routed)
        call = self._new_call()
        self.assertEqual(call.team_id, self.pumps)
        self.assertEqual(call.team_reason, "competent for this product category")

    def test_the_narrowest_team_wins_and_says_why(self):
        product = self._new_team("This product", competence_product_ids=self.unit.product_id.ids, sequence=99)
        call = self._new_call()
        self.assertEqual((call.team_id, call.team_reason), (product, "competent for this product"))

    def test_what_no_team_matches_goes_to_the_team_for_everything_else(self):
        self.pumps.competence_category_ids = self.env["product.category"].create({"name": "Lifts"})
        self.assertFalse(self._new_call().team_id)
        self.team.is_routed = True
        call = self._new_call()
        self.assertEqual((call.team_id, call.team_reason), (self.team, "takes what no other team is competent for"))

    def test_teams_of_another_company_are_not_competent(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        self.pumps.write({"member_ids": False, "company_id": company.id})
        self.assertFalse(self._new_call().team_id)

    def test_what_a_customer_raises_goes_to_who_is_competent_else_to_the_first_team(self):
        calls = self.env["service.call"].with_user(self.user_portal)
        call = calls._create_from_portal("Pump leaks", "", equipment_id=self.unit.id).sudo()
        self.assertEqual((call.team_id, call.team_match), (self.pumps, "category"))
        self.pumps.is_routed = False
        call = calls._create_from_portal("Pump leaks again", "", equipment_id=self.unit.id).sudo()
        self.assertEqual(call.team_id, self.env["service.team"]._get_default_team(self.env.company))
        self.assertIn("no team is competent", call.team_reason)

    def test_a_team_chosen_by_hand_stays(self):
        call = self._new_call(team_id=self.team.id)
        self.assertEqual((call.team_id, call.team_match), (self.team, False))

    def test_a_logged_call_keeps_its_team(self):
        call = self._new_call(
            equipment_id=False, partner_id=self.customer.id, product_id=self.unit.product_id.id
        )
        call.product_id = self.env["product.product"].create({"name": "Lift"})
        self.assertEqual(call.team_id, self.pumps)

    def test_the_form_proposes_until_somebody_chooses(self):
        form = Form(self.env["service.call"].with_user(self.taker))
        form.subject = "Pump leaks"
        self.assertFalse(form.team_id)
        form.equipment_id = self.unit
        self.assertEqual(form.team_id, self.pumps)
        form.team_id = self.team
        form.type_id = self.preventive_type
        self.assertEqual(form.team_id, self.team)
        self.assertFalse(form.save().team_reason)

    # ------------------------------------------------------------
    # Who of the team
    # ------------------------------------------------------------

    def test_by_hand_nobody_owns_a_new_call(self):
        self.assertFalse(self._new_call().user_id)

    def test_in_turn(self):
        self.pumps.assignment_mode = "round_robin"
        calls = self.env["service.call"].with_user(self.taker)
        calls = calls.create([{"subject": str(index), "equipment_id": self.unit.id} for index in range(3)])
        first, second, third = (call.user_id for call in calls)
        self.assertEqual({first, second}, {self.engineer, self.second})
        self.assertEqual(third, first)
        self.assertEqual(self._new_call().user_id, second)
        self.assertEqual(calls[0].event_ids.mapped("kind"), ["raised", "allocated"])
        self.assertTrue(calls[0].stage_id.is_allocated)

    def test_to_who_has_the_fewest_open_calls(self):
        self._new_call(team_id=self.team.id, user_id=self.engineer.id)
        self._new_call(team_id=self.team.id, user_id=self.engineer.id).action_complete()
        self.pumps.assignment_mode = "least_open"
        self.assertEqual(self._new_call().user_id, self.second)
        self._new_call()
        self.assertEqual(self._new_call().user_id, self.second)

    def test_who_is_away_is_left_out(self):
        self.pumps.assignment_mode = "round_robin"
        self._away(self.resource)
        self.assertEqual([self._new_call().user_id, self._new_call().user_id], [self.second] * 2)
        self._away(self.second_resource)
        self.assertFalse(self._new_call().user_id)

    def test_a_call_given_to_somebody_away_warns(self):
        self._away(self.resource)
        call = self._new_call(user_id=self.engineer.id)
        self.assertIn("away until 20 Nov", call.owner_warning)
        call.user_id = self.second
        self.assertFalse(call.owner_warning)

    def test_members_see_each_others_load(self):
        self._new_call(user_id=self.engineer.id)
        load = self.pumps.with_user(self.second).load_html
        self.assertIn(self.engineer.name, load)
        self.assertIn(self.second.name, load)

    def test_all_this_costs_no_query_per_call(self):
        self.pumps.write({"assignment_mode": "round_robin", "unassigned_controller_minutes": 60})
        self.env["service.team"].create(
            {"name": "Waits", "competence_type_ids": self.preventive_type.ids, "unassigned_controller_minutes": 60}
        )
        calls = self.env["service.call"].with_user(self.taker)

        def log(count):
            types = (self.call_type | self.preventive_type).ids
            vals_list = [
                {"subject": str(index), "equipment_id": self.unit.id, "type_id": types[index % 2]}
                for index in range(count)
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            logged = calls.create(vals_list)
            self.env.flush_all()
            self.assertEqual(len(logged.filtered("user_id")), count // 2)
            return self.env.cr.sql_log_count - before

        self.unit.product_id.categ_id = False
        self.pumps.write({"competence_category_ids": False, "competence_type_ids": self.call_type.ids})
        log(2)
        small, large = log(10), log(20)
        self.assertLessEqual((large - small) / 10, 1.0, f"{small} queries for 10, {large} for 20")

    def test_counts_of_a_team(self):
        self._new_call()
        self._new_call(user_id=self.engineer.id)
        self.assertRecordValues(
            self.pumps.with_user(self.taker),
            [{"call_open_count": 2, "call_unassigned_count": 1, "call_missed_count": 0, "call_due_count": 2}],
        )
        action = self.pumps.with_user(self.taker).with_context(team_filter="unassigned").action_view_calls()
        self.assertEqual(action["context"]["search_default_unassigned"], 1)

    # ------------------------------------------------------------
    # Taking and allocating
    # ------------------------------------------------------------

    def test_a_taken_call_says_who_has_it(self):
        call = self._new_call()
        call.action_assign_to_me()
        call.action_assign_to_me()
        with self.assertRaisesRegex(UserError, "already taken by hd_taker"):
            call.with_user(self.controller).action_assign_to_me()
        self.assertEqual(call.user_id, self.taker)

    def test_a_closed_call_is_not_taken(self):
        call = self._new_call()
        call.action_complete()
        with self.assertRaisesRegex(UserError, "is closed: reopen it first"):
            call.action_assign_to_me()

    def test_engineers_take_calls_of_their_teams_only(self):
        call = self._new_call()
        call.with_user(self.engineer).action_assign_to_me()
        self.assertEqual(call.user_id, self.engineer)
        other = self._new_call(team_id=self._new_team("Elsewhere", member_ids=[]).id)
        other.assigned_user_ids = self.engineer
        with self.assertRaisesRegex(UserError, "Only members of its team may take"):
            other.with_user(self.engineer).action_assign_to_me()

    def test_allocating_asks_for_team_and_person(self):
        call = self._new_call()
        action = call.action_open_allocate()
        form = Form(self.env["service.call.allocate"].with_user(self.taker).with_context(**action["context"]))
        self.assertEqual(form.team_id, self.pumps)
        self.assertIn("Pumps", form.suggestion)
        form.user_id = self.second
        form.note = "Bring a seal"
        form.save().action_apply()
        self.assertRecordValues(call, [{"team_id": self.pumps.id, "user_id": self.second.id}])
        self.assertTrue(call.allocated_at)
        self.assertIn("Bring a seal", self._bodies(call))

    def test_a_call_without_a_team_is_proposed_to_the_most_competent(self):
        call = self._new_call()
        call.team_id = False
        action = call.action_open_allocate()
        self.assertEqual(action["context"]["default_team_id"], self.pumps.id)

    def test_allocating_to_nobody_is_refused(self):
        wizard = self.env["service.call.allocate"].with_user(self.taker).create({"call_ids": self._new_call().ids})
        with self.assertRaisesRegex(UserError, "Choose a team or a person"):
            wizard.action_apply()

    def test_calls_of_who_leaves_wait_for_somebody_else(self):
        call = self._new_call(user_id=self.engineer.id)
        done = self._new_call(user_id=self.engineer.id)
        done.action_complete()
        self.engineer.active = False
        self.assertRecordValues(call, [{"user_id": False, "allocated_at": False}])
        self.assertTrue(call.unassigned_since)
        self.assertIn("hd_engineer", self._bodies(call))
        self.assertEqual(done.user_id, self.engineer)

    # ------------------------------------------------------------
    # Responsible persons
    # ------------------------------------------------------------

    def test_responsible_of_the_customer_then_of_the_contract_then_of_the_team(self):
        call = self._new_call(team_id=self.team.id)
        self.contract.user_id = self.controller
        self.customer.service_user_id = self.taker
        self.assertEqual(call._get_responsible(), self.taker)
        self.assertEqual(call.service_user_id, self.taker)
        self.customer.service_user_id = False
        self.assertEqual(call._get_responsible(), self.controller)
        self.contract.user_id = False
        self.assertEqual(call._get_responsible(), self.manager)

    def test_my_customers(self):
        call = self._new_call()
        mine = [("service_user_id", "=", self.taker.id), ("id", "=", call.id)]
        calls = self.env["service.call"].with_user(self.taker)
        self.assertFalse(calls.search(mine))
        self.customer.service_user_id = self.taker
        self.assertEqual(calls.search(mine), call)
        self.assertFalse(calls.search([("service_user_id", "=", False), ("id", "=", call.id)]))
