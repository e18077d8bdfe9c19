# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.service_equipment.engine.version import version_key

from ..engine.solution_rank import Trouble
from .common import HelpdeskCase


@tagged("post_install", "-at_install")
class TestSolution(HelpdeskCase):
    """Solutions are written, published, found again by words, product and fault, and counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["service.solution"].search([]).write({"active": False})
        cls.fault = cls.env["service.fault"].create({"name": "Leaks", "kind": "symptom"})
        cls.remedy = cls.env["service.fault"].create({"name": "New seal", "kind": "remedy"})
        cls.template = cls.unit.product_id.product_tmpl_id

    @classmethod
    def _new_solution(cls, title, **vals):
        values = {"title": title, "remedy": "<p>Change the seal.</p>", "lang": "en_US", **vals}
        solution = cls.env["service.solution"].with_user(cls.taker).create(values)
        solution.with_user(cls.controller).action_publish()
        return solution

    def _find(self, text="", product=None, version=None, faults=None, user=None):
        Solution = self.env["service.solution"].with_user(user or self.taker)
        trouble = Trouble(
            text, product or self.env["product.product"], version, faults or self.env["service.fault"]
        )
        return [solution.title for solution, _candidate in Solution._suggest(trouble)]

    # ------------------------------------------------------------
    # The life of a solution
    # ------------------------------------------------------------

    def test_a_taker_writes_and_a_controller_publishes(self):
        self.team.member_ids |= self.taker
        solution = self.env["service.solution"].with_user(self.taker).create({"title": "Leak"})
        self.assertTrue(solution.name.startswith("SOL/"))
        solution.action_submit()
        self.assertEqual(solution.sudo().activity_ids.user_id, self.controller)
        with self.assertRaisesRegex(AccessError, "Only a controller"):
            solution.action_publish()
        with self.assertRaisesRegex(ValidationError, "what helps"):
            solution.with_user(self.controller).action_publish()
        solution.remedy = "<p>New seal.</p>"
        solution.with_user(self.controller).action_publish()
        self.assertRecordValues(solution, [{"state": "published", "reviewed_by_id": self.controller.id}])
        self.assertFalse(solution.sudo().activity_ids, "the review is done")
        with self.assertRaisesRegex(AccessError, "is published"):
            solution.title = "Other"
        with self.assertRaisesRegex(AccessError, "buttons only"):
            solution.write({"state": "draft"})

    def test_drafts_and_retired_ones_are_not_suggested(self):
        self.env["service.solution"].create({"title": "Pump draft", "remedy": "x"})
        retired = self._new_solution("Pump retired")
        retired.with_user(self.controller).action_retire()
        self._new_solution("Pump published")
        self.assertEqual(self._find("pump"), ["Pump published"])

    def test_versions_in_order(self):
        with self.assertRaisesRegex(ValidationError, "comes after"):
            self._new_solution("Wrong", version_from="2.0", version_to="1.9")

    def test_counts_stay_while_a_solution_is_edited(self):
        solution = self._new_solution("Noise")
        self.env["service.solution.use"].create(
            {"solution_id": solution.id, "call_id": self._new_call().id, "result": "helped"}
        )
        with Form(solution.with_user(self.controller)) as form:
            form.version_from = "1.0"
            self.assertEqual(form.helped_count, 1)
        self.assertTrue(solution.version_from_key)
        form = Form(self.env["service.solution"].with_user(self.taker))
        form.version_to = "2.0"
        self.assertEqual(form.use_count, 0)

    # ------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------

    def test_words_in_all_their_forms_beginnings_and_accents(self):
        self._new_solution("Leaking pumps", keywords="E-42")
        self._new_solution("Perdite dalla guarnizione", lang="en_US", symptom="<p>L'unit\u00e0 perde</p>")
        self.assertEqual(self._find("the pump leaks"), ["Leaking pumps"])
        self.assertEqual(self._find("some guarniz"), ["Perdite dalla guarnizione"])
        self.assertEqual(self._find("unita"), ["Perdite dalla guarnizione"])
        self.assertEqual(self._find("42"), ["Leaking pumps"])
        self.assertEqual(self._find("nothing of this"), [])
        self.assertEqual(self._find("' | & ! : <-> \\ %"), [])

    def test_a_changed_text_is_found_by_its_new_words(self):
        solution = self._new_solution("Pump")
        solution.with_user(self.controller).title = "Compressor"
        self.assertEqual(self._find("pump"), [])
        self.assertEqual(self._find("compressors"), ["Compressor"])

    def test_italian_words_in_an_italian_solution(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self._new_solution("Le pompe perdono olio", lang="it_IT")
        self.assertEqual(self._find("pompa perde"), ["Le pompe perdono olio"])

    def test_title_before_remedy(self):
        self._new_solution("Something else", remedy="<p>Check the gasket</p>")
        self._new_solution("Gasket")
        self.assertEqual(self._find("gasket"), ["Gasket", "Something else"])

    def test_this_product_before_others_and_never_another(self):
        other = self.env["product.template"].create({"name": "Other"})
        self.template.categ_id = self.env["product.category"].create({"name": "Pumps"})
        self._new_solution("Noise everywhere")
        self._new_solution("Noise here", product_tmpl_ids=[Command.link(self.template.id)])
        self._new_solution("Noise there", product_tmpl_ids=[Command.link(other.id)])
        self._new_solution("Noise of the category", categ_ids=[Command.link(self.template.categ_id.id)])
        self.assertEqual(
            self._find("noise", product=self.unit.product_id),
            ["Noise here", "Noise of the category", "Noise everywhere"],
        )
        self.assertEqual(len(self._find("noise")), 4, "without a product nothing is left out")

    def test_versions_are_respected(self):
        self._new_solution("Old noise", version_to="1.9")
        self._new_solution("New noise", version_from="2.0")
        self.assertEqual(self._find("noise", version=version_key("1.10")), [], "1.10 comes after 1.9")
        self.assertEqual(self._find("noise", version=version_key("1.8")), ["Old noise"])
        self.assertEqual(self._find("noise", version=version_key("2.1")), ["New noise"])

    def test_the_same_fault_is_enough(self):
        self._new_solution("Seal", fault_ids=[Command.link(self.fault.id)])
        self.assertEqual(self._find("", faults=self.fault), ["Seal"])

    def test_what_helped_comes_first(self):
        poor, good = self._new_solution("Noise one"), self._new_solution("Noise two")
        for result, solution in (("failed", poor), ("helped", good)):
            use = self.env["service.solution.use"].create({"solution_id": solution.id, "call_id": self._new_call().id})
            use.result = result
        self.assertEqual(self._find("noise"), ["Noise two", "Noise one"])
        self.assertEqual(good.success_words, "helped 1 of 1 times")
        self.assertEqual(good.with_user(self.engineer).helped_count, 1, "even of calls that one does not see")

    def test_other_companies_keep_theirs(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["service.solution"].create(
            {"title": "Noise", "remedy": "x", "company_id": other.id, "lang": "en_US"}
        ).action_publish()
        self.assertEqual(self._find("noise"), [])

    # ------------------------------------------------------------
    # On the call
    # ------------------------------------------------------------

    def test_suggested_for_a_unit_with_solved_calls_beside(self):
        self._new_solution("Pump leaks at the seal", product_tmpl_ids=[Command.link(self.template.id)])
        solved = self._new_call(subject="Solved one", remedy_id=self.remedy.id)
        solved.action_complete()
        self._new_call(subject="Cancelled one").action_cancel()
        found = self.env["service.call"].with_user(self.taker).suggest_solutions(
            {"subject": "Leaking pump", "equipment_id": self.unit.id}
        )
        (solution,) = found["solutions"]
        self.assertEqual(solution["title"], "Pump leaks at the seal")
        self.assertEqual(solution["reasons"], ["this product", "same words"])
        self.assertEqual([(call["id"], call["remedy"]) for call in found["calls"]], [(solved.id, "New seal")])

    def test_solved_calls_of_others_are_not_shown(self):
        elsewhere = self.env["service.team"].create({"name": "Elsewhere"})
        self._new_call(team_id=elsewhere.id).action_complete()
        found = self.env["service.call"].with_user(self.engineer).suggest_solutions({"equipment_id": self.unit.id})
        self.assertFalse(found["calls"])

    def test_using_one_gives_cause_and_remedy_once(self):
        solution = self._new_solution("Seal", fault_ids=[Command.link(self.remedy.id)])
        call = self._new_call()
        call.action_use_solution(solution.id)
        call.action_use_solution(solution.id)
        self.assertEqual(len(call.solution_use_ids), 1)
        self.assertEqual(call.remedy_id, self.remedy)
        self.assertIn("Solution tried", self._bodies(call))
        call.solution_use_ids.action_helped()
        self.assertEqual(call.solution_use_ids.result, "helped")
        self.assertFalse(
            self.env["service.call"].with_user(self.taker).suggest_solutions({"id": call.id, "subject": "Seal"})[
                "solutions"
            ],
            "what was tried is not suggested again",
        )

    def test_only_public_solutions_are_sent(self):
        solution = self._new_solution("Seal")
        call = self._new_call()
        with self.assertRaisesRegex(UserError, "not for customers"):
            call.action_send_solution(solution.id)
        solution.with_user(self.controller).is_public = True
        action = call.action_send_solution(solution.id)
        self.assertIn("Change the seal", action["context"]["default_body"])
        self.assertTrue(call.solution_use_ids.is_sent)

    def test_a_solution_made_of_a_call(self):
        call = self._new_call(symptom_id=self.fault.id, description="<p>It drips</p>")
        self._new_work(call.sudo(), "labour", 1, name="Seal changed")
        action = call.action_make_solution()
        solution = self.env["service.solution"].browse(action["res_id"])
        self.assertRecordValues(
            solution, [{"title": "Pump leaks", "state": "draft", "call_id": call.id, "helped_count": 1}]
        )
        self.assertEqual(solution.fault_ids, self.fault)
        self.assertEqual(solution.product_tmpl_ids, self.template)
        self.assertIn("Seal changed", solution.remedy)

    def test_customers_have_no_way_to_solutions_but_the_pages(self):
        solution = self._new_solution("Seal", is_public=True)
        self.assertFalse(solution.with_user(self.user_portal).has_access("read"))
        with self.assertRaises(AccessError):
            self.env["service.call"].with_user(self.user_portal).suggest_solutions({"subject": "Seal"})

    def test_as_many_queries_with_many_solutions(self):
        self._new_solution("Noise 0")
        self._find("noise")
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=30):
            self._find("noise", product=self.unit.product_id, faults=self.fault)
