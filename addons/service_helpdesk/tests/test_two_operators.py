# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from datetime import datetime

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, HttpCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCase

# Types a subject into the form, changes it behind its back, and saves.
STALE_SAVE = """
(async () => {
    const until = async (find, what) => {
        for (let index = 0; index < 300; index++) {
            const found = find();
            if (found) {
                return found;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`waited in vain for ${what}`);
    };
    const field = await until(() => document.querySelector("[name=subject] input, [name=subject] textarea"), "form");
    field.focus();
    field.value = "Mine";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await fetch("/web/dataset/call_kw/service.call/write", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            jsonrpc: "2.0",
            method: "call",
            params: { model: "service.call", method: "write", args: [[%s], { subject: "Theirs" }], kwargs: {} },
        }),
    });
    const save = await until(() => document.querySelector(".o_form_button_save"), "save button");
    save.click();
    await until(() => document.body.innerText.includes("meanwhile"), "the sentence");
    if (document.querySelector("[name=subject] input, [name=subject] textarea").value !== "Mine") {
        throw new Error("what was typed is lost");
    }
    document.querySelector(".modal-footer button").click();
    await until(() => !document.querySelector(".modal"), "the end of the dialog");
    document.querySelector(".o_form_button_cancel").click();
    await until(() => !document.querySelector(".o_form_dirty"), "the discarded form");
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestTwoOperators(BaseCase):
    """Two connections at once on one call: one is served, the other one is told."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            group = env.ref("service_helpdesk.group_service_helpdesk_user")
            self.user_ids = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {"name": name, "login": f"two_{name}", "group_ids": [Command.set(group.ids)]}
                        for name in ("anna", "bruno")
                    ]
                )
                .ids
            )
            self.call_id = env["service.call"].create({"subject": "Both want it", "raised_at": datetime(2026, 1, 5)}).id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("DELETE FROM service_call_event WHERE call_id = %s", [self.call_id])
            env["service.call"].browse(self.call_id).unlink()
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _at_once(self, action):
        """Do something as both users at the same time, retried as Odoo does it for requests.

        :param action: function of the call in the name of a user
        :return: (number of those who were served, sentences of the refused)
        """
        served, refused, failures = [], [], []
        barrier = threading.Barrier(2)

        def act(user_id):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user_id, {})
                    call = env["service.call"].browse(self.call_id)
                    call.user_id  # noqa: B018 - both have seen the same
                    barrier.wait(timeout=30)
                    retrying(lambda: action(call), env)
                    served.append(user_id)
            except UserError as error:
                refused.append(str(error))
            except Exception as error:  # noqa: BLE001 - whatever gets out would reach the user
                failures.append(error)

        with mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http"):
            threads = [threading.Thread(target=act, args=[user_id]) for user_id in self.user_ids]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertFalse(failures)
        return len(served), refused

    def _read(self, *names):
        with self.registry.cursor() as cr:
            call = api.Environment(cr, SUPERUSER_ID, {})["service.call"].browse(self.call_id)
            return [call[name] for name in names]

    def test_both_take_it(self):
        served, refused = self._at_once(lambda call: call.action_assign_to_me())
        self.assertEqual(served, 1)
        self.assertRegex(refused[0], "is already taken by (anna|bruno)")
        events = self._read("event_ids")[0]
        with self.registry.cursor() as cr:
            kinds = events.with_env(api.Environment(cr, SUPERUSER_ID, {})).mapped("kind")
        self.assertEqual(kinds, ["raised", "allocated"])

    def test_both_complete_it(self):
        served, refused = self._at_once(lambda call: call.action_complete())
        self.assertEqual((served, len(refused)), (1, 1))
        self.assertIn("is closed: reopen it first", refused[0])

    def test_both_change_the_subject(self):
        served, refused = self._at_once(
            lambda call: call.write(
                {"subject": f"By {call.env.user.name}", "seen_values": {"subject": "Both want it"}}
            )
        )
        self.assertEqual((served, len(refused)), (1, 1))
        self.assertRegex(refused[0], "(anna|bruno) has changed Subject of call .* reload before you save")

    def test_both_change_something_else(self):
        anna = self.user_ids[0]

        def change(call):
            if call.env.uid == anna:
                return call.write({"subject": "Anna's", "seen_values": {"subject": "Both want it"}})
            return call.write({"priority": "3", "seen_values": {"priority": "1"}})

        served, refused = self._at_once(change)
        self.assertEqual((served, refused), (2, []))
        self.assertEqual(self._read("subject", "priority"), ["Anna's", "3"])


@tagged("post_install", "-at_install")
class TestSeenValues(HelpdeskCase):
    """What the form sends is compared with what is stored."""

    def test_what_was_changed_meanwhile_is_not_overwritten(self):
        call = self._new_call(team_id=self.team.id, description="<p>Leaks</p>")
        call.with_user(self.controller).write({"team_id": False, "description": "<p>Leaks a lot</p>"})
        for name, value, seen in (
            ("team_id", self.team.copy().id, self.team.id),
            ("description", "<p>Drips</p>", "<p>Leaks</p>"),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, "hd_controller .* has changed"):
                call.write({name: value, "seen_values": {name: seen}})
        self.assertEqual(call.description, "<p>Leaks a lot</p>")

    def test_what_nobody_else_has_changed_is_saved(self):
        call = self._new_call(description="<p>Leaks</p>", team_id=False)
        call.with_user(self.controller).priority = "2"
        call.write(
            {
                "subject": "Drips",
                "team_id": self.team.id,
                "user_id": self.engineer.id,
                "seen_values": {"subject": "Pump leaks", "team_id": False, "user_id": False},
            }
        )
        self.assertRecordValues(call, [{"subject": "Drips", "priority": "2", "team_id": self.team.id}])

    def test_both_wrote_the_same(self):
        call = self._new_call()
        call.with_user(self.controller).priority = "2"
        call.write({"priority": "2", "seen_values": {"priority": "1"}})
        self.assertEqual(call.priority, "2")


@tagged("post_install", "-at_install")
class TestStaleForm(HttpCase, HelpdeskCase):
    """The form itself: what somebody else has saved meanwhile is not overwritten, what was typed is not lost."""

    def test_stale_save(self):
        call = self._new_call(subject="As both saw it")
        self.browser_js(f"/odoo/service-calls/{call.id}", STALE_SAVE % call.id, login=self.controller.login)
        call.invalidate_recordset()
        self.assertEqual(call.subject, "Theirs")
