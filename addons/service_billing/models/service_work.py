# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import LEDGER_READERS


class ServiceWork(models.Model):
    _inherit = "service.work"

    charge_ids = fields.One2many(
        comodel_name="service.charge", inverse_name="work_id", groups=LEDGER_READERS
    )
    is_to_bill = fields.Boolean(
        string="To Bill",
        compute="_compute_is_to_bill",
        store=True,
        help="Validated, with something to charge, and not on an invoice.",
    )

    _to_bill_idx = models.Index("(company_id, date) WHERE is_to_bill IS TRUE")

    @api.depends("state", "quantity_chargeable", "charge_ids.state")
    def _compute_is_to_bill(self):
        for work in self:
            work.is_to_bill = (
                work.state == "validated"
                and work.quantity_chargeable > 0
                and all(charge.state == "cancelled" for charge in work.charge_ids)
            )

    # -------------------------------------------------------------------------
    # PRICE
    # -------------------------------------------------------------------------

    def _get_due_charges(self, date):
        """Return the ledger rows of these chargeable work lines.

        :param date: date of the run; later work is left for a later run
        :return: list of `service.charge` values, without the invoice line
        """
        due = self.filtered(lambda work: work.is_to_bill and work.date <= date)
        return [work._prepare_charge_values(date) for work in due.sorted("date")]

    def _prepare_charge_values(self, date):
        """Prepare the ledger row of one chargeable work line.

        :param date: date of the run
        :return: dict of `service.charge` values
        """
        self.ensure_one()
        customer = self._get_billed_partner()
        currency = self._get_price_currency()
        price_unit = self._get_price_unit(currency)
        return {
            "kind": "work",
            "contract_id": self.contract_id.id,
            "coverage_id": False,
            "work_id": self.id,
            "equipment_id": self.equipment_id.id,
            "site_id": self.call_id.site_id.id,
            "partner_id": customer.id,
            "period_start": self.date,
            "period_end": self.date,
            "revision": 1,
            "date": date,
            "description": self._get_charge_description(customer),
            "product_id": self.product_id.id,
            "uom_id": self.uom_id.id,
            "quantity": self.quantity_chargeable,
            "price_unit": price_unit,
            "discount": self.discount,
            "amount": currency.round(self.quantity_chargeable * price_unit * (1 - self.discount / 100)),
            "currency_id": currency.id,
            "company_id": self.company_id.id,
        }

    def _get_billed_partner(self):
        """Return who pays: the contract's customer, else the call's."""
        self.ensure_one()
        return self.contract_id.partner_id or self.partner_id

    def _get_pricelist(self):
        """Return the tariff: the coverage row's, the contract's, else the customer's."""
        self.ensure_one()
        customer = self._get_billed_partner().with_company(self.company_id)
        return (
            self.coverage_id.pricelist_id
            or self.contract_id.pricelist_id
            or customer.property_product_pricelist
        )

    def _get_price_currency(self):
        """Return the currency of the charge: the contract's, else the tariff's, else the company's."""
        self.ensure_one()
        return self.contract_id.currency_id or self._get_pricelist().currency_id or self.company_id.currency_id

    def _get_price_unit(self, currency):
        """Return the price of one unit of this work, before the discount of its cover."""
        self.ensure_one()
        return self._get_pricelist()._get_product_price(
            self.product_id.with_company(self.company_id),
            self.quantity_chargeable,
            currency=currency,
            uom=self.uom_id,
            date=self.date,
        )

    def _get_charge_description(self, customer):
        """Return the text of the invoice line, in the customer's language."""
        self.ensure_one()
        product = self.product_id.with_context(lang=customer.lang)
        return f"{self.call_id.name}: {product.display_name}"

    # -------------------------------------------------------------------------
    # COST AND VALIDATION
    # -------------------------------------------------------------------------

    def _get_unit_cost(self):
        """Value an engineer's time at his own hourly cost, where he has one."""
        self.ensure_one()
        if self.kind in ("labour", "travel"):
            # hourly_cost is for HR only; here it becomes the frozen cost of the line, which has a group of its own.
            employee = self.resource_id.sudo().employee_id[:1]
            if employee.hourly_cost:
                return employee.currency_id._convert(
                    employee.hourly_cost, self.currency_id, self.company_id, self.date, round=False
                )
        return super()._get_unit_cost()

    def _check_can_unvalidate(self):
        """Refuse for work that stands on an invoice."""
        super()._check_can_unvalidate()
        # Whoever un-validates need not see invoices; he must still be told that there is one.
        for work in self.sudo():
            charge = work.charge_ids.filtered(lambda charge: charge.state != "cancelled")[:1]
            if charge:
                raise UserError(self.env._(
                    "%(work)s is billed on %(invoice)s: cancel that invoice first.",
                    work=work.display_name,
                    invoice=charge.move_id.display_name,
                ))
