# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestLog(HelpdeskCase):
    """Other systems log calls by plain words; what is wrong is said in one sentence and changes nothing."""

    def _log(self, user=None, **values):
        return self.env["service.call"].with_user(user or self.taker).log(**values)

    def _assert_refused(self, pattern, user=None, **values):
        before = self.env["service.call"].search_count([])
        with self.assertRaisesRegex(UserError, pattern), self.env.cr.savepoint():
            self._log(user, **{"subject": "Pump leaks", "serial": "HD-1001", **values})
        self.assertEqual(self.env["service.call"].search_count([]), before)

    def test_a_serial_and_a_subject_are_enough(self):
        answer = self._log(subject="Pump leaks", serial="hd-1001")
        call = self.env["service.call"].browse(answer["id"])
        self.assertRecordValues(
            call,
            [
                {
                    "name": answer["number"],
                    "equipment_id": self.unit.id,
                    "partner_id": self.unit.partner_id.id,
                    "coverage_id": self.coverage.id,
                    "channel": "api",
                }
            ],
        )
        self.assertEqual([entry["metric"] for entry in answer["deadlines"]], ["response", "resolution"])
        self.assertEqual(
            answer["deadlines"][0]["deadline"], fields.Datetime.to_string(self._clock(call, "response").deadline)
        )

    def test_everything_by_words(self):
        self.customer.ref = "C-77"
        person = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id, "email": "anna@rossi.example"}
        )
        answer = self._log(
            subject="Move it",
            description="To hall 2 <b>",
            customer="C-77",
            email="Anna@rossi.example",
            phone="0549 1",
            type="CR",
            priority="3",
            team="Field Service",
            channel="chat",
            raised_at="2026-11-18T10:00:00+01:00",
            external_ref="SAP-1",
        )
        self.assertRecordValues(
            self.env["service.call"].browse(answer["id"]),
            [
                {
                    "contact_id": person.id,
                    "partner_phone": "0549 1",
                    "type_id": self.env.ref("service_contract.call_type_change").id,
                    "priority": "3",
                    "team_id": self.team.id,
                    "channel": "chat",
                    "raised_at": self._at("2026-11-18 09:00:00"),
                    "external_ref": "SAP-1",
                }
            ],
        )
        self.assertIn("&lt;b&gt;", self.env["service.call"].browse(answer["id"]).description)

    def test_the_same_request_gives_the_same_call(self):
        first = self._log(subject="Pump leaks", serial="HD-1001", external_ref="SAP-2")
        again = self._log(subject="Pump leaks", serial="HD-1001", external_ref=" SAP-2 ")
        self.assertTrue(first["is_new"])
        self.assertEqual(again, {**first, "is_new": False})

    def test_the_customer_by_his_exact_name(self):
        answer = self._log(subject="Pump leaks", customer="rossi  SPA")
        self.assertEqual(self.env["service.call"].browse(answer["id"]).partner_id, self.customer)

    def test_bad_arguments(self):
        self._assert_refused("^subject", subject="  ")
        self._assert_refused("color: no such argument", color="red")
        self._assert_refused("subject: a text", subject=7)
        self._assert_refused("serial: NO-1 is not known", serial="NO-1")
        self._assert_refused("customer: Nobody is not known", customer="Nobody")
        self._assert_refused("type: XX is not known", type="XX")
        self._assert_refused("priority: 9 is not one of 0, 1", priority="9")
        self._assert_refused("channel: fax", channel="fax")
        self._assert_refused("raised_at: yesterday is no instant", raised_at="yesterday")
        self._assert_refused("future", raised_at=(fields.Datetime.now() + timedelta(days=1)).isoformat())
        self._assert_refused("whose call", serial=None)
        self._assert_refused("belongs to", customer=self.other_customer.name)

    def test_rules_of_the_type_hold(self):
        self.call_type.need_symptom = "log"
        self._assert_refused("Symptom", type=self.call_type.code)

    def test_a_customer_logs_for_himself(self):
        answer = self._log(self.user_portal, subject="It leaks", serial="HD-1001", external_ref="P-1")
        call = self.env["service.call"].sudo().browse(answer["id"])
        self.assertEqual(call.contact_id, self.user_portal.partner_id)
        self.assertEqual(call.external_ref, "P-1")
        self.assertFalse(self._log(self.user_portal, subject="It leaks", external_ref="P-1")["is_new"])

    def test_a_customer_names_nobody_else(self):
        foreign = self._new_unit("HD-9", partner_id=self.other_customer.id, site_id=self.other_customer.id)
        self._assert_refused("serial: HD-9 is not known", self.user_portal, serial=foreign.serial_number)
        self._assert_refused("customer: no such argument", self.user_portal, customer="Bianchi Srl")

    def test_a_reference_of_somebody_else_tells_nothing(self):
        self._new_call(equipment_id=False, partner_id=self.other_customer.id, external_ref="B-1")
        self._assert_refused("B-1 is taken", self.user_portal, external_ref="B-1")


@tagged("post_install", "-at_install")
class TestLogOverHttp(HelpdeskCase, HttpCase):
    """The same through a real request with a key."""

    def _post(self, user, method="log", **values):
        # Without an end: the clock of the database is not frozen.
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "Test", None)
        return self.url_open(
            f"/json/2/service.call/{method}",
            data=json.dumps(values),
            headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
        )

    def test_a_call_taker_with_a_key(self):
        values = {"subject": "From the monitor", "serial": "HD-1001", "external_ref": "MON-1"}
        answers = [self._post(self.taker, **values).json() for _time in range(2)]
        self.assertEqual(answers[0]["number"], answers[1]["number"])
        self.assertEqual([answer["is_new"] for answer in answers], [True, False])
        call = self.env["service.call"].browse(answers[0]["id"])
        self.assertRecordValues(call, [{"channel": "api", "create_uid": self.taker.id}])
        self.assertEqual(len(answers[0]["deadlines"]), 2)

    def test_an_error_is_one_sentence(self):
        response = self._post(self.taker, subject="From the monitor", serial="NO-1")
        self.assertEqual(response.status_code, 422)
        self.assertEqual(response.json()["message"], "serial: NO-1 is not known.")

    def test_a_customer_with_a_key(self):
        answer = self._post(self.user_portal, subject="It leaks", serial="HD-1001").json()
        call = self.env["service.call"].sudo().browse(answer["id"])
        self.assertEqual(call.commercial_partner_id, self.customer)
        response = self._post(self.user_portal, subject="It leaks", customer="Bianchi Srl")
        self.assertIn("no such argument", response.json()["message"])

    def test_without_a_key(self):
        response = self.url_open("/json/2/service.call/log", data="{}", headers={"Content-Type": "application/json"})
        self.assertIn(response.status_code, (401, 403))

    def test_find_over_http(self):
        answer = self._post(self.taker, "find_subjects", text="HD-1001").json()
        self.assertEqual(answer[0]["id"], self.unit.id)
