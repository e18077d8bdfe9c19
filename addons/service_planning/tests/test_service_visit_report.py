# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, PlanningCase


@tagged("post_install", "-at_install")
@freeze_time(f"{MONDAY} 11:00:00")
class TestServiceVisitReport(PlanningCase):
    """In tests Odoo renders reports as HTML: what stands in them is checked on that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(f"{MONDAY} 06:30:00"):
            cls.unit = cls.new_equipment(serial="PUMP-777")
            cls.call = cls.new_call(equipment_id=cls.unit.id)
            cls.visit = cls.new_visit(cls.call)
            cls.visit.action_confirm()
        cls.visit = cls.visit.with_user(cls.engineer_user)
        cls.signature = cls.read_signature()

    def start(self):
        self.visit.action_start_travel(at=f"{MONDAY} 07:30:00")
        self.visit.action_start_work(at=f"{MONDAY} 08:00:00")

    def report_text(self):
        return self.visit.sudo().report_attachment_id.raw.decode()

    def test_signed_once_with_name_and_instant(self):
        self.start()
        self.visit.action_sign(signed_by="Carla Customer", signature=self.signature)
        self.assertRecordValues(self.visit, [{"signed_by": "Carla Customer", "signed_at": fields.Datetime.now()}])
        for values in ({"signature": self.signature}, {"signature": False}, {"signed_by": "Somebody Else"}):
            with self.assertRefused(UserError, "is already signed"):
                self.visit.write(values)
        with self.assertRefused(UserError, "is already signed"):
            self.visit.action_sign(signed_by="Carla Customer", signature=self.signature)

    def test_signature_needs_a_name_and_begun_work(self):
        with self.assertRefused(ValidationError, "work has not begun"):
            self.visit.action_sign(signed_by="Carla Customer", signature=self.signature)
        self.start()
        with self.assertRefused(ValidationError, "name of the person who signs"):
            self.visit.action_sign(signed_by="", signature=self.signature)

    def test_report_carries_it_all(self):
        self.start()
        self.env["service.work"].with_user(self.engineer_user).create(
            {
                "visit_id": self.visit.id,
                "call_id": self.call.id,
                "kind": "labour",
                "quantity": 3.0,
                "name": "Replaced the seal",
                "resource_id": self.engineer.id,
            }
        )
        self.visit.result = "Pump tested under load"
        self.visit.action_sign(signed_by="Carla Customer", signature=self.signature)
        self.visit.action_complete()
        attachment = self.visit.sudo().report_attachment_id
        self.assertEqual((attachment.res_model, attachment.res_id), ("service.visit", self.visit.id))
        text = self.report_text()
        for expected in (
            self.visit.name,
            self.call.name,
            "Aqua Pumping Station",
            "Via del Mare 7",
            "PUMP-777",
            "Elena Engineer",
            "Replaced the seal",
            "Pump tested under load",
            "Carla Customer",
            "data:image/png;base64",
        ):
            self.assertIn(expected, text)
        self.assertIn("10:00", text, "08:00 UTC is 10:00 at the site in Rome")
        self.assertNotIn("8:00 AM", text)

    def test_unsigned_report_is_made_again_when_signed(self):
        self.start()
        self.visit.action_complete()
        first = self.visit.sudo().report_attachment_id
        self.assertIn("Not signed by the customer", self.report_text())
        self.visit.with_user(self.dispatcher).action_make_report()
        self.assertFalse(first.exists())
        self.visit.action_sign(signed_by="Carla Customer", signature=self.signature)
        self.assertIn("Carla Customer", self.report_text())
        with self.assertRefused(UserError, "stays as it is"):
            self.visit.with_user(self.dispatcher).action_make_report()

    def test_a_failing_report_does_not_stop_the_engineer(self):
        self.start()
        error = UserError("Unable to find Wkhtmltopdf on this system.")
        with patch.object(type(self.env["ir.actions.report"]), "_render_qweb_pdf", side_effect=error):
            self.visit.action_complete()
        self.assertEqual(self.visit.state, "done")
        self.assertFalse(self.visit.report_attachment_id)
        self.assertIn("Unable to find Wkhtmltopdf", self.visit.message_ids[:1].body)
