# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import json

from odoo.exceptions import AccessError
from odoo.modules.migration import load_script
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, file_path, mute_logger

from .common import HelpdeskCase

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


class IsolationCase(HelpdeskCase, HttpCase):
    """Contacts of two customers: one sees all calls of the company, his colleague only his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_boss = cls.user_portal
        cls.user_own = new_test_user(cls.env, "hd_own", groups="base.group_portal", email="own@rossi.example")
        cls.user_own.partner_id.write({"parent_id": cls.customer.id, "service_sees_all_calls": False})
        cls.user_foreign = new_test_user(cls.env, "hd_foreign", groups="base.group_portal", email="b@bianchi.example")
        cls.user_foreign.partner_id.write({"parent_id": cls.other_customer.id, "service_sees_all_calls": True})
        cls.call = cls._new_call(subject="SECRET SUBJECT", contact_id=cls.contact.id)
        cls.own_call = cls._new_call(subject="Own call", contact_id=cls.user_own.partner_id.id)
        cls.reply = cls.call.message_post(
            body="PUBLIC REPLY",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("manual.txt", b"MANUAL")],
        )
        cls.note = cls.call.message_post(
            body="INTERNAL NOTE",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[("secret.txt", b"INTERNAL FILE"), ("secret.png", PIXEL)],
        )

    def _rpc(self, url, **params):
        """Call a JSON route in the present session; an error is a result like another."""
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            response = self.url_open(
                url, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
            )
        return response.json()

    def _call_kw(self, model, method, *args, **kwargs):
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}", model=model, method=method, args=args, kwargs=kwargs
        )

    def _login(self, user):
        self.authenticate(user.login, user.login)


@tagged("post_install", "-at_install")
class TestIsolation(IsolationCase):
    """What is not his stays closed to a customer, by every road."""

    def _get_strangers(self):
        return self.user_own, self.user_foreign

    def test_whose_calls_a_contact_sees(self):
        calls = self.env["service.call"]
        found = {user: calls.with_user(user).search([]) for user in (self.user_boss, self.user_own, self.user_foreign)}
        self.assertEqual(found[self.user_boss], self.call | self.own_call)
        self.assertEqual(found[self.user_own], self.own_call)
        self.assertFalse(found[self.user_foreign])

    def test_a_customer_who_is_a_person_sees_his_calls(self):
        user = new_test_user(self.env, "hd_person", groups="base.group_portal", email="person@home.example")
        call = self._new_call(partner_id=user.partner_id.id, equipment_id=False)
        self.assertEqual(self.env["service.call"].with_user(user).search([]), call)

    def test_given_and_taken_at_once(self):
        calls = self.env["service.call"].with_user(self.user_own)
        self.assertEqual(calls.search([]), self.own_call)
        self.user_own.partner_id.service_sees_all_calls = True
        self.assertEqual(calls.search([]), self.call | self.own_call)
        self.user_own.partner_id.service_sees_all_calls = False
        self.assertEqual(calls.search([]), self.own_call)

    def test_who_leaves_the_company_leaves_its_calls(self):
        calls = self.env["service.call"]
        self.assertTrue(calls.with_user(self.user_boss).search([]))
        (self.user_boss | self.user_own).partner_id.parent_id = self.other_customer
        self.assertFalse(calls.with_user(self.user_boss).search([]))
        self.assertFalse(calls.with_user(self.user_own).search([]))

    def test_update_takes_nothing_from_portal_users(self):
        script = load_script(file_path("service_helpdesk/migrations/19.0.1.1.0/pre-portal.py"), "pre_portal")
        self.env.flush_all()
        self.env.cr.execute(SQL("ALTER TABLE res_partner DROP COLUMN service_sees_all_calls"))
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertTrue(self.user_own.partner_id.service_sees_all_calls)
        self.assertFalse(self.site.service_sees_all_calls)
        self.user_own.partner_id.service_sees_all_calls = False
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertFalse(self.user_own.partner_id.service_sees_all_calls, "a second run changes nothing")

    def test_new_contacts_follow_the_company_setting(self):
        partners = self.env["res.partner"]
        self.assertFalse(partners.create({"name": "A"}).service_sees_all_calls)
        self.company.service_contacts_see_all_calls = True
        self.assertTrue(partners.create({"name": "B"}).service_sees_all_calls)

    def test_pages(self):
        token = self.own_call._portal_ensure_token()
        for user in self._get_strangers():
            self._login(user)
            for url in (
                "/my/calls",
                "/my/calls?search=SECRET",
                "/my/calls?filterby=all&groupby=unit&sortby=number",
                f"/my/calls/{self.call.id}",
                f"/my/calls/{self.call.id}?access_token=guess",
                f"/my/calls/{self.call.id}?access_token={token}",
                f"/mail/view?model=service.call&res_id={self.call.id}",
                f"/my/equipment/{self.unit.id}",
            ):
                with self.subTest(user=user.login, url=url):
                    self.assertNotIn("SECRET SUBJECT", self.url_open(url).text)

    def test_counters(self):
        for user, count in ((self.user_boss, 2), (self.user_own, 1), (self.user_foreign, 0)):
            self._login(user)
            result = self._rpc("/my/counters", counters=["service_call_count"])["result"]
            self.assertEqual(result["service_call_count"], count)

    def test_history_of_a_unit(self):
        page = f"/my/equipment/{self.unit.id}"
        self._login(self.user_boss)
        self.assertIn("SECRET SUBJECT", self.url_open(page).text)
        self._login(self.user_own)
        text = self.url_open(page).text
        self.assertIn("Own call", text)
        self.assertNotIn("SECRET SUBJECT", text)
        self.authenticate(None, None)
        text = self.url_open(f"{page}?access_token={self.unit._portal_ensure_token()}").text
        self.assertIn("HD-1001", text)
        self.assertNotIn("SECRET SUBJECT", text, "a link to a unit tells nothing of its calls")

    def test_rpc(self):
        call = self.call
        reads = (
            ("read", [call.ids], {"fields": ["subject"]}),
            ("search_read", [[("id", "=", call.id)]], {"fields": ["subject"]}),
            ("web_search_read", [[("id", "=", call.id)]], {"specification": {"subject": {}}}),
            ("formatted_read_group", [[("id", "=", call.id)]], {"groupby": ["subject"], "aggregates": ["__count"]}),
            ("name_search", ["SECRET"], {}),
            ("search_count", [[("subject", "ilike", "SECRET")]], {}),
            ("export_data", [call.ids, ["subject"]], {}),
            ("copy", [call.ids], {}),
        )
        for user in self._get_strangers():
            self._login(user)
            for method, args, kwargs in reads:
                with self.subTest(user=user.login, method=method):
                    answer = self._call_kw("service.call", method, *args, **kwargs)
                    self.assertNotIn("SECRET SUBJECT", str(answer))
                    self.assertIn(answer.get("result"), (None, 0, [], {"length": 0, "records": []}))

    def test_rpc_changes_nothing(self):
        before = self.env["mail.message"].search_count([("model", "=", "service.call")])
        writes = (
            ("write", [self.call.ids, {"subject": "x"}]),
            ("unlink", [self.call.ids]),
            ("create", [[{"subject": "x", "partner_id": self.customer.id}]]),
            ("message_post", [self.call.ids]),
            ("message_subscribe", [self.call.ids, self.user_own.partner_id.ids]),
            ("action_complete", [self.call.ids]),
            ("action_reopen", [self.call.ids]),
            ("action_allocate", [self.call.ids]),
            ("rating_apply", [self.call.ids, 5]),
        )
        for user in self._get_strangers():
            self._login(user)
            for method, args in writes:
                with self.subTest(user=user.login, method=method):
                    self.assertFalse(self._call_kw("service.call", method, *args).get("result"))
        self.assertEqual(self.call.subject, "SECRET SUBJECT")
        self.assertFalse(self.call.is_closed)
        self.assertEqual(self.env["mail.message"].search_count([("model", "=", "service.call")]), before)

    def test_json2_with_a_key(self):
        for user in self._get_strangers():
            key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", None)
            for method, params in (
                ("search_read", {"domain": [], "fields": ["subject"]}),
                ("read", {"ids": self.call.ids, "fields": ["subject"]}),
                ("write", {"ids": self.call.ids, "vals": {"subject": "x"}}),
            ):
                with self.subTest(user=user.login, method=method), mute_logger("odoo.http"):
                    response = self.url_open(
                        f"/json/2/service.call/{method}",
                        data=json.dumps(params),
                        headers={"Content-Type": "application/json", "Authorization": f"bearer {key}"},
                    )
                    self.assertNotIn("SECRET SUBJECT", response.text)
        self.assertEqual(self.call.subject, "SECRET SUBJECT")

    def test_messages(self):
        note, reply = self.note, self.reply
        for user in (*self._get_strangers(), self.user_boss):
            self._login(user)
            answers = {
                "thread": self._rpc("/mail/thread/messages", thread_model="service.call", thread_id=self.call.id),
                "chatter": self._rpc("/mail/chatter_fetch", thread_model="service.call", thread_id=self.call.id),
                "token": self._rpc(
                    "/mail/chatter_fetch",
                    thread_model="service.call",
                    thread_id=self.call.id,
                    token=self.own_call._portal_ensure_token(),
                ),
                "data": self._rpc(
                    "/mail/data",
                    fetch_params=[
                        [
                            "mail.thread",
                            {
                                "thread_model": "service.call",
                                "thread_id": self.call.id,
                                "request_list": ["attachments", "followers", "scheduledMessages"],
                            },
                        ]
                    ],
                ),
                "read": self._call_kw("mail.message", "read", (note | reply).ids, ["body"]),
                "search": self._call_kw(
                    "mail.message", "search_read", [("model", "=", "service.call")], ["body", "attachment_ids"]
                ),
                "group": self._call_kw(
                    "mail.message", "formatted_read_group", [("id", "in", note.ids)], ["body"], ["__count"]
                ),
            }
            for road, answer in answers.items():
                with self.subTest(user=user.login, road=road):
                    self.assertNotIn("INTERNAL NOTE", str(answer))
                    self.assertNotIn("secret.txt", str(answer))
                    if user != self.user_boss:
                        self.assertNotIn("PUBLIC REPLY", str(answer))
        self.assertIn("PUBLIC REPLY", str(answers["thread"]), "his own he reads")

    def test_the_public_sees_nothing(self):
        """Without a log-in there is no road to a call, its messages and files, but the link that we sent."""
        token = self.own_call._portal_ensure_token()
        self.authenticate(None, None)
        manual, secret = self.reply.attachment_ids, self.note.attachment_ids
        thread = {"thread_model": "service.call", "thread_id": self.call.id}
        answers = [
            self._rpc("/mail/thread/messages", **thread),
            self._rpc("/mail/chatter_fetch", **thread),
            self._rpc("/mail/chatter_fetch", **thread, token=token),
            self._rpc("/mail/message/post", **thread, post_data={"body": "SPAM"}, token=token),
            self._call_kw("service.call", "search_read", [], ["subject"]),
            self._call_kw("service.call", "find_subjects", "SECRET"),
        ]
        pages = ("/my/calls", f"/my/calls/{self.call.id}", f"/my/calls/{self.call.id}?access_token={token}")
        contents = [self.url_open(page).text for page in pages]
        urls = [url for file in manual | secret for url in self._get_file_urls(file, ("guess", token))]
        with mute_logger("odoo.http"):
            contents += [self.url_open(url).text for url in urls]
        for text in map(str, [*answers, *contents]):
            for hidden in ("SECRET SUBJECT", "PUBLIC REPLY", "INTERNAL NOTE", "INTERNAL FILE", "MANUAL"):
                self.assertNotIn(hidden, text)
        self.assertNotIn("SPAM", self._bodies(self.call))

    def test_nobody_posts_on_calls_of_others(self):
        data = {"body": "SPAM", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for user in self._get_strangers():
            self._login(user)
            for params in ({}, {"token": self.own_call._portal_ensure_token()}, {"token": "guess"}):
                answer = self._rpc(
                    "/mail/message/post",
                    thread_model="service.call",
                    thread_id=self.call.id,
                    post_data=data,
                    **params,
                )
                self.assertIn("error", answer)
        self.assertNotIn("SPAM", self._bodies(self.call))

    def test_a_customer_writes_no_internal_notes(self):
        self._login(self.user_boss)
        for subtype in ("mail.mt_note", "mail.mt_comment"):
            self._rpc(
                "/mail/message/post",
                thread_model="service.call",
                thread_id=self.call.id,
                post_data={"body": f"BY ROUTE {subtype}", "message_type": "comment", "subtype_xmlid": subtype},
            )
            values = {"body": f"BY RPC {subtype}", "subtype_xmlid": subtype}
            self._call_kw("service.call", "message_post", self.call.ids, **values)
        messages = self.call.message_ids.filtered(lambda message: "BY R" in message.body)
        self.assertGreaterEqual(len(messages), 2)
        self.assertEqual(messages.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(messages.author_id, self.contact)

    def _get_file_urls(self, file, tokens=("guess",)):
        urls = [
            f"/web/content/{file.id}",
            f"/web/content/{file.id}?download=1",
            f"/web/content/ir.attachment/{file.id}/raw",
            f"/web/content/ir.attachment/{file.id}/datas",
            f"/web/content?model=ir.attachment&id={file.id}&field=raw",
            f"/web/image/{file.id}",
            f"/web/image/ir.attachment/{file.id}/datas",
            f"/mail/attachment/zip?file_ids={file.id}&zip_name=x",
        ]
        return urls + [f"/web/content/{file.id}?access_token={token}" for token in tokens]

    def test_files(self):
        secret, picture = self.note.attachment_ids.sorted("mimetype", reverse=True)
        manual = self.reply.attachment_ids
        call_token = self.call._portal_ensure_token()
        manual_token = manual._get_raw_access_token()
        for user in (*self._get_strangers(), self.user_boss):
            self._login(user)
            for file in (secret, picture):
                for url in self._get_file_urls(file, ("guess", call_token, manual_token)):
                    with self.subTest(user=user.login, url=url), mute_logger("odoo.http"):
                        # An image that may not be seen is answered with a placeholder.
                        content = self.url_open(url).content
                        self.assertNotEqual(content, file.raw)
                        self.assertNotIn(b"INTERNAL FILE", content)
            if user == self.user_boss:
                continue
            for url in self._get_file_urls(manual):
                with self.subTest(user=user.login, url=url), mute_logger("odoo.http"):
                    self.assertNotIn(b"MANUAL", self.url_open(url).content)
        self.assertEqual(self.url_open(f"/web/content/{manual.id}?access_token={manual_token}").content, b"MANUAL")

    def test_files_by_rpc(self):
        files = self.note.attachment_ids | self.reply.attachment_ids
        for user in (*self._get_strangers(), self.user_boss):
            self._login(user)
            for method, args in (
                ("read", [files.ids, ["name", "datas"]]),
                ("search_read", [[("res_model", "=", "service.call")], ["name"]]),
                ("write", [files.ids, {"res_id": self.own_call.id}]),
            ):
                with self.subTest(user=user.login, method=method):
                    self.assertNotIn("secret", str(self._call_kw("ir.attachment", method, *args).get("result")))

    def test_files_of_notes_stay_closed_where_others_give_the_right_to_files(self):
        """Another module may let portal users read files; those of internal notes are still ours."""
        self.env["ir.model.access"].create(
            {
                "name": "portal files",
                "model_id": self.env["ir.model"]._get_id("ir.attachment"),
                "group_id": self.env.ref("base.group_portal").id,
                "perm_read": True,
            }
        )
        manual, secret = self.reply.attachment_ids, self.note.attachment_ids[0]
        self.assertTrue(manual.with_user(self.user_boss).has_access("read"))
        self.assertFalse(secret.with_user(self.user_boss).has_access("read"))
        with self.assertRaises(AccessError):
            secret.with_user(self.user_boss).read(["name"])
        for user in self._get_strangers():
            self.assertFalse(manual.with_user(user).has_access("read"))
        self.reply.subtype_id = self.env.ref("mail.mt_note")
        self.assertFalse(manual.with_user(self.user_boss).has_access("read"), "what was made internal is closed")

    def test_searching_tells_nothing(self):
        """What a customer may not read of his own calls he cannot guess by searching for it either."""
        call = self.call
        call.sudo().write({"user_id": self.engineer.id, "team_id": self.team.id})
        self.unit.zone_id = self.env["service.zone"].create({"name": "Hall 2"})
        call.activity_schedule("mail.mail_activity_data_todo", summary="RING BACK", user_id=self.engineer.id)
        call.message_subscribe(self.engineer.partner_id.ids)
        self.env.flush_all()
        calls = self.env["service.call"].with_user(self.user_boss)
        self.assertIn(call, calls.search([("subject", "=", "SECRET SUBJECT")]))
        for domain in (
            [("message_ids.body", "ilike", "INTERNAL NOTE")],
            [("website_message_ids.body", "ilike", "INTERNAL NOTE")],
            [("message_ids.attachment_ids.name", "ilike", "secret")],
            [("activity_ids.summary", "ilike", "RING")],
            [("activity_summary", "ilike", "RING")],
            [("message_partner_ids.email", "ilike", self.engineer.email)],
            [("message_follower_ids.partner_id.email", "ilike", self.engineer.email)],
            [("user_id.login", "=", self.engineer.login)],
            [("user_id.partner_id.email", "ilike", self.engineer.email)],
            [("create_uid.login", "ilike", "hd_")],
            [("team_id.member_ids.login", "=", self.engineer.login)],
            [("event_ids.kind", "=", "raised")],
            [("clock_ids.state", "!=", False)],
            [("contract_id", "!=", False)],
            [("coverage_id.price", ">", 0)],
            [("queue_rank", "!=", False)],
            [("equipment_id.zone_id.weight", ">=", 0)],
        ):
            with self.subTest(domain=domain), mute_logger("odoo.models"):
                self.assertIn(call, self.env["service.call"].search(domain), "colleagues find it by that")
                try:
                    found = calls.search(domain)
                except (AccessError, ValueError):
                    continue
                self.assertNotIn(call, found)

    def test_engineers_data(self):
        """Of an engineer a customer learns the name, nothing else."""
        partner = self.engineer.partner_id
        self._login(self.user_boss)
        for model, ids in (("res.users", self.engineer.ids), ("res.partner", partner.ids)):
            answer = self._call_kw(model, "read", ids, ["email", "phone"])
            self.assertNotIn(self.engineer.email, str(answer))


@tagged("post_install", "-at_install")
class TestEngineerScope(HelpdeskCase):
    """Engineers see their own calls and those of their teams, or all, as the company says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["service.team"].create({"name": "Elsewhere"})
        cls.ours = cls._new_call(team_id=cls.team.id)
        cls.theirs = cls._new_call(team_id=cls.elsewhere.id)
        cls.work = cls._new_work(cls.ours, "labour", 1)
        cls.other_work = cls.env["service.work"].create(
            {"call_id": cls.theirs.id, "kind": "labour", "quantity": 1, "resource_id": False}
        )

    def _see(self, model="service.call"):
        """Return which of the two teams' calls, or work on them, the engineer sees."""
        calls = self.ours | self.theirs
        domain = [("id" if model == "service.call" else "call_id", "in", calls.ids)]
        return self.env[model].with_user(self.engineer).search(domain)

    def test_own(self):
        self.assertEqual(self._see(), self.ours)
        self.assertEqual(self._see("service.work"), self.work)
        with self.assertRaises(AccessError):
            self.theirs.with_user(self.engineer).read(["subject"])

    def test_all_and_back(self):
        self.company.service_engineer_scope = "all"
        self.assertEqual(self._see(), self.ours | self.theirs)
        self.assertEqual(self._see("service.work"), self.work | self.other_work)
        with self.assertRaises(AccessError):
            self.other_work.with_user(self.engineer).quantity = 2
        self.company.service_engineer_scope = "own"
        self.assertEqual(self._see(), self.ours)

    def test_each_company_decides_for_its_own(self):
        other = self.env["res.company"].create({"name": "Second", "service_engineer_scope": "all"})
        self.env.user.company_ids |= other
        self.engineer.company_ids |= other
        call = self.env["service.call"].create(
            {"subject": "Second", "partner_id": self.customer.id, "company_id": other.id}
        )
        calls = self.env["service.call"].with_user(self.engineer)
        both = (self.company | other).ids
        self.assertEqual(calls.with_context(allowed_company_ids=both).search([]), self.ours | call)
