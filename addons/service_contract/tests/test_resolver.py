# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import gc
import json
from datetime import date, datetime, timedelta
from random import Random

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine import resolver
from .common import NOW, ContractCase

KINDS = ["labour", "travel", "distance", "expense", "part", "callout"]


@tagged("post_install", "-at_install")
class TestResolver(ContractCase):
    def _get_row(self, answer):
        return self.env["service.coverage"].browse(answer["coverage_id"])

    def _get_reasons(self, answer):
        return {entry["row"]: entry["reason"] for entry in answer["explanation"]}

    # ------------------------------------------------------------------
    # Service level and payer
    # ------------------------------------------------------------------

    def test_covered_unit(self):
        contract = self._new_story_contract()
        answer = self._resolve(equipment_id=self.unit_1.id)
        self.assertEqual(answer["coverage_id"], contract.coverage_ids[0].id)
        self.assertEqual(answer["contract_id"], contract.id)
        self.assertEqual(answer["source"], "contract")
        self.assertEqual(answer["sla_policy_id"], self.policy.id)
        self.assertEqual(answer["calendar_id"], self.calendar.id)
        self.assertFalse(answer["priority"])
        quota = {"payer": "contract", "term": "from_buckets", "discount": 0.0}
        self.assertEqual(
            answer["payers"],
            {
                "labour": quota,
                "travel": quota,
                "distance": quota,
                "callout": quota,
                "expense": {"payer": "contract", "term": "chargeable", "discount": 0.0},
                "part": {"payer": "contract", "term": "chargeable", "discount": 10.0},
            },
        )
        self.assertIn(contract.name, answer["reason"])
        self.assertEqual(len(answer["explanation"]), 1, "rows of other units are not considered")
        self.assertTrue(answer["explanation"][0]["won"])

    def test_nothing_covers(self):
        self._new_story_contract()
        self.company.service_sla_policy_id = self.policy
        answer = self._resolve(product_id=self.product.id)
        self.assertFalse(answer["coverage_id"])
        self.assertEqual(answer["source"], "none")
        self.assertEqual(answer["reason"], "No contract covers this.")
        self.assertEqual(answer["sla_policy_id"], self.policy.id, "the company's default")
        self.assertEqual(set(answer["payers"]), set(KINDS))
        for payer in answer["payers"].values():
            self.assertEqual(payer, {"payer": "customer", "term": "chargeable", "discount": 0.0})

    def test_unknown_customer(self):
        answer = self._resolve(partner_id=False, site_id=False)
        self.assertEqual(answer["source"], "none")

    def test_warranty_pays_its_kinds_only(self):
        answer = self._resolve(equipment_id=self.unit_3.id)
        self.assertEqual(answer["source"], "warranty")
        self.assertFalse(answer["coverage_id"])
        self.assertEqual(answer["payers"]["labour"], {"payer": "warranty", "term": "included", "discount": 0.0})
        self.assertEqual(answer["payers"]["part"]["payer"], "warranty")
        self.assertEqual(answer["payers"]["travel"]["payer"], "customer")
        self.assertIn("Under warranty until", answer["reason"])

    def test_warranty_beside_a_contract(self):
        contract = self._new_contract(
            rows=[{"equipment_id": self.unit_3.id, "term_labour": "from_buckets", "term_travel": "from_buckets"}]
        )
        answer = self._resolve(equipment_id=self.unit_3.id)
        self.assertEqual(answer["coverage_id"], contract.coverage_ids.id)
        self.assertEqual(answer["payers"]["labour"]["term"], "included", "no bucket is touched")
        self.assertEqual(answer["payers"]["travel"]["payer"], "contract")
        contract.coverage_ids.warranty_consumes = True
        answer = self._resolve(equipment_id=self.unit_3.id)
        self.assertEqual(answer["payers"]["labour"], {"payer": "warranty", "term": "from_buckets", "discount": 0.0})
        self.assertEqual(answer["payers"]["part"]["term"], "included", "its term is not a quota")

    def test_row_level_beats_contract_level(self):
        other = self.policy.copy({"name": "Fast"})
        hours = self._new_calendar(hours=((0, 24),), weekdays=range(7))
        self._new_contract(
            rows=[{"sla_policy_id": other.id, "calendar_id": hours.id, "priority": "3"}],
            sla_policy_id=self.policy.id,
        )
        answer = self._resolve()
        self.assertEqual(
            (answer["sla_policy_id"], answer["calendar_id"], answer["priority"]),
            (other.id, hours.id, "3"),
        )

    # ------------------------------------------------------------------
    # Ranking
    # ------------------------------------------------------------------

    def test_narrowest_wins(self):
        """Rows from the widest to the narrowest: each one entered beats all before it."""
        zone = self.env["service.zone"].create({"name": "Line 1"})
        self.unit_1.zone_id = zone
        child = self.env["product.category"].create({"name": "Vacuum", "parent_id": self.category.id})
        self.product.categ_id = child
        always = self._new_calendar(hours=((0, 24),), weekdays=range(7))
        contract = self._new_contract(rows=[{"name": "whole"}], activate=False)
        contract.action_activate()
        for name, scope in [
            ("frame", {"time_frame_calendar_id": always.id}),
            ("type", {"call_type_ids": [Command.link(self.call_type.id)]}),
            ("site", {"site_ids": [Command.link(self.site.id)]}),
            ("zone", {"zone_ids": [Command.link(zone.id)]}),
            ("category", {"categ_ids": [Command.link(self.category.id)]}),
            ("deeper category", {"categ_ids": [Command.link(child.id)]}),
            ("product", {"product_ids": [Command.link(self.product.id)]}),
            ("unit", {"equipment_id": self.unit_1.id}),
        ]:
            with self.subTest(name):
                row = self.env["service.coverage"].create({"contract_id": contract.id, "name": name, **scope})
                row.name = name
                answer = self._resolve(equipment_id=self.unit_1.id)
                self.assertEqual(self._get_row(answer).name, name)
        self.assertEqual(len(answer["explanation"]), 9)
        self.assertEqual(self._get_reasons(answer)["whole"], "A row for this very unit is narrower.")

    def test_ties_by_sequence_then_later_start_then_age(self):
        contract = self._new_contract(rows=[{"name": "first"}, {"name": "second"}])
        first, second = contract.coverage_ids
        self.assertEqual(self._get_row(self._resolve()), first)
        self.assertEqual(self._get_reasons(self._resolve())["second"], "An equal row was entered earlier.")
        later = self.env["service.coverage"].create(
            {"contract_id": contract.id, "name": "later", "date_start": date(2026, 2, 1)}
        )
        self.assertEqual(self._get_row(self._resolve()), later)
        second.sequence = 5
        self.assertEqual(self._get_row(self._resolve()), second)

    def test_mismatches_are_explained(self):
        zone = self.env["service.zone"].create({"name": "Line 2"})
        night = self._new_calendar(hours=((0, 6),), name="Night")
        elsewhere = self.customer
        other_type = self.env.ref("service_contract.call_type_complaint")
        other_product = self.env["product.product"].create({"name": "Fan"})
        other_category = self.env["product.category"].create({"name": "Fans"})
        self._new_contract(
            rows=[
                {"name": "product", "product_ids": [Command.link(other_product.id)]},
                {"name": "category", "categ_ids": [Command.link(other_category.id)]},
                {"name": "zone", "zone_ids": [Command.link(zone.id)]},
                {"name": "site", "site_ids": [Command.link(elsewhere.id)]},
                {"name": "type", "call_type_ids": [Command.link(other_type.id)]},
                {"name": "ended", "date_end": date(2026, 3, 31)},
                {"name": "later", "date_start": date(2026, 5, 1)},
                {"name": "night", "time_frame_calendar_id": night.id},
            ]
        )
        self._new_contract(rows=[{"name": "other site"}], site_ids=[Command.link(elsewhere.id)])
        answer = self._resolve(product_id=self.product.id)
        self.assertFalse(answer["coverage_id"])
        self.assertEqual(
            self._get_reasons(answer),
            {
                "product": "It covers other products.",
                "category": "It covers other product categories.",
                "zone": "It covers other zones.",
                "site": "It covers other sites.",
                "type": "It covers other types of call.",
                "ended": "It ended on 03/31/2026.",
                "later": "It begins on 05/01/2026.",
                "night": "It covers calls within Night only.",
                "other site": "Its contract is for other sites.",
            },
        )

    def test_zone_of_the_site_counts_without_a_unit(self):
        zone = self.env["service.zone"].create({"name": "Plant", "site_ids": [Command.link(self.site.id)]})
        self._new_contract(rows=[{"zone_ids": [Command.link(zone.id)]}])
        self.assertEqual(self._resolve()["source"], "contract")

    def test_time_frame_is_wall_time_at_the_site(self):
        self._new_contract(rows=[{"time_frame_calendar_id": self.calendar.id}])
        self.assertEqual(self._resolve(at="2026-04-15 07:00:00")["source"], "contract")  # 09:00 in Rome
        self.assertEqual(self._resolve(at="2026-04-15 06:59:00")["source"], "none")
        self.site.tz = "America/New_York"
        self.assertEqual(self._resolve(at="2026-04-15 07:00:00")["source"], "none")
        self.assertEqual(self._resolve(at="2026-04-15 13:00:00")["source"], "contract")

    def test_the_date_is_that_at_the_site(self):
        self._new_contract(date_start=date(2026, 4, 1))
        self.assertEqual(self._resolve(at=datetime(2026, 3, 31, 22, 0))["source"], "contract")  # 1 April in Rome
        self.assertEqual(self._resolve(at=datetime(2026, 3, 31, 21, 59))["source"], "none")

    # ------------------------------------------------------------------
    # Whose contracts
    # ------------------------------------------------------------------

    def test_frame_contracts_of_others(self):
        frame = self._new_contract(
            partner_id=self.other_customer.id,
            is_frame=True,
            rows=[
                {"name": "unit", "equipment_id": self.unit_1.id},
                {"name": "site", "site_ids": [Command.link(self.site.id)]},
                {"name": "their own"},
            ],
        )
        self.assertEqual(self._get_row(self._resolve(equipment_id=self.unit_1.id)).name, "unit")
        answer = self._resolve(equipment_id=self.unit_2.id)
        self.assertEqual(self._get_row(answer).name, "site")
        self.assertEqual(len(answer["explanation"]), 1)
        own = self._new_contract()
        self.assertEqual(self._resolve(equipment_id=self.unit_2.id)["contract_id"], frame.id, "narrower than our own")
        self.assertEqual(self._resolve(site_id=self.customer.id)["contract_id"], own.id)

    def test_frame_contract_with_sites_on_its_header(self):
        frame = self._new_contract(
            partner_id=self.other_customer.id, is_frame=True, site_ids=[Command.link(self.site.id)]
        )
        self.assertEqual(self._resolve()["contract_id"], frame.id)

    def test_contact_of_the_customer_is_the_customer(self):
        contract = self._new_contract()
        contact = self.env["res.partner"].create({"name": "Mario", "parent_id": self.customer.id})
        self.assertEqual(self._resolve(partner_id=contact.id)["contract_id"], contract.id)

    def test_other_companies_are_ignored(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["service.contract"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "date_start": date(2026, 1, 1),
                "coverage_ids": [Command.create({})],
            }
        ).action_activate()
        self.assertEqual(self._resolve()["source"], "none")
        self.assertEqual(self._resolve(user=self.env.user, company_id=company.id)["source"], "contract")

    # ------------------------------------------------------------------
    # Refused contracts
    # ------------------------------------------------------------------

    def test_refused_contracts_say_why(self):
        contract = self._new_contract()
        name = contract.name
        cases = [
            ("2025-12-01 12:00:00", f"Contract {name} begins on 01/01/2026."),
            ("2027-01-01 12:00:00", f"Contract {name} expired on 12/31/2026."),
            ("2026-05-01 12:00:00", f"Contract {name} is suspended on that day."),
        ]
        contract.action_suspend()
        contract.action_resume(date="2026-06-01")
        for at, reason in cases:
            with self.subTest(reason):
                answer = self._resolve(at=at)
                self.assertEqual(answer["reason"], reason)
                self.assertEqual(answer["source"], "none")
                self.assertEqual(answer["payers"]["labour"]["term"], "chargeable")
        self.assertEqual(self._resolve(at="2026-06-01 12:00:00")["source"], "contract")
        self.assertEqual(self._resolve(at="2026-04-14 12:00:00")["source"], "contract", "before the suspension")
        contract.is_payment_blocked = True
        self.assertEqual(self._resolve()["reason"], f"Contract {name} is blocked for payment.")

    def test_cancelled_contract_covers_until_its_last_day(self):
        contract = self._new_contract()
        contract.action_cancel(date="2026-04-30")
        self.assertEqual(self._resolve(at="2026-04-30 12:00:00")["source"], "contract")
        answer = self._resolve(at="2026-05-01 12:00:00")
        self.assertEqual(answer["reason"], f"Contract {contract.name} was cancelled with last day 04/30/2026.")

    def test_drafts_promise_nothing(self):
        self._new_contract(activate=False)
        self.assertFalse(self._resolve()["explanation"])

    def test_refused_contract_leaves_the_field_to_another(self):
        self._new_contract(rows=[{"equipment_id": self.unit_1.id}], is_payment_blocked=True)
        wider = self._new_contract()
        answer = self._resolve(equipment_id=self.unit_1.id)
        self.assertEqual(answer["contract_id"], wider.id)
        self.assertEqual(len(answer["explanation"]), 2)

    # ------------------------------------------------------------------
    # Access and batches
    # ------------------------------------------------------------------

    def test_only_readers_may_ask(self):
        for user in (self.user_portal, self.user_employee):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._resolve(user=user)

    def test_instant_is_needed(self):
        with self.assertRaisesRegex(UserError, "needs the instant"):
            self._resolve(at=False)
        for text in ("tomorrow", "2026-04-31 09:00:00", 7):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, f"{text} is no instant"):
                self._resolve(at=text)

    def test_instants_of_other_systems(self):
        """ISO text, in UTC or with an offset: the last minute of the last day in Rome is covered."""
        self._new_story_contract()
        for text, source in [
            ("2027-03-11T22:59:00", "contract"),
            ("2027-03-11 22:59:00", "contract"),
            ("2027-03-11T23:59:00+01:00", "contract"),
            ("2027-03-11T23:59:00Z", "none"),
        ]:
            with self.subTest(text=text):
                self.assertEqual(self._resolve(at=text, equipment_id=self.unit_1.id)["source"], source)

    def test_batch_answers_in_order(self):
        contract = self._new_story_contract()
        requests = [
            {"partner_id": self.customer.id, "equipment_id": unit_id, "at": NOW}
            for unit_id in (self.unit_2.id, False, self.unit_1.id, self.unit_3.id)
        ]
        answers = self.env["service.coverage"].with_user(self.user_reader).resolve(requests)
        first, second = contract.coverage_ids
        self.assertEqual([answer["coverage_id"] for answer in answers], [second.id, False, first.id, False])
        self.assertEqual([answer["source"] for answer in answers], ["contract", "none", "contract", "warranty"])
        self.assertEqual(self.env["service.coverage"].resolve([]), [])

    def test_questions_share_their_queries(self):
        self._new_story_contract()
        rows = self.env["service.coverage"].with_user(self.user_reader)
        requests = [
            {"partner_id": self.customer.id, "equipment_id": unit.id, "at": NOW + timedelta(hours=number)}
            for number in range(10)
            for unit in (self.unit_1, self.unit_2)
        ]

        def count(asked):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.resolve(asked)
            return self.env.cr.sql_log_count - before

        count(requests)
        self.assertEqual(count(requests), count(requests[:2]))

    def test_python_looks_for_garbage_again_afterwards(self):
        self.assertTrue(gc.isenabled())
        self._resolve()
        self.assertTrue(gc.isenabled())
        with self.assertRaises(UserError):
            self._resolve(at=False)
        self.assertTrue(gc.isenabled())
        gc.disable()
        self.addCleanup(gc.enable)
        self._resolve()
        self.assertFalse(gc.isenabled(), "whoever turned it off turns it on")

    def test_a_row_for_archived_scopes_does_not_cover_everything(self):
        self.product.active = False
        self._new_contract(rows=[{"name": "product", "product_ids": [Command.link(self.product.id)]}])
        answer = self._resolve()
        self.assertEqual(self._get_reasons(answer), {"product": "It covers other products."})
        self.assertEqual(self._resolve(equipment_id=self.unit_1.id)["source"], "contract", "the unit is still one")

    def test_rows_taken_back_are_not_considered(self):
        contract = self._new_contract(rows=[{}, {"name": "taken back"}])
        contract.coverage_ids[1].action_end("2025-12-31")
        self.assertEqual(len(self._resolve()["explanation"]), 1)

    def test_columns_say_what_the_records_say(self):
        """What the batch reads by SQL gives, on random rows, the verdicts of the rows read as records."""
        random = Random(7)  # noqa: S311 (data of a test)
        zone = self.env["service.zone"].create({"name": "Line", "site_ids": [Command.link(self.site.id)]})
        self.unit_1.zone_id = zone
        night = self._new_calendar(hours=((18, 24),), name="Night")
        other = self.env["product.product"].create({"name": "Fan", "is_service_equipment": True})
        types = self.env["service.call.type"].search([], limit=3)
        scopes = {
            "equipment_id": [False, False, self.unit_1.id, self.unit_2.id],
            "product_ids": [[], [], [Command.link(self.product.id)], [Command.link(other.id)]],
            "categ_ids": [[], [], [Command.link(self.category.id)]],
            "zone_ids": [[], [], [Command.link(zone.id)]],
            "site_ids": [[], [], [Command.link(self.site.id)], [Command.link(self.customer.id)]],
            "call_type_ids": [[], [], [Command.link(types[0].id)], [Command.link(types[1].id)]],
            "time_frame_calendar_id": [False, False, self.calendar.id, night.id],
            "sequence": [5, 10],
            "date_end": [date(2026, 3, 31), date(2026, 12, 31)],
        }
        for index in range(6):
            self._new_contract(
                rows=[{name: random.choice(values) for name, values in scopes.items()} for _row in range(8)],
                partner_id=random.choice([self.customer.id, self.other_customer.id]),
                site_ids=random.choice([[], [Command.link(self.site.id)]]),
                is_payment_blocked=index == 5,
                is_frame=True,
            )
        requests = [
            {
                "partner_id": random.choice([self.customer.id, self.other_customer.id]),
                "site_id": random.choice([False, self.site.id, self.customer.id]),
                "equipment_id": random.choice([False, self.unit_1.id, self.unit_2.id, self.unit_3.id]),
                "product_id": random.choice([False, other.id]),
                "call_type_id": random.choice(types.ids),
                "at": datetime(2026, 1, 1) + timedelta(hours=random.randrange(8000)),
            }
            for _call in range(40)
        ]
        Coverage = self.env["service.coverage"].with_user(self.user_reader)
        for asked, answer in zip(Coverage._read_requests(requests), Coverage.resolve(requests), strict=True):
            expected = self._get_expected_verdicts(Coverage, asked)
            found = [(entry["coverage_id"], entry["code"], entry["detail"]) for entry in answer["explanation"]]
            self.assertEqual(sorted(found, key=str), sorted(expected, key=str))

    def _get_expected_verdicts(self, Coverage, asked):
        """Return what the engine says of the rows that concern a request, read one by one as records."""
        rows = Coverage.search(Coverage._get_candidate_domain([asked])).filtered(
            lambda row: (row.equipment_id and row.equipment_id == asked.equipment)
            or (
                not row.equipment_id
                and (
                    row.commercial_partner_id == asked.partner
                    or (asked.site and asked.site in (row.site_ids or row.contract_id.site_ids))
                )
            )
        )
        frames = {
            frame.id
            for frame in rows.time_frame_calendar_id
            if frame._get_working_time(
                asked.tz, asked.at - timedelta(days=1), asked.at + timedelta(days=1), asked.company
            ).contains(asked.at)
        }
        zones = asked.equipment.zone_id or self.env["service.zone"].search([("site_ids", "in", asked.site.ids)])
        request = resolver.Request(
            day=asked.day,
            equipment=asked.equipment.id,
            product=asked.product.id,
            categories=tuple(int(key) for key in (asked.product.categ_id.parent_path or "").split("/") if key),
            zones=frozenset(zones.ids),
            site=asked.site.id,
            call_type=asked.call_type.id,
            open_frames=frozenset(frames),
        )
        _winner, verdicts = resolver.resolve(
            request,
            [
                resolver.Row(
                    key=row.id,
                    date_start=row.date_start,
                    date_end=row.date_end,
                    equipment=row.equipment_id.id,
                    products=frozenset(row.product_ids.ids),
                    categories=frozenset(row.categ_ids.ids),
                    zones=frozenset(row.zone_ids.ids),
                    sites=frozenset(row.site_ids.ids),
                    contract_sites=frozenset(row.contract_id.site_ids.ids),
                    call_types=frozenset(row.call_type_ids.ids),
                    time_frame=row.time_frame_calendar_id.id,
                    sequence=row.sequence,
                    refusals=tuple(row.contract_id._get_refusals()),
                )
                for row in rows
            ],
        )
        return [(verdict.row.key, verdict.code, verdict.detail) for verdict in verdicts]

    # ------------------------------------------------------------------
    # The explanation, stored and read
    # ------------------------------------------------------------------

    def test_stored_explanations_speak_the_readers_language(self):
        self._new_contract(rows=[{}, {"name": "ended", "date_end": date(2026, 3, 31)}])
        explanation = json.loads(json.dumps(self._resolve()["explanation"]))
        for entry in explanation:
            del entry["reason"]
        self.assertEqual(explanation[1]["values"], {"end": "2026-03-31"})
        Coverage = self.env["service.coverage"].with_user(self.user_reader)
        self.assertEqual(Coverage.render_explanation(explanation)[1]["reason"], "It ended on 03/31/2026.")
        self.env["res.lang"]._activate_lang("de_DE")
        german = Coverage.with_context(lang="de_DE").render_explanation(explanation)
        self.assertIn("31.03.2026", german[1]["reason"])
        self.assertNotIn("reason", explanation[1], "what is stored is not changed")

    def test_explanations_from_before_stay_readable(self):
        old = [{"coverage_id": 1, "contract": "C1", "row": "Row", "won": False, "reason": "It covers other sites."}]
        Coverage = self.env["service.coverage"].with_user(self.user_reader)
        self.assertEqual(Coverage.render_explanation(old), old)
        self.assertEqual(Coverage.render_explanation(False), [])
        unknown = [{"coverage_id": 1, "contract": "C1", "row": "Row", "won": False, "code": "moon", "detail": None}]
        self.assertEqual(Coverage.render_explanation(unknown)[0]["reason"], "moon")

    def test_every_verdict_has_a_sentence(self):
        reasons = self.env["service.coverage"]._get_reasons()
        codes = {*resolver.LOST, resolver.WON, *((code, None) for code in resolver.MISMATCHES)}
        self.assertLessEqual(codes, set(reasons))
