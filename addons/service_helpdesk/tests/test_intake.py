# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestFind(HelpdeskCase):
    """One field finds everything that a caller may name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Niccolò Bianchi",
                "parent_id": cls.customer.id,
                "phone": "+39 0549 88 77 66",
                "email": "Niccolo.Bianchi@rossi.example",
            }
        )

    def _find(self, text, user=None, **kwargs):
        return self.env["service.call"].with_user(user or self.taker).find_subjects(text, **kwargs)

    def _kinds(self, text):
        return [(found["kind"], found["id"]) for found in self._find(text)]

    def test_a_serial_in_any_case_and_with_blanks(self):
        (found,) = self._find(" hd-10 01 ")
        self.assertEqual((found["kind"], found["id"]), ("unit", self.unit.id))
        self.assertEqual(found["values"]["partner_id"]["id"], self.unit.partner_id.id)
        self.assertEqual(found["values"]["site_id"]["id"], self.unit.site_id.id)
        self.assertIn("HD-1001", found["why"])

    def test_the_beginning_of_a_serial(self):
        self.assertEqual({found["id"] for found in self._find("HD-100")}, {self.unit.id, self.unit_bare.id})

    def test_an_asset_code_and_a_unit_number(self):
        self.unit.asset_code = "INV 77"
        self.assertEqual(self._kinds("inv77"), [("unit", self.unit.id)])
        self.assertEqual(self._kinds(self.unit.name), [("unit", self.unit.id)])

    def test_a_telephone_number_however_it_is_typed(self):
        for text in ("+39 0549 887766", "0039-0549-887766", "0549 88.77.66", "(0549) 887766", "887766"):
            with self.subTest(text=text):
                self.assertEqual(self._kinds(text), [("contact", self.person.id)])

    def test_a_national_number_in_the_register(self):
        self.person.phone = "0549 887766"
        self.assertEqual(self._kinds("+39 0549 887766"), [("contact", self.person.id)])

    def test_another_telephone_number_finds_nobody(self):
        self.assertFalse(self._find("+39 0549 887767"))

    def test_an_email_address(self):
        self.assertEqual(self._kinds("niccolo.bianchi@ROSSI.example"), [("contact", self.person.id)])

    def test_a_name_without_accents_in_any_order(self):
        self.assertIn(("contact", self.person.id), self._kinds("niccolo bianchi"))
        if self.registry.has_trigram:
            self.assertIn(("contact", self.person.id), self._kinds("bianchi nicc"))

    def test_a_contact_fills_the_customer(self):
        (found,) = self._find("887766")
        self.assertEqual(found["values"]["contact_id"]["id"], self.person.id)
        self.assertEqual(found["values"]["partner_id"]["id"], self.customer.id)

    def test_a_contract_number_fills_customer_and_its_only_unit(self):
        (found,) = self._find(self.contract.name.lower())
        self.assertEqual((found["kind"], found["id"]), ("contract", self.contract.id))
        self.assertEqual(found["values"]["partner_id"]["id"], self.customer.id)
        self.assertEqual(found["values"]["equipment_id"]["id"], self.unit.id)

    def test_a_call_by_its_number_or_the_figures_of_it(self):
        call = self._new_call()
        self.assertEqual(self._kinds(call.name), [("call", call.id)])
        self.assertIn(("call", call.id), self._kinds(str(int(call.name.split("/")[-1])).zfill(2)))

    def test_nothing_and_too_much(self):
        for text in ("", None, "x", "no such thing whatever", "%" * 500, "_______", "'; DROP TABLE"):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), [])

    def test_the_limit(self):
        self.assertEqual(len(self._find("HD-100", limit=1)), 1)

    def test_units_of_other_companies_stay_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        values = {"product_id": self.product.id, "partner_id": self.customer.id, "asset_code": "ZZ-9"}
        self.env["service.equipment"].create({**values, "company_id": other.id})
        self.assertFalse(self._find("ZZ-9"))

    def test_customers_find_nothing_of_others(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "phone": "+39 0999 123456"})
        found = self._find("0999 123456", user=self.user_portal)
        self.assertNotIn(stranger.id, [entry["id"] for entry in found])

    def test_a_handful_of_queries_for_whatever_is_typed(self):
        self._find("887766")
        for text in ("HD-1001", "887766", "bianchi", "nothing at all"):
            with self.subTest(text=text):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self._find(text)
                self.assertLessEqual(self.env.cr.sql_log_count - before, 40)


@tagged("post_install", "-at_install")
class TestProblems(HelpdeskCase):
    """What does not fit together is said while typing, and what cannot be is refused with the same sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger Srl", "is_company": True})

    def _problems(self, **values):
        call = self.env["service.call"].with_user(self.taker)._new_from_form({"raised_at": RAISED, **values})
        call._onchange_cover()
        return {problem["code"]: problem for problem in call.intake_problems or []}

    def _assert_refused(self, code, **values):
        """The problem is told on the unsaved call, and saving raises the same sentence and changes nothing."""
        before = self.env["service.call"].search_count([])
        problem = self._problems(**values)[code]
        self.assertEqual(problem["level"], "danger")
        with self.assertRaises(ValidationError) as refusal, self.env.cr.savepoint():
            self._new_call(**values)
        self.assertEqual(str(refusal.exception), problem["text"])
        self.assertEqual(self.env["service.call"].search_count([]), before)

    def test_nothing_is_wrong_with_a_good_call(self):
        self.assertEqual(self._problems(equipment_id=self.unit.id), {})

    def test_a_unit_of_another_customer(self):
        self._assert_refused("foreign_unit", equipment_id=self.unit.id, partner_id=self.stranger.id)

    def test_a_retired_unit(self):
        self.unit_bare.write({"state": "retired", "date_retired": date(2026, 10, 1)})
        self._assert_refused("retired_unit", equipment_id=self.unit_bare.id)
        old = self._problems(equipment_id=self.unit_bare.id, raised_at=datetime(2026, 9, 1, 8))
        self.assertNotIn("retired_unit", old)

    def test_a_product_that_is_not_the_units(self):
        other = self.env["product.product"].create({"name": "Kettle"})
        self._assert_refused("product", equipment_id=self.unit.id, product_id=other.id)

    def test_raised_in_the_future(self):
        self._assert_refused(
            "future", equipment_id=self.unit.id, raised_at=fields.Datetime.now() + timedelta(hours=2)
        )

    def test_clocks_may_differ_a_little(self):
        call = self._new_call(raised_at=fields.Datetime.now() + timedelta(minutes=2))
        self.assertTrue(call.id)

    def test_the_address_of_the_customer_before_does_not_stay(self):
        before, after = self.env["res.partner"].create(
            [
                {"name": "Before", "email": "info@before.example", "phone": "+39 055 12345"},
                {"name": "After"},
            ]
        )
        with Form(self.env["service.call"].with_user(self.taker)) as form:
            form.subject = "Noise"
            form.partner_id = before
            self.assertEqual(form.partner_email, "info@before.example")
            form.partner_id = after
            self.assertFalse(form.partner_email)
            self.assertFalse(form.partner_phone)
        call = form.record
        call.partner_id = before
        call.partner_id = after
        self.assertRecordValues(call, [{"partner_email": False, "partner_phone": False}])

    def test_the_address_of_who_is_no_contact_stays(self):
        call = self._new_call(
            equipment_id=False, partner_id=False, partner_email="who@nowhere.example", partner_phone="0123 456"
        )
        call.partner_id = self.env["res.partner"].create({"name": "After"})
        self.assertRecordValues(call, [{"partner_email": "who@nowhere.example", "partner_phone": "0123 456"}])

    def test_a_contact_of_another_customer_is_odd(self):
        contact = self.env["res.partner"].create({"name": "Eve", "parent_id": self.stranger.id})
        values = {"equipment_id": self.unit.id, "contact_id": contact.id}
        self.assertEqual(self._problems(**values)["foreign_contact"]["level"], "warning")
        self.assertTrue(self._new_call(**values))

    def test_the_unit_stands_elsewhere(self):
        site = self.env["res.partner"].create(
            {"name": "Depot", "parent_id": self.customer.id, "is_service_site": True}
        )
        problem = self._problems(equipment_id=self.unit.id, partner_id=self.customer.id, site_id=site.id)
        self.assertIn("Depot", problem["foreign_site"]["text"])

    def test_a_site_of_another_customer(self):
        site = self.env["res.partner"].create(
            {"name": "Depot", "parent_id": self.stranger.id, "is_service_site": True}
        )
        self.assertIn("foreign_site", self._problems(partner_id=self.customer.id, site_id=site.id))

    def test_an_archived_site(self):
        site = self.env["res.partner"].create(
            {"name": "Closed Depot", "parent_id": self.customer.id, "is_service_site": True, "active": False}
        )
        problem = self._problems(partner_id=self.customer.id, site_id=site.id)["archived"]
        self.assertIn("Closed Depot", problem["text"])

    def test_an_expired_contract(self):
        problem = self._problems(equipment_id=self.unit.id, raised_at=datetime(2026, 11, 18, 9))
        self.assertNotIn("refused", problem)
        self.contract.is_payment_blocked = True
        problem = self._problems(equipment_id=self.unit.id)["refused"]
        self.assertEqual(problem["level"], "warning")
        self.assertIn("blocked for payment", problem["text"])

    def test_the_form_tells_it_at_once(self):
        with Form(self.env["service.call"].with_user(self.taker)) as form:
            form.subject = "Pump leaks"
            form.equipment_id = self.unit
            self.assertFalse(form.intake_problems)
            form.raised_at = fields.Datetime.now() + timedelta(days=1)
            self.assertEqual([problem["code"] for problem in form.intake_problems], ["future"])
            form.raised_at = RAISED
        self.assertEqual(form.record.partner_id, self.unit.partner_id)


