# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.modules.migration import load_script
from odoo.tests import BaseCase, tagged

from ..engine.version import version_key
from .common import EquipmentCase

SCRIPT = Path(__file__).parents[1] / "migrations/19.0.1.1.0/pre-build.py"
PROFILE = settings(derandomize=True, deadline=None, max_examples=200)

numbers = st.lists(st.integers(0, 999_999), min_size=1, max_size=7)


@tagged("post_install", "-at_install")
class TestVersionKey(BaseCase):
    """The order of versions."""

    @PROFILE
    @given(numbers, numbers)
    def test_numbers_sort_as_numbers(self, first, second):
        texts = [".".join(map(str, parts)) for parts in (first, second)]
        keys = [version_key(text) for text in texts]
        self.assertEqual(keys[0] < keys[1], first < second, texts)
        self.assertEqual(keys[0] == keys[1], first == second, texts)

    @PROFILE
    @example("\u0663.\u00b2")
    @given(st.text())
    def test_any_text_has_a_key_of_digits(self, text):
        key = version_key(text)
        self.assertIn(len(key), (0, 49))
        self.assertTrue(not key or (key.isascii() and key.isdigit()), text)


@tagged("post_install", "-at_install")
class TestVersion(EquipmentCase):
    """The keys that units and components carry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.versions = ("1.10", "1.9", "2", "1.9b", False, " - ")
        cls.units = cls.env["service.equipment"].concat(*(cls._new_unit(version=text) for text in cls.versions))
        cls.components = cls.env["service.component"].concat(
            *(cls._new_component(cls.units[0], version=text) for text in cls.versions)
        )

    def test_records_sort_by_version(self):
        for records in (self.units, self.components):
            keyed = records.search([("id", "in", records.ids), ("version_key", "!=", False)], order="version_key")
            self.assertEqual(keyed.mapped("version"), ["1.9", "1.9b", "1.10", "2"])

    def test_key_follows_the_version(self):
        unit = self.units[0].with_user(self.user_manager)
        unit.version = "3.0"
        self.assertEqual(unit.version_key, version_key("3.0"))
        unit.version = False
        self.assertFalse(unit.version_key)

    def test_upgrade_fills_the_keys(self):
        expected = {records._name: records.mapped("version_key") for records in (self.units, self.components)}
        self.env.flush_all()
        for table in ("service_equipment", "service_component"):
            self.env.cr.execute(f"ALTER TABLE {table} DROP COLUMN version_key")
        script = load_script(str(SCRIPT), "pre-build")
        script.migrate(self.env.cr, "19.0.1.0.0")
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        for records in (self.units, self.components):
            self.assertEqual(records.mapped("version_key"), expected[records._name])
