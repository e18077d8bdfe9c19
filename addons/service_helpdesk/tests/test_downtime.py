# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RAISED, HelpdeskCase


@tagged("post_install", "-at_install")
class TestDowntime(HelpdeskCase):
    """The helpdesk writes the register of down time; contract managers decide what does not count."""

    def test_call_takers_enter_and_end_it(self):
        Downtime = self.env["service.downtime"].with_user(self.taker)
        event = Downtime.create({"equipment_id": self.unit.id, "started_at": RAISED})
        event.action_end()
        self.assertRecordValues(event, [{"hours": 3.0, "is_open": False}])
        excuse = event.copy({"kind": "excused", "reason": "Power cut", "ended_at": event.ended_at})
        with self.assertRaises(AccessError):
            excuse.action_approve()
        with self.assertRaises(AccessError):
            event.unlink()
        with self.assertRaises(AccessError):
            Downtime.with_user(self.engineer).create({"equipment_id": self.unit.id, "started_at": RAISED})
