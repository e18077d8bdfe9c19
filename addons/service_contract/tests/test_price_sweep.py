# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, ContractCase

PRICE_GROUP = "service_contract.group_service_contract_price"
NUMBER = re.compile(r"\d(?:[\d,.\u00a0\u202f]*\d)?")
NUMBERS, TEXTS = ("float", "monetary", "integer"), ("char", "text", "html", "json", "properties", "reference")
# Below it, or without cents, a number says nothing: it may be an id, a count or a year.
LEAST_SECRET = 3000.0


@tagged("post_install", "-at_install")
class TestPriceSweep(ContractCase):
    """Whoever sees no prices finds none, wherever he looks: a contract lives through everything at peculiar prices.

    What is secret is read from the fields that are for those who see prices, so that no list has to be kept here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(
            rows=[{"equipment_id": unit.id, "price": 7733.17} for unit in (cls.unit_1, cls.unit_2)],
            regime_id=cls._new_regime().id,
            period_ids=[Command.create({"free_hours": 4, "price": 8844.29})],
            activate=False,
        )
        cls.contract.action_offer()
        cls.contract.action_activate()
        cls._new_amendment().action_apply()
        cls.waiting = cls._new_amendment()
        cls._sell_package()
        cls.contract.action_suspend(date="2026-04-20", date_end="2026-05-20")
        cls.contract._renew(increase=3.7)
        cls.contract.document_ids = [Command.create({"name": "signed.txt", "kind": "contract", "raw": b"7,733.17"})]
        cls.env["ir.attachment"].create(
            {"name": "letter.txt", "raw": b"7,733.17", "res_model": "service.contract", "res_id": cls.contract.id}
        )
        cls.env.flush_all()
        cls.secrets = cls._get_secrets()

    @classmethod
    def _new_regime(cls):
        return cls.env["service.regime"].create(
            {
                "name": "Available",
                "charge_basis": "fixed",
                "charge_amount": 9955.41,
                "target_ids": [Command.create({"metric": "availability", "target": 98.0, "cap_amount": 6622.83})],
            }
        )

    @classmethod
    def _new_amendment(cls):
        row = cls.contract.coverage_ids.filtered(lambda row: row.price and row.equipment_id == cls.unit_1)[-1:]
        return (
            cls.env["service.contract.amendment"]
            .with_user(cls.user_contract)
            .create(
                {
                    "contract_id": cls.contract.id,
                    "date": "2026-06-01",
                    "line_ids": [Command.create({"action": "reprice", "coverage_id": row.id, "price": 5511.63})],
                }
            )
        )

    @classmethod
    def _sell_package(cls):
        package = cls.env["service.entitlement.package"].create({"name": "Ten hours", "quantity": 10.0})
        cls.contract.action_sell_package(package.id, date=TODAY, count=1, price=4477.91)

    @classmethod
    def _get_secrets(cls):
        """Return the numbers that stand in the fields for those who see prices."""
        secrets = set()
        for name in cls.env.registry:
            model = cls.env[name]
            if not name.startswith("service.") or model._abstract or model._transient:
                continue
            fields = [field.name for field in model._fields.values() if PRICE_GROUP in (field.groups or "")]
            fields = [field for field in fields if model._fields[field].type in NUMBERS]
            secrets |= {round(record[field], 2) for record in model.search([]) for field in fields}
        return {number for number in secrets if number >= LEAST_SECRET and number % 1}

    def _find_secrets(self, value):
        """Return the secrets that a number or a text tells."""
        if isinstance(value, (int, float)):
            return {round(value, 2)} & self.secrets
        found = set()
        for text in NUMBER.findall(str(value)):
            for plain in (re.sub(r"[,\u00a0\u202f]", "", text), text.replace(".", "").replace(",", ".")):
                try:
                    found.add(round(float(plain), 2))
                except ValueError:
                    continue
        return found & self.secrets

    def _search_all(self, user):
        """Yield (model, field, value) of whatever a user reads of the newest records of each model."""
        env = self.env(user=user.id, su=False)
        for name in sorted(self.env.registry):
            model = env[name]
            if name.startswith("ir.") or model._abstract or model._transient or not model.has_access("read"):
                continue
            records = model.search([], order="id desc", limit=200)
            for field in model._fields.values():
                if field.type in NUMBERS + TEXTS and model._has_field_access(field, "read"):
                    try:
                        yield from ((name, field.name, record[field.name]) for record in records)
                    except AccessError:
                        continue  # computed of what he may not read

    def test_there_are_secrets(self):
        """The sweep looks for something: each price that was typed, and what follows from them."""
        self.assertLessEqual({7733.17, 8844.29, 9955.41, 6622.83, 5511.63, 4477.91}, self.secrets)
        self.assertIn(round(self.contract.amount_total, 2), self.secrets)
        leaks = [value for _model, _field, value in self._search_all(self.user_contract) if self._find_secrets(value)]
        self.assertGreater(len(leaks), 20, "a contract manager finds them with the same eyes")

    def test_readers_find_no_price(self):
        """In no field of any record: contracts, messages, activities, whatever another module adds."""
        leaks = [
            (model, field, value)
            for model, field, value in self._search_all(self.user_reader)
            if value and self._find_secrets(value)
        ]
        self.assertFalse(leaks)

    def test_readers_open_no_file_with_prices(self):
        letters = Domain("res_model", "=", "service.contract") & Domain("res_id", "=", self.contract.id)
        files = self.env["ir.attachment"].search(letters) | self.contract.document_ids.ir_attachment_id
        self.assertEqual(len(files), 2)
        for file in files:
            with self.subTest(file=file.name):
                self.assertFalse(file.with_user(self.user_reader).has_access("read"))
                self.assertTrue(file.with_user(self.user_contract).has_access("read"))

    def test_no_answer_tells_readers_a_price(self):
        """Neither what the methods of a contract return, nor its papers, nor the sentences that refuse."""
        context = {"active_model": "service.contract", "active_id": self.contract.id}
        contract = self.contract.with_user(self.user_reader).with_context(context)
        answers = {
            "performance": lambda: json.dumps(contract.performance("2026-03-01", "2026-03-31")),
            "page": lambda: json.dumps(contract.get_performance_page()),
            "history": lambda: json.dumps(contract.history()),
            "preview": lambda: json.dumps(contract.renewal_preview()),
            "export": lambda: contract.export_data(["name", "amount_total", "coverage_ids/price"]),
            "search": lambda: contract.search([("coverage_ids.price", ">", 1.0)]),
            "sums": lambda: contract.formatted_read_group([], ["state"], ["amount_total:sum"]),
            "copy": contract.copy_data,
            "apply": self.waiting.with_user(self.user_reader).action_apply,
            **{
                name: getattr(contract, name)
                for name in dir(type(contract))
                if name.startswith("action_") and callable(getattr(type(contract), name))
            },
        }
        report = self.env["ir.actions.report"].with_user(self.user_reader)
        for name in ("report_service_contract", "report_service_contract_unpriced"):
            answers[name] = lambda name=name: report._render_qweb_html(
                f"service_contract.{name}", contract.ids, data={"prices": True}
            )[0].decode()
        for name, ask in answers.items():
            with self.subTest(answer=name), mute_logger("odoo.models"):
                try:
                    with self.env.cr.savepoint():
                        told = ask()
                except (UserError, TypeError) as refusal:
                    told = refusal
                self.assertFalse(self._find_secrets(told))
