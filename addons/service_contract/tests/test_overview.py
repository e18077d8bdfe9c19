# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestOwnFields(ContractCase):
    """Own fields on contracts and coverage rows, defined on the contract type."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env.ref("service_contract.contract_type_quota").with_user(cls.user_manager)
        cls.type.write(
            {
                "contract_properties_definition": [{"name": "room", "type": "char", "string": "Room", "default": "A"}],
                "coverage_properties_definition": [{"name": "lane", "type": "integer", "string": "Lane"}],
            }
        )

    def test_contract(self):
        with Form(self.env["service.contract"].with_user(self.user_contract)) as form:
            form.partner_id = self.customer
            form.type_id = self.type
        contract = form.save()
        self.assertEqual(contract.contract_properties["room"], "A")
        contract.contract_properties = {"room": "B"}
        self.assertEqual(contract.copy().contract_properties["room"], "B")
        Contract = self.env["service.contract"].with_user(self.user_reader)
        self.assertEqual(Contract.search([("contract_properties.room", "=", "B")], order="id", limit=1), contract)

    def test_coverage(self):
        contract = self._new_contract(rows=[{"equipment_id": self.unit_1.id}], type_id=self.type.id)
        row = contract.coverage_ids
        row.coverage_properties = {"lane": 3}
        row.invalidate_recordset()
        self.assertEqual(row.coverage_properties["lane"], 3)
        following = row.action_reprice("2026-07-01", 10.0)
        self.assertEqual(following.coverage_properties["lane"], 3)

    def test_customers_do_not_see_them(self):
        fields = self.env["service.contract"].with_user(self.user_portal).fields_get()
        self.assertNotIn("contract_properties", fields)


@tagged("post_install", "-at_install")
class TestContractHistory(ContractCase):
    """Everything logged against a contract, a page at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_story_contract()
        cls.bucket = cls.contract.entitlement_ids.filtered(lambda bucket: bucket.unit == "hours")
        for day, hours in ((date(2026, 4, 1), 1.0), (date(2026, 4, 10), 1.5)):
            cls.env["service.entitlement"]._consume("hours", hours, day, cls.contract, prepare={"note": f"Call {day}"})
        cls.contract.action_suspend(date="2026-04-05", reason="Works on the roof")
        cls.contract.message_post(body="They called about the roof", message_type="comment")

    def _get_page(self, user=None, **options):
        return self.contract.with_user(user or self.user_reader).get_history_page(**options)

    def test_newest_first(self):
        entries = self.contract.with_user(self.user_reader).history()
        self.assertEqual(
            [(entry["date"], entry["kind"]) for entry in entries],
            [
                ("2026-04-15", "message"),
                ("2026-04-10", "consumption"),
                ("2026-04-05", "suspension"),
                ("2026-04-01", "consumption"),
            ],
        )
        self.assertEqual(entries[1]["text"], "+1.5 Hours - Call 2026-04-10")
        self.assertIn("Works on the roof", entries[2]["text"])

    def test_page(self):
        page = self._get_page(limit=2)
        self.assertEqual((page["total"], len(page["entries"])), (4, 2))
        older = self._get_page(limit=2, offset=2)["entries"]
        self.assertEqual([entry["kind"] for entry in older], ["suspension", "consumption"])
        self.assertEqual(
            {each["kind"]: each["count"] for each in page["kinds"]},
            {"consumption": 2, "suspension": 1, "message": 1},
        )

    def test_filters(self):
        self.assertEqual(self._get_page(kinds=["suspension"])["total"], 1)
        self.assertEqual(self._get_page(search="roof")["total"], 2)
        page = self._get_page(date_from="2026-04-05", date_to="2026-04-10")
        self.assertEqual([entry["kind"] for entry in page["entries"]], ["consumption", "suspension"])
        # 00:30 in Rome is still the day before in UTC.
        self.contract.message_ids.filtered(lambda message: message.message_type == "comment").date = datetime(
            2026, 4, 14, 22, 30
        )
        self.assertEqual(self._get_page(date_from="2026-04-15", kinds=["message"])["total"], 1)
        self.assertEqual(self._get_page(date_to="2026-04-14", kinds=["message"])["total"], 0)
        with self.assertRaisesRegex(UserError, "ends before it starts"):
            self._get_page(date_from="2026-04-10", date_to="2026-04-05")

    def test_amendments_and_documents(self):
        self.contract.coverage_ids[0].action_end("2026-06-30")
        self.env["service.contract.document"].with_user(self.user_contract).create(
            {"contract_id": self.contract.id, "name": "Annex A", "kind": "annex", "raw": b"Parts in stock"}
        )
        page = self._get_page(kinds=["amendment", "document"])
        self.assertEqual(
            [(entry["date"], entry["kind"], entry["can_open"]) for entry in page["entries"]],
            [("2026-07-01", "amendment", True), ("2026-04-15", "document", True)],
        )
        self.assertEqual(page["entries"][1]["text"], "Annex")

    def test_customers_get_none(self):
        for method in ("history", "get_history_page"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.contract.with_user(self.user_portal), method)()

    def test_a_page_costs_as_much_with_twice_the_entries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_page(limit=5)
            return self.env.cr.sql_log_count - before

        def consume(times):
            for _index in range(times):
                self.env["service.entitlement"]._consume("hours", 0.1, date(2026, 4, 12), self.contract)

        consume(6)
        count()
        few = count()
        consume(12)
        self.assertEqual(count(), few)
