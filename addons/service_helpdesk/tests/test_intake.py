# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestFind(HelpdeskCase):
    """One field finds everything."""

    def _find(self, text, user=None, **kwargs):
        return self.env["service.call"].with_user(user or self.taker).find_subjects(text, **kwargs)

    def test_a_serial_in_any_case(self):
        (found,) = self._find(" hd-1001 ")
        self.assertEqual((found["kind"], found["id"]), ("unit", self.unit.id))
        self.assertEqual(found["values"]["partner_id"]["id"], self.unit.partner_id.id)
