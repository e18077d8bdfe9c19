# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from base64 import b64encode
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, file_path

from ..models.service_contract_offer import PROMISED
from .common import NOW, TODAY, ContractCase

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
OFFER_FIELDS = ("state", "offer_state", "signed_by", "signature", "offer_hash", "decline_reason")


@tagged("post_install", "-at_install")
class TestOffer(ContractCase):
    """A draft is offered, stands while it is, and is signed or withdrawn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(
            rows=[{"equipment_id": cls.unit_1.id, "price": 100.0}],
            activate=False,
            sla_policy_id=cls.policy.id,
            period_ids=[Command.create({"free_hours": 4})],
        )

    def _sign(self, contract=None, **vals):
        """Sign as the portal does: with all rights, after it has checked whose the contract is."""
        contract = (contract or self.contract).sudo()
        vals = {
            "name": "Mario Rossi",
            "signature": PIXEL.decode(),
            "version": contract.offer_hash,
            "author": self.user_portal.partner_id,
            **vals,
        }
        contract._accept_offer(**vals)

    def test_offer(self):
        self.assertFalse(self.contract.with_user(self.user_portal).has_access("read"))
        self.contract.action_offer()
        self.assertRecordValues(
            self.contract,
            [{"offer_state": "offered", "date_offered": TODAY, "date_offer_end": date(2026, 5, 15), "state": "draft"}],
        )
        records = (
            self.contract + self.env["service.contract"],
            self.contract.coverage_ids,
            self.contract.period_ids,
        )
        for record in records:
            self.assertTrue(record.with_user(self.user_portal).has_access("read"))
        self.contract.action_withdraw_offer()
        for record in records:
            self.assertFalse(record.with_user(self.user_portal).has_access("read"))

    def test_valid_until(self):
        self.company.service_contract_offer_days = 10
        self.contract.action_offer(date_end="2026-04-20")
        self.assertEqual(self.contract.date_offer_end, date(2026, 4, 20))
        self.contract.action_withdraw_offer()
        self.contract.date_offer_end = "2026-04-01"
        self.contract.action_offer()
        self.assertEqual(self.contract.date_offer_end, date(2026, 4, 25), "a day gone by is no end")

    def test_offer_refused(self):
        empty = self._new_contract(rows=(), activate=False)
        with self.assertRaisesRegex(UserError, "covers nothing yet"):
            empty.action_offer()
        with self.assertRaisesRegex(UserError, "has begun: there is nothing to sign"):
            self._new_contract().action_offer()
        self.contract.action_offer()
        with self.assertRaisesRegex(UserError, "withdraw the offer before"):
            self.contract.action_offer()
        with self.assertRaisesRegex(UserError, "no offer to withdraw"):
            empty.action_withdraw_offer()
        for action in ("action_offer", "action_withdraw_offer", "action_send"):
            for user in (self.user_reader, self.user_auditor, self.user_portal):
                with self.subTest(action=action, user=user.login), self.assertRaises(AccessError):
                    getattr(self.contract.with_user(user), action)()

    def test_promise_stands(self):
        """Nothing of what is offered or signed changes, by whatever door."""
        coverage, period = self.contract.coverage_ids, self.contract.period_ids
        for sign in (False, True):
            self.contract.action_offer()
            if sign:
                self._sign()
            changes = {
                "term": lambda: self.contract.write({"date_end": "2027-01-31"}),
                "level": lambda: self.contract.write({"sla_policy_id": False}),
                "customer": lambda: self.contract.write({"partner_id": self.other_customer.id}),
                "price": lambda: coverage.write({"price": 1.0}),
                "price through the contract": lambda: self.contract.write(
                    {"coverage_ids": [Command.update(coverage.id, {"price": 1.0})]}
                ),
                "unit": lambda: self.contract.write(
                    {"coverage_ids": [Command.create({"equipment_id": self.unit_2.id})]}
                ),
                "removal": coverage.unlink,
                "quota": lambda: period.write({"free_hours": 40}),
                "package": lambda: self.env["service.entitlement"].with_user(self.user_contract).create(
                    {
                        "contract_id": self.contract.id,
                        "name": "10 hours",
                        "quantity": 10,
                        "date_start": TODAY,
                        "date_end": TODAY,
                    }
                ),
                "deletion": self.contract.unlink,
            }
            for name, change in changes.items():
                with (
                    self.subTest(name, sign=sign),
                    self.assertRaisesRegex(UserError, "withdraw the offer before you change it|it stays as it is"),
                    self.env.cr.savepoint(),
                ):
                    change()
            self.contract.note = "<p>Ours</p>"
            self.contract.user_id = self.user_manager
            self.contract.action_withdraw_offer()
            coverage.price = 110.0

    def test_fields_of_the_offer_are_not_written_by_hand(self):
        for vals in ({"offer_state": "signed"}, {"signed_by": "Me"}, {"signature": PIXEL}, {"offer_hash": "x"}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "by its buttons only"):
                self.contract.write(vals)
        with self.assertRaisesRegex(UserError, "by its buttons only"):
            self._new_contract(activate=False, offer_state="offered")
        self.contract.action_offer()
        self._sign()
        for vals in ({"offer_state": False}, {"signature": False}, {"offer_hash": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "by its buttons only"):
                self.contract.write(vals)
        copied = self.contract.copy()
        self.assertFalse(copied.offer_state or copied.is_offered or copied.signature or copied.signed_by)

    def test_sign(self):
        self.contract.action_offer()
        self._sign(name=" Mario Rossi ")
        self.assertRecordValues(
            self.contract,
            [{"state": "draft", "offer_state": "signed", "signed_by": "Mario Rossi", "signed_at": NOW}],
        )
        self.assertTrue(self.contract.is_offered, "the customer still sees what he signed")
        document = self.contract.document_ids
        self.assertRecordValues(
            document,
            [{"kind": "contract", "is_public": True, "is_signed": True, "has_prices": True, "date": TODAY}],
        )
        self.assertIn(b"Mario Rossi", document.raw)
        self.assertRecordValues(
            self.contract.activity_ids,
            [{"user_id": self.user_contract.id, "summary": "The customer has signed: activate the contract"}],
        )
        message = self.contract.message_ids.filtered(lambda message: "Signed by Mario Rossi" in message.body)
        self.assertEqual(message.author_id, self.user_portal.partner_id)
        self.contract.action_activate()
        self.assertEqual(self.contract.state, "active")
        self.contract.coverage_ids.action_reprice("2026-07-01", 120.0)
        self.assertEqual(len(self.contract.coverage_ids), 2, "a running contract changes by dated rows as ever")

    def test_activates_when_signed(self):
        self.company.service_contract_activates_when_signed = True
        contract = self._new_contract(activate=False)
        self.assertTrue(contract.activates_when_signed)
        contract.action_offer()
        self._sign(contract)
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.activity_ids)

    def test_signature_refused(self):
        """Each refusal is one sentence and changes nothing."""
        self.contract.action_offer()
        before = self.contract.sudo().read(OFFER_FIELDS)
        huge = b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 1024 * 1024).decode()
        for vals, sentence in [
            ({"name": " "}, "write your name"),
            ({"name": "x" * 200}, "write your name"),
            ({"signature": ""}, "draw your signature"),
            ({"signature": None}, "draw your signature"),
            ({"signature": "not base64!"}, "draw your signature"),
            ({"signature": b64encode(b"<svg/>").decode()}, "draw your signature"),
            ({"signature": huge}, "draw your signature"),
            ({"version": "guess"}, "has changed since you opened it"),
            ({"version": None}, "has changed since you opened it"),
        ]:
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self._sign(**vals)
        self.assertEqual(self.contract.sudo().read(OFFER_FIELDS), before)
        self.assertFalse(self.contract.document_ids)

    def test_only_an_open_offer_is_signed(self):
        with self.assertRaisesRegex(UserError, "not offered any more"):
            self._sign()
        self.contract.action_offer()
        with freeze_time("2026-05-16 09:00"), self.assertRaisesRegex(UserError, "valid until 05/15/2026"):
            self._sign()
        with freeze_time("2026-05-15 09:00"):
            self._sign()
        with self.assertRaisesRegex(UserError, "signed already"):
            self._sign()
        self.contract.action_withdraw_offer()
        with self.assertRaisesRegex(UserError, "not offered any more"):
            self._sign()

    def test_an_old_page_signs_no_new_offer(self):
        self.contract.action_offer()
        read = self.contract.offer_hash
        self.contract.action_withdraw_offer()
        self.contract.coverage_ids.price = 200.0
        self.contract.action_offer()
        with self.assertRaisesRegex(UserError, "has changed since you opened it"):
            self._sign(version=read)
        self._sign()

    def test_a_changed_level_is_not_signed(self):
        """What the contract only refers to may change: then the offer is another one."""
        self.contract.action_offer()
        self.policy.target_ids[0].budget_minutes = 480
        with self.assertRaisesRegex(UserError, "We are working on this offer"):
            self._sign()
        self.contract.action_withdraw_offer()
        self.contract.action_offer()
        self._sign()
        self.policy.target_ids[0].budget_minutes = 240
        with self.assertRaisesRegex(UserError, "no longer promises what was signed"):
            self.contract.action_activate()
        self.assertEqual(self.contract.state, "draft")

    def test_fingerprint(self):
        """The same promise has the same fingerprint, whoever looks and in whatever order; any other has another."""
        self.contract.action_offer()
        self.env.invalidate_all()
        self.assertTrue(self.contract.with_user(self.user_reader)._keeps_offer())
        self.contract.note = "<p>Ours</p>"
        self.assertTrue(self.contract._keeps_offer())
        # a discount changed below the guard, as an import in SQL might do it
        self.env.cr.execute(
            "UPDATE service_coverage SET discount_part = 5 WHERE contract_id = %s", [self.contract.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.contract._keeps_offer())

    def test_a_later_version_knows_more_fields(self):
        """An offer is judged by the fields that it was made of."""
        self.contract.action_offer()
        more = {**PROMISED, "service.contract": [*PROMISED["service.contract"], "note"]}
        with patch.dict("odoo.addons.service_contract.models.service_contract_offer.PROMISED", more):
            self._sign()
            self.contract.action_activate()
        self.assertEqual(self.contract.state, "active")

    def test_withdrawn_signature_is_void(self):
        self.contract.action_offer()
        self._sign()
        self.contract.action_withdraw_offer()
        self.assertRecordValues(
            self.contract,
            [{"offer_state": "withdrawn", "signed_by": False, "signed_at": False, "signature": False}],
        )
        self.assertTrue(self.contract.document_ids.is_signed, "the file stays")

    def test_cancel_withdraws(self):
        self.contract.action_offer()
        self.contract.action_cancel()
        self.assertRecordValues(self.contract, [{"state": "cancelled", "offer_state": "withdrawn"}])

    def test_decline(self):
        self.contract.action_offer()
        version = self.contract.offer_hash
        author = self.user_portal.partner_id
        with self.assertRaisesRegex(UserError, "tell us why"):
            self.contract.sudo()._decline_offer("  ", version, author)
        self.contract.sudo()._decline_offer("Too dear", version, author)
        self.assertRecordValues(
            self.contract, [{"offer_state": "declined", "decline_reason": "Too dear", "is_offered": False}]
        )
        self.assertEqual(self.contract.activity_ids.summary, "The customer has declined the offer")
        self.assertIn("Too dear", self.contract.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "not offered any more"):
            self.contract.sudo()._decline_offer("Again", version, author)
        self.contract.coverage_ids.price = 80.0
        self.contract.action_offer()
        self._sign()

    def test_without_a_responsible(self):
        self.contract.user_id = False
        self.contract.action_offer()
        self._sign()
        self.assertEqual(self.contract.activity_ids.user_id, self.user_contract, "whoever made it is told")

    def test_update_offers_nothing(self):
        """The columns of offers come empty to contracts that were made before, and the script may run twice."""
        script = load_script(file_path("service_contract/migrations/19.0.1.1.0/pre-offer.py"), "pre_offer")
        self.env.flush_all()
        for table in script.TABLES:
            self.env.cr.execute(SQL("ALTER TABLE %s DROP COLUMN is_offered", SQL.identifier(table)))
        for _run in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertFalse(self.contract.is_offered or self.contract.coverage_ids.is_offered)
        self.contract.action_offer()
        self.assertTrue(self.contract.coverage_ids.is_offered)


@tagged("post_install", "-at_install")
class TestOfferPortal(ContractCase, HttpCase):
    """The customer reads, signs and declines on the contract's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(
            rows=[{"equipment_id": cls.unit_1.id, "price": 100.0}], activate=False, sla_policy_id=cls.policy.id
        )
        cls.contract.action_offer()
        cls.foreign = cls._new_contract(partner_id=cls.other_customer.id, activate=False)
        cls.foreign.action_offer()
        cls.token = cls.contract._portal_ensure_token()

    def _accept(self, contract=None, token=None, **params):
        contract = contract or self.contract
        params = {
            "access_token": token,
            "version": contract.offer_hash,
            "name": "Mario Rossi",
            "signature": PIXEL.decode(),
            **params,
        }
        return self.make_jsonrpc_request(f"{contract.access_url}/accept", params)

    def test_page_of_an_offer(self):
        self.authenticate("ct_portal", "ct_portal")
        self.assertIn("To sign", self.url_open("/my/contracts?filterby=to_sign").text)
        page = self.url_open(self.contract.access_url).text
        for text in ("waiting for your signature", "portal.signature_form", "To sign", "P-1"):
            self.assertIn(text, page)
        self.assertNotIn("100.00", page)
        self.contract.date_offer_end = "2026-04-14"
        page = self.url_open(self.contract.access_url).text
        self.assertIn("valid until 04/14/2026", page)
        self.assertNotIn("portal.signature_form", page)

    def test_sign(self):
        self.authenticate("ct_portal", "ct_portal")
        answer = self._accept()
        self.assertTrue(answer["force_refresh"])
        self.assertEqual(self.contract.offer_state, "signed")
        page = self.url_open(answer["redirect_url"]).text
        self.assertIn("Thank you, <span>Mario Rossi</span>", page)
        self.assertIn(f"{self.contract.name} signed.pdf", page)
        self.assertIn("signed already", self._accept()["error"])
        self.assertEqual(len(self.contract.document_ids), 1)

    def test_sign_by_token(self):
        self.authenticate(None, None)
        page = self.url_open(f"{self.contract.access_url}?access_token={self.token}").text
        self.assertIn("waiting for your signature", page)
        self.assertIn("force_refresh", self._accept(token=self.token))
        message = self.contract.message_ids.filtered(lambda message: "Signed by" in message.body)
        self.assertEqual(message.author_id, self.customer)

    def test_not_for_others(self):
        """No login, no token, another's token, another customer, an engineer: nothing is signed."""
        foreign_token = self.foreign._portal_ensure_token()
        self.authenticate(None, None)
        for token in (None, "guess", foreign_token):
            with self.subTest(token=token):
                self.assertEqual(self._accept(token=token), {"error": "This contract is not offered to you."})
                self.assertNotIn(
                    self.contract.name, self.url_open(f"{self.contract.access_url}?access_token={token}").text
                )
        self.authenticate("ct_portal", "ct_portal")
        self.assertEqual(self._accept(self.foreign), {"error": "This contract is not offered to you."})
        self.authenticate("ct_reader", "ct_reader")
        self.assertEqual(self._accept(token=self.token), {"error": "This contract is not offered to you."})
        self.assertEqual((self.contract + self.foreign).mapped("offer_state"), ["offered", "offered"])
        self.contract.action_withdraw_offer()
        self.authenticate(None, None)
        self.assertEqual(self._accept(token=self.token), {"error": "This contract is not offered to you."})

    def test_on_the_screen_of_the_contract_manager(self):
        self.authenticate("ct_user", "ct_user")
        self.assertIn("force_refresh", self._accept())
        message = self.contract.message_ids.filtered(lambda message: "Signed by" in message.body)
        self.assertEqual(message.author_id, self.user_contract.partner_id, "it says on whose screen")

    def test_decline(self):
        self.authenticate("ct_portal", "ct_portal")
        values = {"csrf_token": Request.csrf_token(self), "version": self.contract.offer_hash}
        page = self.url_open(f"{self.contract.access_url}/decline", data={**values, "reason": " "})
        self.assertIn("tell us why", page.text)
        self.assertEqual(self.contract.offer_state, "offered")
        page = self.url_open(f"{self.contract.access_url}/decline", data={**values, "reason": "Too dear"})
        self.assertIn("is declined", page.text)
        self.assertEqual(self.contract.decline_reason, "Too dear")
        self.url_open(f"{self.foreign.access_url}/decline", data={**values, "reason": "Mine"})
        self.assertEqual(self.foreign.offer_state, "offered")
