# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TODAY, ContractCase

READ, WRITE, NONE = "r", "rwcd", ""
ROLES = ("employee", "reader", "contract", "manager", "auditor", "portal")
# What each role may do with records of its own company; portal: with those of its own customer.
TABLE = {
    #                              employee reader contract manager auditor portal
    "service.call.type":          (NONE,    READ,  READ,    WRITE,  READ,   READ),
    "service.contract.type":      (NONE,    READ,  READ,    WRITE,  READ,   READ),
    "service.contract":           (NONE,    READ,  WRITE,   WRITE,  READ,   READ),
    "service.contract.period":    (NONE,    READ,  WRITE,   WRITE,  READ,   READ),
    "service.contract.suspension": (NONE,   READ,  READ,    READ,   READ,   NONE),
    "service.coverage":           (NONE,    READ,  WRITE,   WRITE,  READ,   READ),
    "service.sla.policy":         (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.sla.target":         (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.entitlement":        (NONE,    READ,  WRITE,   WRITE,  READ,   READ),
    "service.consumption":        (NONE,    READ,  READ,    READ,   READ,   NONE),
    "service.contract.close.reason": (NONE,  READ,  READ,    WRITE,  READ,   NONE),
    "service.contract.template": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.contract.template.line": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.contract.template.period": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.contract.template.service": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.price.index": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.price.index.value": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.regime": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.regime.rule": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.regime.step": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.regime.target": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.obligation": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.entitlement.package": (NONE,    READ,  READ,    WRITE,  READ,   NONE),
    "service.contract.service": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.contract.amendment": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.contract.amendment.line": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.special.day": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.downtime": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.obligation.fulfilment": (NONE, READ, READ, READ, READ, NONE),
    "service.contract.obligation": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.contract.document": (NONE,    READ,  WRITE,   WRITE,  READ,   NONE),
    "service.contract.renewal": (NONE, READ, READ, READ, READ, NONE),
}  # fmt: skip
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
PRICE_FIELDS = {
    "service.contract": ("amount_total", "pricelist_id", "renewal_increase"),
    "service.contract.renewal": ("amount_old", "amount_new", "increase", "index_value"),
    "service.contract.period": ("price",),
    "service.contract.template.line": ("price", "pricelist_id"),
    "service.contract.template.period": ("price",),
    "service.coverage": ("price", "pricelist_id"),
    "service.regime": ("charge_amount", "cap_percent", "cap_amount", "bonus_cap_percent", "bonus_cap_amount"),
    "service.regime.rule": ("percent", "amount", "cap_percent", "cap_amount", "sentence"),
    "service.regime.step": ("percent", "amount"),
    "service.regime.target": ("cap_percent", "cap_amount"),
    "service.contract.amendment": ("amount_difference", "amount_before", "amount_after", "amount_contract"),
    "service.contract.amendment.line": ("price", "pricelist_id", "price_before", "amount_difference"),
}


@tagged("post_install", "-at_install")
class TestSecurity(ContractCase):
    """Model x role x operation, in the own company and in another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: getattr(cls, f"user_{role}") for role in ROLES}
        cls.records = cls._new_records(cls.company)
        cls.foreign_records = cls._new_records(cls.env["res.company"].create({"name": "Second"}))

    @classmethod
    def _new_records(cls, company):
        """Make a contract with everything that hangs on it; return one record per model of the table."""
        env = cls.env(context={"allowed_company_ids": [company.id]})
        contract = env["service.contract"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": company.id,
                "date_start": "2026-01-01",
                "coverage_ids": [Command.create({})],
                "period_ids": [Command.create({"free_hours": 4})],
            }
        )
        contract.action_activate()
        contract.action_suspend(date="2026-06-01")
        policy = env["service.sla.policy"].create(
            {"name": "Level", "company_id": company.id, "target_ids": [Command.create({"budget_minutes": 60})]}
        )
        records = {
            "service.call.type": env["service.call.type"].create(
                {"name": "Own", "code": "OWN", "company_id": company.id}
            ),
            "service.contract.type": env["service.contract.type"].create({"name": "Own", "company_id": company.id}),
            "service.contract": contract,
            "service.contract.period": contract.period_ids,
            "service.contract.suspension": contract.suspension_ids,
            "service.coverage": contract.coverage_ids,
            "service.sla.policy": policy,
            "service.sla.target": policy.target_ids,
            "service.entitlement": contract.entitlement_ids,
            "service.consumption": env["service.entitlement"]._consume("hours", 1.0, TODAY, contract)[0],
        }
        records.update(cls._new_template_records(env))
        records.update(cls._new_life_records(env, contract))
        records.update(cls._new_regime_records(env, contract))
        records.update(cls._new_duty_records(env, contract))
        return {model: record.with_env(cls.env) for model, record in records.items()}

    @classmethod
    def _new_template_records(cls, env):
        company = env.company
        template = env["service.contract.template"].create({"name": "Own", "company_id": company.id})
        return {
            "service.contract.close.reason": env["service.contract.close.reason"].create(
                {"name": "Own", "company_id": company.id}
            ),
            "service.contract.template": template,
            "service.contract.template.service": env["service.contract.template.service"].create(
                {"template_id": template.id, "call_type_id": cls.call_type.id}
            ),
            **{
                model: env[model].create({"template_id": template.id})
                for model in ("service.contract.template.line", "service.contract.template.period")
            },
        }

    @classmethod
    def _new_life_records(cls, env, contract):
        index = env["service.price.index"].create({"name": "Own", "company_id": contract.company_id.id})
        amendment = env["service.contract.amendment"].create({"contract_id": contract.id})
        return {
            "service.price.index": index,
            "service.price.index.value": env["service.price.index.value"].create(
                {"index_id": index.id, "date": "2026-01-01", "value": 100.0}
            ),
            "service.contract.amendment": amendment,
            "service.contract.amendment.line": env["service.contract.amendment.line"].create(
                {"amendment_id": amendment.id, "action": "remove", "coverage_id": contract.coverage_ids.id}
            ),
            "service.contract.service": env["service.contract.service"].create(
                {"contract_id": contract.id, "call_type_id": cls.call_type.id}
            ),
            "service.contract.renewal": env["service.contract.renewal"].create(
                {
                    "contract_id": contract.id,
                    "date_end_old": "2026-12-31",
                    "date_start": "2027-01-01",
                    "date_end": "2027-12-31",
                }
            ),
            "service.contract.document": env["service.contract.document"].create(
                {"contract_id": contract.id, "name": "own.txt", "raw": b"own"}
            ),
        }

    @classmethod
    def _new_regime_records(cls, env, contract):
        company = contract.company_id
        regime = env["service.regime"].create({"name": "Own", "company_id": company.id})
        rule = env["service.regime.rule"].create({"regime_id": regime.id})
        unit = env["service.equipment"].create(
            {"product_id": cls.product.id, "partner_id": cls.customer.id, "company_id": company.id}
        )
        return {
            "service.regime": regime,
            "service.regime.rule": rule,
            "service.regime.step": env["service.regime.step"].create({"rule_id": rule.id, "bound": 98.0}),
            "service.regime.target": env["service.regime.target"].create({"regime_id": regime.id, "target": 98.0}),
            "service.special.day": env["service.special.day"].create({"name": "Own", "company_id": company.id}),
            "service.downtime": env["service.downtime"].create({"equipment_id": unit.id}),
        }

    @classmethod
    def _new_duty_records(cls, env, contract):
        company = contract.company_id
        obligation = env["service.obligation"].create({"name": "Own", "company_id": company.id})
        duty = env["service.contract.obligation"].create(
            {"contract_id": contract.id, "obligation_id": obligation.id}
        )
        return {
            "service.obligation": obligation,
            "service.contract.obligation": duty,
            "service.obligation.fulfilment": duty.action_done(),
            "service.entitlement.package": env["service.entitlement.package"].create(
                {"name": "Own", "company_id": company.id}
            ),
        }

    def test_every_model_is_in_the_table(self):
        own = self.env["ir.model.data"].search([("module", "=", "service_contract"), ("model", "=", "ir.model")])
        models = self.env["ir.model"].browse(own.mapped("res_id")).filtered(
            lambda model: model.model.startswith("service.") and not model.transient and not model.abstract
        )
        declared = {model.model for model in models if self.env[model.model]._original_module == "service_contract"}
        self.assertEqual(declared, set(TABLE))

    def test_own_company(self):
        for model, allowed in TABLE.items():
            for role, rights in zip(ROLES, allowed, strict=True):
                record = self.records[model].with_user(self.users[role])
                for key, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(record.has_access(operation), key in rights)

    def test_other_company(self):
        for model in TABLE:
            for role in set(ROLES) - {"portal"}:
                record = self.foreign_records[model].with_user(self.users[role])
                with self.subTest(model=model, role=role):
                    self.assertFalse(record.has_access("read"))

    def test_other_customer(self):
        """A customer reads nothing of another one's contract."""
        self.records["service.contract"].partner_id = self.other_customer
        for model, allowed in TABLE.items():
            if allowed[-1] and model not in ("service.call.type", "service.contract.type"):
                with self.subTest(model=model):
                    self.assertFalse(self.records[model].with_user(self.user_portal).has_access("read"))

    def test_prices(self):
        """Readers see cover without prices; contract managers and auditors see them."""
        for model, field_names in PRICE_FIELDS.items():
            for role, is_seen in [("reader", False), ("portal", False), ("contract", True), ("auditor", True)]:
                record = self.records[model].with_user(self.users[role])
                with self.subTest(model=model, role=role):
                    seen = [name for name in field_names if name in record.fields_get()]
                    self.assertEqual(seen, list(field_names) if is_seen else [])

    def test_letters_and_notes_on_prices(self):
        """Who sees no prices reads the notes on a contract, and neither letters nor notes on prices."""
        contract = self.records["service.contract"]
        post = contract.with_user(self.user_contract).message_post
        bodies = {
            "internal note": post(body="Ring at the gate", subtype_xmlid="mail.mt_note"),
            "log": contract._message_log(body="Suspended"),
            "price note": post(body="1,200.00 a year", subtype_xmlid="service_contract.mt_price"),
            "letter": post(body="1,200.00 a year", message_type="comment", subtype_xmlid="mail.mt_comment"),
            "mail sent": contract._message_log(body="1,200.00 a year", message_type="email_outgoing"),
            "mail": contract.message_post(body="1,100.00?", message_type="email", subtype_xmlid="mail.mt_comment"),
        }
        messages = self.env["mail.message"].union(*bodies.values())
        names = {message.id: name for name, message in bodies.items()}
        for user, expected in (
            (self.user_reader, ["internal note", "log"]),
            (self.user_contract, list(bodies)),
            (self.user_auditor, list(bodies)),
        ):
            self.env.invalidate_all()
            readable = messages.with_user(user)._filtered_access("read")
            found = self.env["mail.message"].with_user(user).search([("id", "in", messages.ids)], order="id")
            with self.subTest(user=user.login):
                self.assertEqual([names[message.id] for message in readable], expected)
                self.assertEqual(found, readable)
                self.assertEqual(contract.with_user(user).message_ids & messages, readable)
        amendment = self.records["service.contract.amendment"]
        letter = amendment.message_post(body="1,200.00", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertFalse(letter.with_user(self.user_reader).has_access("read"))
        self.assertTrue(letter.with_user(self.user_contract).has_access("read"))
        told = post(
            body="1,200.00",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.user_reader.partner_id.ids,
        )
        self.assertTrue(told.with_user(self.user_reader).has_access("read"), "he got it himself")

    def test_following_a_contract_brings_no_prices(self):
        """An employee who sees no prices gets no letter by following, with whatever it brings; who sees prices does."""
        contract = self.records["service.contract"].with_user(self.user_contract)
        subtypes = [self.env.ref(name).id for name in ("mail.mt_comment", "mail.mt_note", "service_contract.mt_price")]
        followers = self.user_reader.partner_id | self.user_auditor.partner_id
        for user in (self.user_reader, self.user_auditor):
            contract.with_user(user).message_subscribe(user.partner_id.ids, subtypes)
        for subtype, expected in (
            ("mail.mt_note", followers),
            ("mail.mt_comment", self.user_auditor.partner_id),
            ("service_contract.mt_price", self.user_auditor.partner_id),
        ):
            message = contract.message_post(body="1,200.00 a year", message_type="comment", subtype_xmlid=subtype)
            with self.subTest(subtype=subtype):
                self.assertEqual(message.sudo().notified_partner_ids & followers, expected)
        chosen = contract.message_post(
            body="1,200.00 a year",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.user_reader.partner_id.ids,
        )
        self.assertEqual(chosen.sudo().notified_partner_ids & followers, followers)

    def test_amendments_keep_their_prices_too(self):
        """Neither by following an amendment nor by its files does an employee come to prices."""
        amendment = self.records["service.contract.amendment"].with_user(self.user_contract)
        followers = self.user_reader.partner_id | self.user_auditor.partner_id
        subtype = self.env.ref("mail.mt_comment")
        for user in (self.user_reader, self.user_auditor):
            amendment.with_user(user).message_subscribe(user.partner_id.ids, subtype.ids)
        message = amendment.message_post(
            body="1,200.00 a year",
            message_type="comment",
            subtype_id=subtype.id,
            attachments=[("offer.txt", b"1,200.00")],
        )
        self.assertEqual(message.sudo().notified_partner_ids & followers, self.user_auditor.partner_id)
        self.env.invalidate_all()
        self.assertFalse(message.attachment_ids.with_user(self.user_reader).has_access("read"))
        self.assertTrue(message.attachment_ids.with_user(self.user_auditor).has_access("read"))

    def test_actions_follow_the_rights(self):
        contract = self.records["service.contract"]
        for action in ("action_suspend", "action_cancel", "action_renew"):
            for role in ("reader", "auditor", "portal"):
                with self.subTest(action=action, role=role), self.assertRaises(AccessError):
                    getattr(contract.with_user(self.users[role]), action)()
