# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestReport(ContractCase):
    """The contract on paper: what it says, in whose language, and who sees prices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract()

    def _render(self, user=None, contract=None, name="report_service_contract", data=None):
        report = self.env["ir.actions.report"].with_user(user or self.user_contract)
        html, _type = report._render_qweb_html(f"service_contract.{name}", (contract or self.contract).ids, data=data)
        return html.decode()

    def test_content(self):
        html = self._render()
        for text in (
            self.contract.name,
            "Rossi Spa",
            "Rossi Plant",
            "P-1",
            "P-2",
            "03/12/2026",
            "within 4 working hours",
            "Monday - Friday: 09:00-17:00",
            "Chargeable, less 10 %",
            "per month",
            "Date, name, signature",
        ):
            with self.subTest(text=text):
                self.assertIn(text, html)
        self.assertIn("100.00", html)
        self.assertIn("2,400.00", html)

    def test_prices_are_for_those_who_see_them(self):
        """Nobody prints prices by asking for them."""
        for user in (self.user_contract, self.user_auditor):
            self.assertIn("100.00", self._render(user))
            self.assertNotIn("100.00", self._render(user, name="report_service_contract_unpriced"))
        for name in ("report_service_contract", "report_service_contract_unpriced"):
            html = self._render(self.user_reader, name=name, data={"prices": True})
            self.assertIn("P-1", html)
            self.assertNotIn("100.00", html)
            self.assertNotIn("2,400.00", html)
        with self.assertRaises(AccessError):
            self._render(self.user_employee)

    def test_of_other_companies(self):
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self.env["service.contract"].create(
            {"partner_id": self.customer.id, "company_id": company.id, "date_start": "2026-01-01"}
        )
        with self.assertRaises(AccessError):
            self._render(contract=foreign)

    def test_customer_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.customer.lang = "it_IT"
        html = self._render()
        self.assertIn("12/03/2026", html)

    def test_draft_shows_what_it_will_cost(self):
        draft = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "price": 100.0},
                {"name": "Hot line", "call_type_ids": self.call_type.ids},
            ],
            activate=False,
            period_ids=[Command.create({"free_hours": 4, "price": 300.0})],
        )
        html = self._render(contract=draft)
        for text in ("1,500.00", "300.00", "Hot line", self.call_type.name):
            self.assertIn(text, html)
        draft.action_activate()
        self.assertIn("1,500.00", self._render(contract=draft), "the same once its periods are billed by rows")

    def test_different_terms_have_letters(self):
        contract = self._new_contract(
            rows=[
                {"equipment_id": self.unit_1.id, "term_labour": "included"},
                {"equipment_id": self.unit_2.id, "term_labour": "chargeable", "sla_policy_id": self.policy.id},
            ],
        )
        values = self.env["report.service_contract.report_service_contract"]._prepare_contract_values(
            contract.sudo(), shows_prices=False
        )
        self.assertEqual([letter for letter, _terms in values["term_sets"]], ["A", "B"])
        ((_site, lines),) = values["groups"]
        self.assertEqual([line["letter"] for line in lines], ["A", "B"])
        self.assertEqual([line["policy"] for line in lines], ["", "4 and 16 hours"])
        self.assertNotIn("price", lines[0])

    def test_budget_in_words(self):
        round_the_clock = self.env["service.sla.policy"].create({"name": "Always"})
        for policy, minutes, text in [
            (self.policy, 30, "within 30 working minutes"),
            (self.policy, 1, "within 1 working minute"),
            (self.policy, 60, "within 1 working hour"),
            (self.policy, 90, "within 1.5 working hours"),
            (self.policy, 100, "within 100 working minutes"),
            (self.policy, 6000, "within 100 working hours"),
            (round_the_clock, 45, "within 45 minutes"),
            (round_the_clock, 1, "within 1 minute"),
            (round_the_clock, 60, "within 1 hour"),
            (round_the_clock, 240, "within 4 hours"),
        ]:
            target = self.env["service.sla.target"].new({"policy_id": policy.id, "budget_minutes": minutes})
            with self.subTest(minutes=minutes):
                self.assertEqual(target._get_budget_text(), text)

    def test_opening_hours_in_words(self):
        split = self._new_calendar(hours=((14, 18.5), (9, 13)), weekdays=(0, 1, 2, 4))
        self.assertEqual(
            split._get_opening_lines(),
            [("Monday - Wednesday", "09:00-13:00, 14:00-18:30"), ("Friday", "09:00-13:00, 14:00-18:30")],
        )

    def test_intervals_in_words(self):
        for count, unit, text in [
            (1, "month", "per month"),
            (3, "month", "every 3 months"),
            (1, "year", "per year"),
            (2, "week", "every 2 weeks"),
            (5, "once", "once"),
        ]:
            self.assertEqual(self.contract._get_interval_text(count, unit), text)

    def test_queries_do_not_grow_with_the_units(self):
        """A contract of many units asks the database as often as one of few."""
        counts = []
        for number in (5, 10):
            units = self.env["service.equipment"]
            for index in range(number):
                units |= self._new_unit(f"Q-{number}-{index}")
            contract = self._new_contract(rows=[{"equipment_id": unit.id, "price": 10.0} for unit in units])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._render(contract=contract)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
