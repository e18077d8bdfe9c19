# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import convert_file

from ..models.service_notification_rule_matrix import DEFAULT_MATRIX
from .notification_common import NotificationCase


@tagged("post_install", "-at_install")
class TestNotificationMatrix(NotificationCase):
    """The screen, and the matrix with which a company begins."""

    def test_a_new_company_begins_with_the_default_matrix(self):
        company = self.env["res.company"].create({"name": "Second Company"})
        rules = self.rules.search([("company_id", "=", company.id)])
        self.assertIn(("created", "contact", "mail"), rules.mapped(lambda r: (r.event, r.recipient, r.channel)))
        self.assertTrue(all(rules.mapped("template_id")))
        self.assertFalse(self.rules._create_default_matrix(company), "given once")
        rules.active = False
        self.assertFalse(self.rules._create_default_matrix(company), "what was switched off stays off")
        asked = self.rules.with_context(active_test=False)
        self.assertFalse(asked._get_rules(company.id), "also for who wants to see what was switched off")
        rules.unlink()
        self._load_data()
        self.assertFalse(self.rules.search([("company_id", "=", company.id)]), "what was deleted stays deleted")

    def _load_data(self):
        """Read the data file as an update of the module does."""
        convert_file(self.env, "service_helpdesk", "data/service_notification_rule_data.xml", {}, mode="update")

    def test_an_update_gives_the_matrix_to_companies_of_before(self):
        """Companies that were there before the rules get them once, archived ones too; those with rules keep theirs."""
        companies = self.env["res.company"].create([{"name": name} for name in ("Bare", "Archived", "With Own Rules")])
        bare, archived, own = companies
        rules = self.rules.with_context(active_test=False)
        rules.search([("company_id", "in", companies.ids)]).unlink()
        self._rule("created", "owner", company_id=own.id)
        archived.active = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET service_has_matrix = NULL")
        self.env.invalidate_all()
        for _time in range(2):
            self._load_data()
            self.assertEqual(
                [rules.search_count([("company_id", "=", company.id)]) for company in (bare, archived, own)],
                [len(DEFAULT_MATRIX), len(DEFAULT_MATRIX), 1],
            )
        self.assertEqual(companies.mapped("service_has_matrix"), [True] * 3)

    def _cell(self, type_id=False):
        matrix = self.rules.with_user(self.manager).get_matrix(type_id)
        cell = matrix["cells"].get("created.owner", {}).get("mail", {"state": "off", "is_inherited": False})
        return cell["state"], cell["is_inherited"]

    def _toggle(self, type_id=False):
        self.rules.with_user(self.manager).toggle_cell("created", "owner", "mail", type_id)
        return self._cell(type_id)

    def test_a_click_switches_on_and_off_and_keeps_what_was_set(self):
        self.assertEqual(self._toggle(), ("on", False))
        rule = self.rules.search([("event", "=", "created"), ("recipient", "=", "owner"), ("channel", "=", "mail")])
        rule.delay_minutes = 7
        self.assertEqual(self._toggle(), ("off", False))
        self.assertEqual(self._toggle(), ("on", False))
        self.assertEqual((rule.active, rule.delay_minutes), (True, 7))

    def test_a_click_for_one_type(self):
        type_id = self.preventive_type.id
        self.assertEqual(self._toggle(type_id), ("on", False))
        self.assertEqual(self._cell(), ("off", False))
        self.assertEqual(self._toggle(type_id), ("off", False))
        self.assertEqual(self._toggle(), ("on", False))
        self.assertEqual(self._cell(type_id), ("on", True))
        self.assertEqual(self._toggle(type_id), ("off", False))
        self.assertEqual(self._cell(), ("on", False))
        self.assertEqual(self._toggle(type_id), ("on", True))

    def test_named_users_begin_with_oneself(self):
        self.rules.with_user(self.manager).toggle_cell("created", "users", "inbox")
        rule = self.rules.search([("recipient", "=", "users")])
        self.assertEqual(rule.user_ids, self.manager)
        rows = self.rules.with_user(self.manager).get_cell_rules("created", "users")
        self.assertEqual([row["condition"] for row in rows], [self.manager.name])

    def test_only_managers_change_the_matrix(self):
        self.assertFalse(self.rules.with_user(self.taker).get_matrix()["can_write"])
        with self.assertRaises(AccessError):
            self.rules.with_user(self.taker).toggle_cell("created", "owner", "mail")


@tagged("post_install", "-at_install")
class TestNotificationTour(NotificationCase, HttpCase):
    def test_matrix(self):
        """A manager switches a cell on, and off again for one type of call."""
        self.start_tour("/odoo/service-notification-matrix", "service_notification_tour", login="hd_manager")
        rules = self.rules.search([("event", "=", "created"), ("recipient", "=", "owner"), ("channel", "=", "mail")])
        self.assertRecordValues(
            rules.sorted("id"),
            [{"type_id": False, "is_silent": False}, {"type_id": rules.type_id.id, "is_silent": True}],
        )
