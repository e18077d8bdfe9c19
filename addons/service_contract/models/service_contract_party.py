# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ServiceContract(models.Model):
    """With whom a contract is: a customer, several of them in a frame, or a supplier whose service we buy."""

    _inherit = "service.contract"

    kind = fields.Selection(
        selection=[("customer", "Customer"), ("supplier", "Supplier")],
        required=True,
        default="customer",
        index=True,
        help="A supplier's contract is what others promise us: it covers no call and is never invoiced.",
    )
    is_frame = fields.Boolean(
        string="Frame Contract",
        help="It also covers units and sites of other customers.",
    )
    supplier_contract_ids = fields.Many2many(
        comodel_name="service.contract",
        relation="service_contract_supplier_rel",
        column1="customer_contract_id",
        column2="supplier_contract_id",
        string="Supplier Contracts",
        domain="[('kind', '=', 'supplier'), ('company_id', '=', company_id)]",
        copy=False,
        check_company=True,
        groups="base.group_user",
        help="What we buy to keep this promise.",
    )
    customer_contract_ids = fields.Many2many(
        comodel_name="service.contract",
        relation="service_contract_supplier_rel",
        column1="supplier_contract_id",
        column2="customer_contract_id",
        string="Customer Contracts",
        domain="[('kind', '=', 'customer'), ('company_id', '=', company_id)]",
        copy=False,
        check_company=True,
        groups="base.group_user",
        help="The promises that this contract serves.",
    )

    @api.constrains("partner_id", "kind", "is_frame", "site_ids")
    def _check_customers(self):
        """Refuse sites and units of other customers, but for frames and what suppliers do for us."""
        for contract in self:
            contract._check_own(contract.site_ids)
        self.coverage_ids._check_customers()

    @api.constrains("kind", "supplier_contract_ids", "customer_contract_ids")
    def _check_linked_kinds(self):
        for contract in self:
            wrong = contract.supplier_contract_ids.filtered(lambda linked: linked.kind != "supplier")
            wrong |= contract.customer_contract_ids.filtered(lambda linked: linked.kind != "customer")
            has_own_kind = contract.supplier_contract_ids if contract.kind == "supplier" else (
                contract.customer_contract_ids
            )
            if wrong or has_own_kind:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: link contracts with customers to contracts with suppliers only.",
                        contract=contract.name,
                    )
                )

    def write(self, vals):
        if "kind" in vals:
            for contract in self:
                if contract.state != "draft" and contract.kind != vals["kind"]:
                    raise UserError(
                        self.env._(
                            "Contract %(contract)s has begun: it stays a contract with a customer, or with a supplier.",
                            contract=contract.name,
                        )
                    )
        return super().write(vals)

    def _check_own(self, records):
        """Refuse units or sites of another customer than the contract's.

        :param records: `service.equipment` or `res.partner`
        :raise ValidationError: which names the first one
        """
        self.ensure_one()
        if self.is_frame or self.kind == "supplier":
            return
        foreign = records.filtered(lambda record: record.commercial_partner_id != self.commercial_partner_id)
        if foreign:
            raise ValidationError(
                self.env._(
                    "%(record)s belongs to another customer than contract %(contract)s: make it a frame contract, or "
                    "choose what belongs to %(customer)s.",
                    record=foreign[0].display_name,
                    contract=self.name,
                    customer=self.commercial_partner_id.display_name,
                )
            )
