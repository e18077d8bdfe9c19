# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from odoo.addons.service_equipment.const import WORK_KINDS

from ..const import TERMS


class ServiceCoverageTerms(models.AbstractModel):
    """What is promised per kind of work: a term, and a discount on what is charged (rules.md 2).

    Contract types and contracts carry it as the default of their rows; a coverage row carries what counts.
    """

    _name = "service.coverage.terms"
    _description = "Terms per Kind of Work"

    term_labour = fields.Selection(selection=TERMS, string="Labour", required=True, default="chargeable")
    term_travel = fields.Selection(selection=TERMS, string="Travel Time", required=True, default="chargeable")
    term_distance = fields.Selection(selection=TERMS, string="Distance", required=True, default="chargeable")
    term_expense = fields.Selection(selection=TERMS, string="Expense", required=True, default="chargeable")
    term_part = fields.Selection(selection=TERMS, string="Part", required=True, default="chargeable")
    term_callout = fields.Selection(selection=TERMS, string="Call-out", required=True, default="chargeable")
    discount_labour = fields.Float(string="Labour Discount (%)", digits="Discount")
    discount_travel = fields.Float(string="Travel Time Discount (%)", digits="Discount")
    discount_distance = fields.Float(string="Distance Discount (%)", digits="Discount")
    discount_expense = fields.Float(string="Expense Discount (%)", digits="Discount")
    discount_part = fields.Float(string="Part Discount (%)", digits="Discount")
    discount_callout = fields.Float(string="Call-out Discount (%)", digits="Discount")

    _check_discounts = models.Constraint(
        "CHECK (LEAST({0}) >= 0 AND GREATEST({0}) <= 100)".format(
            ", ".join(f"discount_{kind}" for kind, _label in WORK_KINDS)
        ),
        "A discount is between 0 and 100 percent.",
    )

    def _get_term(self, kind):
        """Return the term (a key of TERMS) for a kind of work (a key of WORK_KINDS)."""
        self.ensure_one()
        return self[f"term_{kind}"]

    def _get_discount(self, kind):
        """Return the discount in percent on what is charged of a kind of work."""
        self.ensure_one()
        return self[f"discount_{kind}"]

    def _prepare_terms_values(self):
        """Return the terms and discounts as values for another record with the same fields."""
        self.ensure_one()
        return {
            f"{prefix}_{kind}": self[f"{prefix}_{kind}"]
            for prefix in ("term", "discount")
            for kind, _label in WORK_KINDS
        }
