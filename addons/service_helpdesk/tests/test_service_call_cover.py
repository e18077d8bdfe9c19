# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestServiceCallCover(HelpdeskCase):
    """Cover through the one resolver, kept on the call with its reason."""

    def test_not_covered(self):
        call = self._new_call(equipment_id=self.unit_bare.id)
        self.assertRecordValues(
            call,
            [
                {
                    "cover_source": "none",
                    "coverage_id": False,
                    "contract_id": False,
                    "sla_policy_id": False,
                    "sla_state": "none",
                }
            ],
        )
        self.assertEqual({terms["payer"] for terms in call.payer_terms.values()}, {"customer"})
        self.assertTrue(call.cover_reason)

    def test_company_default_policy(self):
        self.env.company.service_sla_policy_id = self.policy
        call = self._new_call(equipment_id=self.unit_bare.id)
        self.assertEqual(call.sla_policy_id, self.policy)
        self.assertEqual(call.sla_state, "ok")

    def test_warranty(self):
        unit = self._new_unit("HD-1003")
        call = self._new_call(equipment_id=unit.id)
        self.assertEqual(call.cover_source, "warranty")
        self.assertEqual(call.payer_terms["labour"]["payer"], "warranty")

    def test_changes_resolve_again_and_are_told(self):
        call = self._new_call(equipment_id=self.unit_bare.id)
        self.assertFalse(call.clock_ids)
        call.equipment_id = self.unit
        self.assertEqual((call.cover_source, call.coverage_id), ("contract", self.coverage))
        self.assertEqual(len(call.clock_ids), 2)
        self.assertIn(self.contract.name, self._bodies(call))
        self.assertIn("Cover resolved again", self._bodies(call))

    def test_raised_before_the_contract_is_not_covered(self):
        call = self._new_call()
        call.raised_at = self._at("2025-12-31 10:00:00")
        self.assertEqual(call.cover_source, "none")

    def test_closed_calls_keep_their_cover(self):
        call = self._new_call()
        call.action_complete()
        call.type_id = self.preventive_type
        self.coverage.sudo().call_type_ids = self.call_type
        call.site_id = False
        self.assertEqual(call.coverage_id, self.coverage)

    def test_choice_by_hand_sticks_with_its_reason(self):
        call = self._new_call(equipment_id=self.unit_bare.id)
        call.write({"cover_is_manual": True, "coverage_id": self.coverage.id, "cover_manual_reason": "Agreed by phone"})
        self.assertRecordValues(
            call,
            [
                {
                    "cover_source": "manual",
                    "contract_id": self.contract.id,
                    "sla_policy_id": self.policy.id,
                }
            ],
        )
        self.assertIn("Agreed by phone", call.cover_reason)
        self.assertEqual(call.payer_terms["labour"]["term"], "from_buckets")
        call.site_id = False
        self.assertEqual(call.coverage_id, self.coverage)
        call.cover_is_manual = False
        self.assertEqual(call.cover_source, "none")

    def test_choice_by_hand_needs_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "chosen by hand"):
            self._new_call().cover_is_manual = True

    def test_priority_from_cover_unless_set_by_hand(self):
        self.coverage.priority = "2"
        self.assertEqual(self._new_call().priority, "2")
        by_hand = self._new_call(priority="3")
        self.assertEqual((by_hand.priority, by_hand.priority_is_manual), ("3", True))
        by_hand.priority_is_manual = False
        self.assertEqual(by_hand.priority, "2")

    def test_the_explanation_speaks_the_readers_language(self):
        """It is kept as codes and values; what was kept as sentences before stays readable."""
        self.coverage.sudo().date_end = "2026-03-31"
        call = self._new_call()
        (entry,) = call.cover_explanation
        self.assertEqual((entry["code"], entry["values"]), ("ended", {"end": "2026-03-31"}))
        self.assertNotIn("reason", entry)
        self.assertIn("It ended on 03/31/2026.", call.cover_explanation_html)
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertIn("31.03.2026", call.with_context(lang="de_DE").cover_explanation_html)
        old = [{"coverage_id": 1, "contract": "C1", "row": "Row", "won": False, "reason": "It covers other sites."}]
        call.sudo().cover_explanation = old
        self.assertIn("<b>C1</b> Row: It covers other sites.", call.cover_explanation_html)
