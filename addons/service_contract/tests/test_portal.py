# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import TODAY, ContractCase


@tagged("post_install", "-at_install")
class TestPortal(ContractCase, HttpCase):
    """What the customer sees, and what not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract(note="<p>SECRET margin</p>")
        cls.env["service.entitlement"]._consume("hours", 3.0, TODAY, cls.contract)
        cls.draft = cls._new_contract(activate=False)
        cls.offer = cls._new_contract(activate=False)
        cls.offer.action_offer()
        cls.foreign = cls._new_contract(partner_id=cls.other_customer.id)
        cls.contract.message_post(body="SECRET talk", subtype_xmlid="mail.mt_note")
        cls.file = cls.env["ir.attachment"].create(
            {"name": "secret.txt", "raw": b"SECRET", "res_model": "service.contract", "res_id": cls.contract.id}
        )

    def test_list(self):
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open("/my/contracts?sortby=nonsense")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.contract.name, page.text)
        self.assertNotIn(self.draft.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)

    def test_page(self):
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open(self.contract.access_url)
        self.assertEqual(page.status_code, 200)
        for text in (self.contract.name, "P-1", "Free Hours", "From quota", "within 4 working hours", "Active"):
            self.assertIn(text, page.text)
        self.assertIn("1 of 4", page.text)
        for text in ("SECRET", "100.00"):
            self.assertNotIn(text, page.text)

    def test_closed_to_others(self):
        self.authenticate("ct_portal", "ct_portal")
        for url in (
            self.foreign.access_url,
            self.draft.access_url,
            f"{self.foreign.access_url}?access_token=guess",
            "/my/contracts/999999",
            f"/web/content/{self.file.id}",
        ):
            with self.subTest(url=url):
                page = self.url_open(url)
                self.assertNotIn(self.foreign.name, page.text)
                self.assertNotIn(self.draft.name, page.text)
                self.assertNotIn("SECRET", page.text)

    def test_visitor_needs_a_token(self):
        self.authenticate(None, None)
        self.assertNotIn(self.contract.name, self.url_open(self.contract.access_url).text)
        token = self.contract._portal_ensure_token()
        self.assertIn(self.contract.name, self.url_open(f"{self.contract.access_url}?access_token={token}").text)
        token = self.draft._portal_ensure_token()
        self.assertNotIn(self.draft.name, self.url_open(f"{self.draft.access_url}?access_token={token}").text)

    def test_employee_without_contracts_sees_an_empty_list(self):
        self.authenticate("ct_employee", "ct_employee")
        self.assertIn("no service contracts", self.url_open("/my/contracts").text)

    def test_records_files_and_prices_by_api(self):
        """The same with a portal user's own key: records, fields and files."""
        env = self.env(user=self.user_portal)
        own = (self.contract + self.offer).with_env(env)
        self.assertEqual(env["service.contract"].search([], order="id"), own)
        rows = env["service.coverage"].search([], order="contract_id")
        self.assertEqual(rows.contract_id, own)
        self.assertEqual(env["service.contract.period"].search([]).contract_id, self.contract.with_env(env))
        self.assertEqual(env["service.entitlement"].search([]).contract_id, self.contract.with_env(env))
        for records, field_name in [
            (rows, "price"),
            (self.contract.with_env(env), "amount_total"),
            (self.contract.with_env(env), "note"),
        ]:
            with self.subTest(field_name), self.assertRaises(AccessError):
                records.read([field_name])
        with self.assertRaises(AccessError):
            env["service.contract.suspension"].search([])
        with self.assertRaises(AccessError):
            self.file.with_env(env).read(["raw"])
        for action in ("action_cancel", "action_offer", "action_withdraw_offer", "action_activate"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(self.offer.with_env(env), action)()
        for name in ("signature", "offer_hash", "decline_reason", "document_ids"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.offer.with_env(env).read([name])

    def test_filters_and_search(self):
        self.authenticate("ct_portal", "ct_portal")
        for query, is_found in [
            ("filterby=active", True),
            ("filterby=ended", False),
            ("filterby=nonsense", True),
            (f"search={self.contract.name}", True),
            ("search=P-2&search_in=all", True),
            ("search=P-2&search_in=name", False),
            ("search=nothing", False),
        ]:
            with self.subTest(query=query):
                page = self.url_open(f"/my/contracts?{query}").text
                self.assertEqual(f">{self.contract.name}<" in page, is_found)
        self.assertIn("No contract matches", self.url_open("/my/contracts?search=nothing").text)

    def test_many_units_come_by_pages(self):
        rows = [{"contract_id": self.contract.id, "name": f"Line {number:03}"} for number in range(45)]
        self.env["service.coverage"].with_user(self.user_contract).create(rows)
        self.authenticate("ct_portal", "ct_portal")
        first = self.url_open(self.contract.access_url).text
        self.assertIn("1 of 3", first)
        self.assertIn("Line 000", first)
        self.assertNotIn("Line 044", first)
        for query in ("unit_page=3", "unit_page=99", "unit_search=044", "unit_search=P-1"):
            page = self.url_open(f"{self.contract.access_url}?{query}").text
            with self.subTest(query=query):
                self.assertEqual("Line 044" in page, query != "unit_search=P-1")
        self.assertEqual(self.url_open(f"{self.contract.access_url}?unit_page=x").status_code, 200)
        page = self.url_open(f"{self.contract.access_url}?unit_search=zz").text
        self.assertIn("Nothing that is covered matches", page)

    def test_pdf(self):
        """Prices are on it as the company says, and never for an engineer who looks at the customer's page."""
        url = f"{self.contract.access_url}?report_type=pdf"
        self.authenticate("ct_portal", "ct_portal")
        self.assertIn(b"100.00", self.url_open(url).content)
        self.authenticate("ct_reader", "ct_reader")
        self.assertNotIn(b"100.00", self.url_open(url).content)
        self.company.service_contract_portal_prices = False
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open(url).content
        self.assertIn(b"P-1", page)
        self.assertNotIn(b"100.00", page)
        self.assertNotIn(b"P-1", self.url_open(f"{self.foreign.access_url}?report_type=pdf").content)

    def test_obligations(self):
        for name, is_shared in (("Monthly report", True), ("SECRET margin check", False)):
            obligation = self.env["service.obligation"].create({"name": name, "is_shared": is_shared})
            self.env["service.contract.obligation"].create(
                {"contract_id": self.contract.id, "obligation_id": obligation.id}
            )
        self.authenticate("ct_portal", "ct_portal")
        page = self.url_open(self.contract.access_url).text
        self.assertIn("Monthly report", page)
        self.assertNotIn("SECRET", page)

    def test_messages(self):
        """The customer writes on the page of what he sees; internal notes and drafts stay closed."""
        self.contract.message_post(body="Hello customer", subtype_xmlid="mail.mt_comment", message_type="comment")
        self.draft.message_post(body="SECRET draft", subtype_xmlid="mail.mt_comment", message_type="comment")
        params = {"thread_model": "service.contract", "thread_id": self.contract.id, "fetch_params": {}}
        self.authenticate("ct_portal", "ct_portal")
        found = str(self.make_jsonrpc_request("/mail/chatter_fetch", params))
        self.assertIn("Hello customer", found)
        self.assertNotIn("SECRET", found)
        token = self.contract._portal_ensure_token()
        self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "service.contract",
                "thread_id": self.contract.id,
                "post_data": {"body": "A question"},
                "token": token,
            },
        )
        self.assertIn("A question", self.contract.message_ids[0].body)
        self.assertEqual(self.contract.message_ids[0].author_id, self.user_portal.partner_id)
        self.foreign.message_post(body="SECRET other", subtype_xmlid="mail.mt_comment", message_type="comment")
        for contract in (self.draft, self.foreign):
            with self.subTest(contract=contract.state):
                self.assertNotIn(
                    "SECRET",
                    str(self.make_jsonrpc_request("/mail/chatter_fetch", {**params, "thread_id": contract.id})),
                )
        self.authenticate(None, None)
        params["token"] = self.draft._portal_ensure_token()
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request("/mail/chatter_fetch", {**params, "thread_id": self.draft.id})

    def test_link_dies_with_the_customer(self):
        token = self.draft._portal_ensure_token()
        self.draft.partner_id = self.other_customer
        self.assertFalse(self.draft.sudo().access_token)
        self.assertNotEqual(self.draft._portal_ensure_token(), token)

    def test_confirm_renewal(self):
        self.authenticate("ct_portal", "ct_portal")
        url = f"{self.contract.access_url}/confirm_renewal"
        data = {"csrf_token": Request.csrf_token(self)}
        self.assertNotIn("Confirm the next term", self.url_open(self.contract.access_url).text)
        self.url_open(url, data=data)
        self.assertNotEqual(self.contract.renewal_stage, "confirmed", "nobody has asked him")
        self.contract.action_offer_renewal()
        self.assertIn("Confirm the next term", self.url_open(self.contract.access_url).text)
        self.foreign.action_offer_renewal()
        self.url_open(f"{self.foreign.access_url}/confirm_renewal", data=data)
        self.assertEqual(self.foreign.renewal_stage, "offered")
        self.assertIn("the next term is confirmed", self.url_open(url, data=data).text)
        self.assertEqual(self.contract.renewal_stage, "confirmed")

    def test_mail_and_its_answer(self):
        """A mail goes out in the customer's language with the contract; the answer comes to the contract."""
        self.customer.email = "office@rossi.example"
        action = self.contract.action_send()
        composer = self.env["mail.compose.message"].with_user(self.user_contract).with_context(**action["context"])
        composer.create({})._action_send_mail()
        message = self.contract.message_ids[0]
        self.assertIn(self.contract.name, message.subject)
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.attachment_ids.mapped("name"), [f"{self.contract.name}.html"])
        self.assertNotIn("access_token", message.body, "engineers read the message, not the customer's page")
        answer = (
            "From: Office <office@rossi.example>\nTo: catchall@service.example\nSubject: Re: contract\n"
            f"Message-Id: <answer@rossi.example>\nIn-Reply-To: {message.message_id}\n"
            f"References: {message.message_id}\nContent-Type: text/plain\n\nFine, thank you"
        )
        self.env["mail.thread"].message_process("service.contract", answer)
        reply = self.contract.message_ids[0]
        self.assertIn("Fine, thank you", reply.body)
        self.assertEqual(reply.author_id, self.customer)

    def test_mail_button(self):
        """The button of a mail about an offer says what to do; about any other draft there is none."""
        for contract, title in ((self.draft, None), (self.offer, "Read and sign"), (self.contract, False)):
            message = contract.message_post(body="x")
            groups = contract._notify_get_recipients_groups(message, "Contract")
            customer = next(data for name, _is_member, data in groups if name == "portal_customer")
            with self.subTest(contract=contract.name):
                self.assertEqual(customer["has_button_access"], title is not None)
                if title:
                    self.assertEqual(customer["button_access"]["title"], title)