@tagged("post_install", "-at_install")
class TestContext(HelpdeskCase):
    """What is known of customer, site and unit stands beside the fields before saving."""

    def _ask(self, user=None, call_id=None, **values):
        values = {
            "type_id": self.call_type.id,
            "company_id": self.env.company.id,
            "raised_at": fields.Datetime.to_string(RAISED),
            "partner_id": self.customer.id,
            **values,
        }
        return self.env["service.call"].with_user(user or self.taker).get_intake_context(values, call_id)

    def test_nobody_is_known_yet(self):
        self.assertEqual(self._ask(partner_id=False), {})

    def test_promise_and_quota(self):
        cover = self._ask(equipment_id=self.unit.id, site_id=self.unit.site_id.id)["cover"]
        self.assertEqual(cover["state"], "contract")
        self.assertEqual(cover["contract"]["id"], self.contract.id)
        self.assertEqual([entry["metric"] for entry in cover["deadlines"]], ["response", "resolution"])
        call = self._new_call()
        promised = self.env["service.sla.policy"]._format_local(
            self._clock(call, "response").deadline, call.site_tz
        )
        self.assertEqual(cover["deadlines"][0]["deadline"], promised)
        self.assertEqual({quota["left"] for quota in cover["quotas"]}, {"2", "4"})

    def test_open_calls_and_the_last_ones(self):
        opened = self._new_call(subject="Still open")
        closed = self.env["service.call"].union(*(self._new_call(subject=f"Old {index}") for index in range(6)))
        closed.action_complete()
        known = self._ask(equipment_id=self.unit.id)
        self.assertEqual([call["id"] for call in known["unit_calls"]["open"]], opened.ids)
        self.assertEqual(len(known["unit_calls"]["closed"]), 5)
        saved = self._ask(equipment_id=self.unit.id, call_id=opened.id)
        self.assertEqual(saved["unit_calls"]["open"], [])
        self.assertFalse(saved["cover"])

    def test_other_calls_at_the_site(self):
        other = self._new_call(equipment_id=self.unit_bare.id)
        known = self._ask(equipment_id=self.unit.id, site_id=self.unit.site_id.id)
        self.assertEqual([call["id"] for call in known["site_calls"]], other.ids)
        self.assertEqual(known["customer_calls"], [])

    def test_how_to_get_in(self):
        self.unit.site_id.service_access_notes = "Ring twice."
        self.assertEqual(self._ask(site_id=self.unit.site_id.id)["notes"][0]["text"], "Ring twice.")

    def test_a_blocked_contract_is_flagged(self):
        self.contract.is_payment_blocked = True
        self.assertIn(self.contract.name, self._ask(equipment_id=self.unit.id)["flags"][0]["text"])

    def test_engineers_and_auditors_may_read_it(self):
        for user in (self.engineer, self.user_auditor):
            self.assertTrue(self._ask(user, equipment_id=self.unit.id)["cover"])

    def test_customers_may_not(self):
        with self.assertRaises(AccessError):
            self._ask(self.user_portal)

    def test_asking_again_becomes_a_note(self):
        call = self._new_call()
        action = call.with_user(self.taker).action_note_repeat("Again!", "<p>Now <script>x</script>worse</p>")
        self.assertEqual(action["res_id"], call.id)
        message = call.sudo().message_ids[0]
        self.assertIn("Again!", message.body)
        self.assertNotIn("script", message.body)
        self.assertTrue(message.subtype_id.internal)

    def test_asking_again_of_a_closed_call(self):
        call = self._new_call()
        call.action_complete()
        with self.assertRaisesRegex(UserError, "closed"):
            call.with_user(self.taker).action_note_repeat("Again!")
        with self.assertRaisesRegex(UserError, "Type what"):
            call.with_user(self.taker).action_note_repeat(" ")
