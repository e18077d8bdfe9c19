# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import ContractCase

# A Wednesday: 11:00 in Rome.
RAISED = "2026-04-15 09:00:00"


@tagged("post_install", "-at_install")
class TestWhatif(ContractCase):
    """The screen as a reader fills it in: the answer is there at once, and nothing is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.service_sla_policy_id = False

    def _ask(self, user=None, **values):
        """Fill the screen in the order of the values; return the form."""
        form = Form(self.env["service.coverage.whatif"].with_user(user or self.user_reader))
        form.at = RAISED
        form.call_type_id = self.call_type
        for name, value in values.items():
            form[name] = value
        return form

    def _get_answer(self, form):
        """Return the answer behind the screen."""
        form = form.save()
        return form._prepare_answer()

    def test_first_screen_asks_for_somebody(self):
        form = Form(self.env["service.coverage.whatif"].with_user(self.user_reader))
        self.assertTrue(form.at, "now")
        self.assertEqual(form.problem, "Pick a customer, a site or a unit to see what would happen.")
        self.assertFalse(form.answer_html)
        form.at = False
        self.assertEqual(form.problem, "Say when the call is raised.")

    def test_a_unit_says_the_rest(self):
        contract = self._new_story_contract()
        form = self._ask(equipment_id=self.unit_1)
        self.assertEqual((form.partner_id, form.site_id, form.product_id), (self.customer, self.site, self.product))
        self.assertFalse(form.problem)
        self.assertEqual(form.at_site, "Wed 15 Apr 2026 11:00 (Europe/Rome)")
        self.assertEqual(
            form.headline,
            "Covered, response by Wed 15 Apr 2026 15:00, labour from quota, part charged, -10 %",
        )
        self.assertIn(contract.name, form.reason)
        for text in ("Who pays", "4 and 16 hours", "Office hours", "09:00-17:00", f"/service-contracts/{contract.id}"):
            self.assertIn(text, form.answer_html)

    def test_quotas_in_their_order_with_what_is_left(self):
        contract = self._new_story_contract()
        self.env["service.entitlement"].create(
            {
                "contract_id": contract.id,
                "name": "Ten hours more",
                "unit": "hours",
                "quantity": 10,
                "date_start": date(2026, 4, 1),
                "date_end": date(2026, 4, 30),
            }
        )
        self.env["service.entitlement"]._consume("hours", 11.5, date(2026, 4, 15), contract)
        answer = self._get_answer(self._ask(equipment_id=self.unit_1))
        quotas = {quota["unit"]: quota["buckets"] for quota in answer["quotas"]}
        self.assertEqual(list(quotas), ["Hours", "Calls", "Kilometres"])
        self.assertEqual(
            [(bucket["left"], bucket["quantity"]) for bucket in quotas["Hours"]],
            [("0", "10"), ("2.5", "4")],
            "the one that expires first comes first",
        )
        self.assertEqual([bucket["left"] for bucket in quotas["Calls"]], ["2"])
        self.assertEqual(quotas["Kilometres"], [])
        self.env["service.entitlement"]._consume("hours", 2.5, date(2026, 4, 15), contract)
        self.assertIn("labour charged: no quota left", self._ask(equipment_id=self.unit_1).headline)
        maintenance = self.env["service.call.type"].search([("is_preventive", "=", True)], limit=1)
        answer = self._get_answer(self._ask(equipment_id=self.unit_1, call_type_id=maintenance))
        self.assertEqual(answer["quotas"][0]["unit"], "Maintenance hours")

    def test_warranty_and_no_promise(self):
        form = self._ask(equipment_id=self.unit_3)
        self.assertEqual(form.headline, "Under warranty, no time promised, labour free, part free")
        self.assertIn("No promise: neither the row", form.answer_html)

    def test_nothing_covers(self):
        self.company.service_sla_policy_id = self.policy
        form = self._ask(partner_id=self.other_customer)
        self.assertEqual(
            form.headline, "Not covered, response by Wed 15 Apr 2026 15:00, the customer pays everything"
        )
        self.assertEqual(form.reason, "No contract covers this.")
        self.assertIn("drafts do not count", form.answer_html)

    def test_units_with_rows_of_their_own_are_told(self):
        """Without a unit nothing covers, though the customer's units are covered."""
        self._new_contract(rows=[{"equipment_id": self.unit_1.id}, {"equipment_id": self.unit_1.id, "price": 5.0}])
        advice = "with a row of their own at %s: 1. Pick the unit to see its cover."
        form = self._ask(partner_id=self.customer)
        self.assertEqual(form.reason, "No contract covers this.")
        self.assertIn(advice % self.customer.display_name, form.answer_html)
        form.site_id = self.site
        self.assertIn(advice % self.site.display_name, form.answer_html)
        form.at = "2027-02-01 09:00:00"
        self.assertNotIn("Pick the unit", form.answer_html)
        form.equipment_id = self.unit_1
        form.at = "2026-04-15 09:00:00"
        self.assertNotIn("Pick the unit", form.answer_html)

    def test_the_companys_own_words(self):
        """The sentences have them; what they name, such as a customer called like a word, stays."""
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}])
        self.customer.name = "Unit Systems"
        self.env = self.env(context={"lang": "en_US"})
        for source, name in (("Contract", "Agreement"), ("Unit", "Machine"), ("Units", "Machines")):
            self.env["service.label"].create({"lang": "en_US", "source": source, "name": name})
        form = self._ask(partner_id=self.customer)
        self.assertEqual(form.reason, "No agreement covers this.")
        self.assertIn("Machines with a row of their own at Unit Systems: 1. Pick the machine", form.answer_html)
        form = self._ask(equipment_id=self.unit_1)
        self.assertEqual(form.reason, f"Covered by {self.unit_1.display_name} of agreement {contract.name}.")
        form.at = "2027-02-01 09:00:00"
        self.assertEqual(form.reason, f"Agreement {contract.name} expired on 12/31/2026.")
        self.assertIn("Renew the agreement, or", form.answer_html)

    def test_refused_contracts_say_why_and_what_to_do(self):
        contract = self._new_contract()
        form = self._ask(partner_id=self.customer, at="2027-02-01 09:00:00")
        self.assertEqual(form.headline, "Not covered, no time promised, the customer pays everything")
        self.assertEqual(form.reason, f"Contract {contract.name} expired on 12/31/2026.")
        self.assertIn("Renew the contract", form.answer_html)
        contract.is_payment_blocked = True
        form = self._ask(partner_id=self.customer)
        self.assertIn("is blocked for payment", form.reason)
        self.assertIn("lift the block", form.answer_html)

    def test_every_other_row_and_why_it_lost(self):
        self._new_contract(
            rows=[
                {"name": "whole"},
                {"name": "ended", "date_end": date(2026, 3, 31)},
                {"name": "site", "site_ids": [Command.link(self.site.id)]},
                {"name": "unit", "equipment_id": self.unit_1.id},
            ]
        )
        considered = self._get_answer(self._ask(equipment_id=self.unit_1))["considered"]
        self.assertEqual(
            [entry["row"] for entry in considered],
            ["unit", "site", "whole", "ended"],
            "the best first",
        )
        html = self._ask(equipment_id=self.unit_1).answer_html
        for text in ("A row for this very unit is narrower.", "It ended on 03/31/2026.", "Wins", "Matches", "No match"):
            self.assertIn(text, html)

    def test_priority_of_the_row_or_as_typed(self):
        self.policy.target_ids = [
            Command.create({"metric": "response", "priority": "3", "budget_minutes": 60}),
            Command.create({"metric": "response", "priority": "2", "budget_minutes": 120}),
        ]
        self._new_contract(rows=[{"priority": "3"}], sla_policy_id=self.policy.id)
        form = self._ask(partner_id=self.customer)
        self.assertIn("response by Wed 15 Apr 2026 12:00", form.headline)
        form.priority = "2"
        self.assertIn("response by Wed 15 Apr 2026 13:00", form.headline)
        form.priority = "0"
        self.assertIn("response by Wed 15 Apr 2026 15:00", form.headline, "the target for every other priority")

    def test_the_clock_is_that_of_the_site(self):
        """Raised at 11:00 in Rome: 05:00 in New York, before the office there opens."""
        self._new_contract(sla_policy_id=self.policy.id)
        self.site.tz = "America/New_York"
        form = self._ask(partner_id=self.customer, site_id=self.site)
        self.assertEqual(form.at_site, "Wed 15 Apr 2026 05:00 (America/New_York)")
        self.assertIn("response by Wed 15 Apr 2026 13:00", form.headline)

    def test_change_of_hour(self):
        """Friday 23 October 2026, 16:00 in Rome; the clocks go back on Sunday: still 12:00 on the wall on Monday."""
        self._new_contract(sla_policy_id=self.policy.id)
        form = self._ask(partner_id=self.customer, at="2026-10-23 14:00:00")
        self.assertIn("response by Mon 26 Oct 2026 12:00", form.headline)

    def test_closed_days_and_the_clock_round(self):
        self._new_contract(sla_policy_id=self.policy.id)
        form = self._ask(partner_id=self.customer, at="2026-04-18 09:00:00")
        self.assertIn("Closed on Saturday 18 Apr", form.answer_html)
        self.policy.calendar_id = False
        form = self._ask(partner_id=self.customer, at="2026-04-18 09:00:00")
        self.assertIn("Round the clock", form.answer_html)
        self.assertIn("response by Sat 18 Apr 2026 15:00", form.headline)

    def test_wrong_combinations_say_what_to_do(self):
        elsewhere = self.env["res.partner"].create({"name": "Warehouse", "parent_id": self.customer.id})
        foreign = self.env["res.partner"].create({"name": "Bianchi Works", "parent_id": self.other_customer.id})
        retired = self._new_unit("P-9", state="retired")
        Whatif = self.env["service.coverage.whatif"].with_user(self.user_reader)
        for values, text in [
            ({"equipment_id": self.unit_1.id, "partner_id": self.other_customer.id}, "is a unit of Rossi Spa, not of"),
            ({"equipment_id": self.unit_1.id, "site_id": elsewhere.id}, "stands at Rossi Spa, Rossi Plant, not at"),
            ({"site_id": foreign.id, "partner_id": self.customer.id}, "is a site of Bianchi Srl, not of Rossi Spa"),
            ({"equipment_id": retired.id}, "is retired: pick the unit that took its place"),
        ]:
            with self.subTest(text):
                question = Whatif.new({"at": datetime(2026, 4, 15, 9), **values})
                self.assertIn(text, question.problem)
                self.assertTrue(question.headline, "the answer is shown all the same")

    def test_another_customer_drops_site_and_unit(self):
        form = self._ask(equipment_id=self.unit_1)
        form.partner_id = self.other_customer
        self.assertFalse(form.equipment_id)
        self.assertFalse(form.site_id)
        form = self._ask(site_id=self.site)
        self.assertEqual(form.partner_id, self.customer, "a site names its customer")

    def test_hours_that_cannot_drive_a_clock(self):
        self._new_contract(sla_policy_id=self.policy.id)
        self.calendar.attendance_ids.unlink()
        form = self._ask(partner_id=self.customer)
        self.assertEqual(form.problem, "The working hours Office hours contain no hours.")
        self.assertFalse(form.answer_html)

    def test_prices_only_for_those_who_see_them(self):
        self._new_contract()
        for user, is_seen in [
            (self.user_reader, False),
            (self.user_contract, True),
            (self.user_manager, True),
            (self.user_auditor, True),
        ]:
            with self.subTest(user.login):
                html = self._ask(user, partner_id=self.customer).answer_html
                self.assertEqual("Tariff:" in html, is_seen)

    def test_others_may_not_ask(self):
        for user in (self.user_employee, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._ask(user, partner_id=self.customer)

    def test_other_companies_contracts_are_not_shown(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["service.contract"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "date_start": date(2026, 1, 1),
                "coverage_ids": [Command.create({})],
            }
        ).action_activate()
        self.assertEqual(self._get_answer(self._ask(partner_id=self.customer))["considered"], [])

    def test_buttons_open_the_screen_filled_in(self):
        contract = self._new_story_contract()
        for record, expected in [
            (self.unit_1, {"equipment_id": self.unit_1, "partner_id": self.customer, "site_id": self.site}),
            (self.customer, {"partner_id": self.customer}),
            (self.site, {"partner_id": self.customer, "site_id": self.site}),
            (contract, {"partner_id": self.customer}),
        ]:
            action = record.with_user(self.user_reader).action_what_if()
            form = Form(self.env[action["res_model"]].with_user(self.user_reader).with_context(**action["context"]))
            for name, value in expected.items():
                self.assertEqual(form[name], value)
            self.assertTrue(form.headline)
