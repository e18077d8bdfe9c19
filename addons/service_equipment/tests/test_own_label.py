# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestOwnLabel(EquipmentCase):
    """The company's own words on screens, menus and pages, per language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("it_IT")
        cls.user_admin = new_test_user(cls.env, "eq_admin", groups="base.group_system,base.group_partner_manager")
        cls.field = cls.env["ir.model.fields"]._get("service.equipment", "asset_code")

    def _label(self, source=None, name="Our Word", field=None, lang="en_US"):
        values = {"lang": lang, "name": name, "source": source} if source else {"lang": lang, "name": name}
        if field:
            values["field_id"] = field.id
        return self.env["service.label"].with_user(self.user_admin).create(values)

    def _get_string(self, lang="en_US", name="asset_code"):
        return self._as_user(lang)["service.equipment"].fields_get([name])[name]["string"]

    def _get_arch(self, view, lang="en_US"):
        model = self._as_user(lang)[view.model]
        return etree.fromstring(model.get_view(view.id, view.type)["arch"])

    def _as_user(self, lang):
        return self.env(user=self.user_equipment, context={"lang": lang})

    def test_field(self):
        italian = self._get_string("it_IT")
        label = self._label(field=self.field, name="Plate")
        self.assertEqual(label.source, "Asset Code")
        self.assertEqual(self._get_string(), "Plate")
        self.assertEqual(self._get_string("it_IT"), italian)
        label.name = "Badge"
        self.assertEqual(self._get_string(), "Badge")
        label.unlink()
        self.assertEqual(self._get_string(), "Asset Code")

    def test_field_stands_where_a_screen_says_it_otherwise(self):
        field = self.env["ir.model.fields"]._get("service.equipment", "partner_id")
        view = self.env["ir.ui.view"].create(
            {
                "name": "test",
                "model": "service.equipment",
                "type": "form",
                "arch": """<form>
                    <label for="partner_id" string="Owner"/><field name="partner_id" string="Owner"/>
                </form>""",
            }
        )
        self.assertIn("Owner", etree.tostring(self._get_arch(view), encoding="unicode"))
        self._label(field=field, name="Client")
        self.assertNotIn("Owner", etree.tostring(self._get_arch(view), encoding="unicode"))
        self.assertEqual(self._get_string(name="partner_id"), "Client")

    def test_word(self):
        """A word is replaced in labels, choices, screens, menus and titles of the suite, and nowhere else."""
        view = self.env.ref("service_equipment.service_equipment_view_search")
        action = self.env.ref("service_equipment.service_equipment_action")
        menu = self.env.ref("service_equipment.service_menu_equipment")
        before = etree.tostring(self._get_arch(view), encoding="unicode")
        self.assertIn("Equipment", before)
        self._label("Equipment", "Machines")
        self._label("Asset Code", "Plate")
        self.assertEqual(self._get_string(), "Plate")
        after = etree.tostring(self._get_arch(view), encoding="unicode")
        self.assertIn("Machines", after)
        self.assertEqual(action.with_env(self._as_user("en_US"))._get_action_dict()["name"], "Machines")
        menus = self._as_user("en_US")["ir.ui.menu"].load_menus(False)
        self.assertEqual(menus[menu.id]["name"], "Machines")
        self.assertEqual(action.name, "Equipment")
        self.assertEqual(menu.name, "Equipment")
        self.assertNotIn("Machines", etree.tostring(self._get_arch(view, "it_IT"), encoding="unicode"))

    def test_page(self):
        """Portal pages and prints have the own words too."""
        self.assertIn("Label of a unit", self._get_page())
        self._label("Unit", "Machine")
        page = self._get_page()
        self.assertNotIn("unit", page)
        self.assertIn("Label of a machine", page)

    def _get_page(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "test",
                "key": "service_equipment.test_page",
                "type": "qweb",
                "arch": "<t t-name='service_equipment.test_page'><p>Label of a unit</p></t>",
            }
        )
        return str(self.env["ir.qweb"].with_context(lang="en_US")._render(view.id))

    def test_the_list_of_words_speaks_of_the_originals(self):
        self._label("Equipment", "Machines")
        self._label("Contract", "Agreement")
        action = self.env.ref("service_equipment.service_label_action").with_context(lang="en_US")
        self.assertIn('"Contract" by "Agreement"', action._get_action_dict()["help"])
        view = self.env.ref("service_equipment.service_label_view_list")
        arch = etree.fromstring(
            self.env(user=self.user_admin, context={"lang": "en_US"})["service.label"].get_view(view.id, "list")["arch"]
        )
        self.assertEqual(arch.xpath("//field[@name='source']/@placeholder"), ["e.g. Contract"])

    def test_what_the_suite_adds_to_other_screens_and_pages(self):
        """A button on the contact's form and a card on the portal's first page; what is Odoo's stays."""
        form, home = self.env.ref("base.view_partner_form"), self.env.ref("portal.portal_my_home")
        before = etree.tostring(self._get_arch(form), encoding="unicode")
        self.assertIn('string="Equipment"', before)
        self._label("Equipment", "Machines")
        self._label("Phone", "Bell")
        after = etree.tostring(self._get_arch(form), encoding="unicode")
        self.assertEqual(after, before.replace('string="Equipment"', 'string="Machines"'))
        (tree,) = home.with_env(self._as_user("en_US")).sudo()._get_view_etrees()
        card = tree.xpath("//t[@t-set='url'][contains(@t-value, '/my/equipment')]/../t[@t-set='title']")
        self.assertEqual([title.text for title in card], ["Machines"])
        (tree,) = home.with_env(self._as_user("it_IT")).sudo()._get_view_etrees()
        self.assertNotIn("Machines", etree.tostring(tree, encoding="unicode"))

    def test_an_extension_finds_its_place_by_the_words_of_odoo(self):
        self._label("Place", "Spot")
        specs = etree.fromstring(
            """<data>
                <button string="Place" position="attributes">
                    <attribute name="string">Place</attribute><attribute name="invisible">Place == 1</attribute>
                </button>
                <xpath expr="//p" position="inside"><b title="Place">Place</b> Place</xpath>
            </data>"""
        )
        self.env(context={"lang": "en_US"})["service.label"]._overlay_tree(specs)
        self.assertEqual(specs[0].get("string"), "Place")
        self.assertEqual([node.text for node in specs[0]], ["Spot", "Place == 1"])
        self.assertEqual((specs[1][0].get("title"), specs[1][0].text, specs[1][0].tail), ("Spot", "Spot", " Spot"))

    def test_menus_of_actions_and_prints(self):
        report = self.env.ref("service_equipment.service_equipment_history_report")
        self._label(report.name, "Sticker")
        env = self._as_user("en_US")
        self.assertEqual(report.with_env(env)._get_action_dict()["name"], "Sticker")
        names = [action["name"] for action in env["ir.actions.actions"].get_bindings("service.equipment")["report"]]
        self.assertIn("Sticker", names)
        self.assertNotIn(report.name, names)

    def test_new_documents_in_the_chatter(self):
        loan = self._as_user("en_US")["service.loan"].new()
        name = self.env["ir.model"]._get("service.loan").name
        self.assertEqual(loan._creation_message(), f"{name} created")
        self._label(name, "Borrowing")
        self.assertEqual(loan._creation_message(), "Borrowing created")

    def test_mails(self):
        """Subject and text of a template; neither its code nor its addresses."""
        unit = self._new_unit("M-1")
        template = self.env["mail.template"].create(
            {
                "name": "test",
                "model_id": self.env["ir.model"]._get_id("service.equipment"),
                "subject": "Your unit {{ object.name or 'unit' }}",
                "email_from": "unit@service.example",
                "body_html": "<p title='Unit'>The unit <t t-out=\"object.name or 'unit'\">unit</t> is &amp; was</p>",
            }
        )
        template = template.with_env(self._as_user("en_US")).sudo()

        def generate():
            return template._generate_template(unit.ids, ("subject", "body_html", "email_from"))[unit.id]

        before = generate()["body_html"]
        self._label("Unit", "Machine")
        values = generate()
        self.assertEqual(values["subject"], f"Your machine {unit.name}")
        self.assertEqual(values["body_html"], before.replace("Unit", "Machine").replace("unit", "machine"))
        self.assertIn(f"The machine {unit.name} is", values["body_html"])
        self.assertEqual(values["email_from"], "unit@service.example")
        self.assertIn("Your unit", template.subject)

    def test_kept_over_an_update(self):
        self._label(field=self.field, name="Plate")
        Fields = self.env["ir.model.fields"]
        Fields._reflect_fields(["service.equipment"])
        self.env.registry.clear_all_caches()
        self.assertEqual(self._get_string(), "Plate")
        self.assertEqual(self.field.field_description, "Asset Code")

    def test_reading_costs_nothing_more(self):
        self._label(field=self.field, name="Plate")
        self._label("Equipment", "Machines")
        self._get_string()
        with self.assertQueryCount(0):
            self._get_string()

    def test_bad_words(self):
        self._label("Equipment", "Machines")
        foreign = self.env["ir.model.fields"]._get("res.users", "login")
        with self.assertRaisesRegex(ValidationError, "is not a field of the service suite"):
            self._label(field=foreign)
        with self.assertRaisesRegex(ValidationError, "at least two letters"):
            self._label("x")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._label("Equipment", "Devices")
            self.env.flush_all()

    def test_only_administrators(self):
        label = self._label(field=self.field)
        for user in (self.user_manager, self.user_equipment):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                label.with_user(user).name = "Other"
