# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceWarrantyTerms(models.AbstractModel):
    """The warranty that is given with what is sold: how long, on what, from when."""

    _name = "service.warranty.terms"
    _description = "Warranty Terms"

    warranty_parts_months = fields.Integer(string="Warranty on Parts (months)")
    warranty_labour_months = fields.Integer(string="Warranty on Labour (months)")
    warranty_basis = fields.Selection(
        selection=[("delivery", "Delivery"), ("installation", "Installation")],
        string="Warranty Starts With",
        default="delivery",
        required=True,
    )
    warranty_covers_travel = fields.Boolean(
        help="Travel time, distance and call-out are under warranty as long as labour is.",
    )
    warranty_note = fields.Char(
        string="Warranty Terms",
        compute="_compute_warranty_note",
        help="The terms that units sold today get, and where these terms come from.",
    )

    _warranty_months_positive = models.Constraint(
        "CHECK(warranty_parts_months >= 0 AND warranty_labour_months >= 0)",
        "A warranty cannot last a negative number of months.",
    )

    def _compute_warranty_note(self):
        terms_by_record = self._get_warranty_terms()
        for record in self:
            record.warranty_note = self._get_warranty_note(terms_by_record[record])

    def _get_warranty_terms(self):
        """Return the warranty terms in force for each of these records.

        :return: dict of record to a dict: `parts_months`, `labour_months`, `basis` ("delivery" or
            "installation"), `covers_travel`, and `source`, the product or category that says so (empty when none does)
        """
        raise NotImplementedError

    def _prepare_warranty_terms(self):
        """Return the terms that one record says itself; those of no record are no warranty."""
        return {
            "parts_months": self.warranty_parts_months,
            "labour_months": self.warranty_labour_months,
            "basis": self.warranty_basis or "delivery",
            "covers_travel": self.warranty_covers_travel,
            "source": self,
        }

    @api.model
    def _get_warranty_note(self, terms):
        """Return terms in one sentence, for the forms of products and categories."""
        if not terms["source"]:
            return self.env._("No warranty: neither the category nor one above it has terms.")
        values = {
            "giver": terms["source"].display_name,
            "parts": terms["parts_months"],
            "labour": terms["labour_months"],
        }
        if not terms["parts_months"] and not terms["labour_months"]:
            return self.env._("No warranty, as %(giver)s says.", giver=values["giver"])
        if terms["basis"] == "installation":
            note = self.env._(
                "Parts %(parts)s months, labour %(labour)s months from installation, as %(giver)s says.",
                **values,
            )
        else:
            note = self.env._(
                "Parts %(parts)s months, labour %(labour)s months from delivery, as %(giver)s says.",
                **values,
            )
        return " ".join((note, self.env._("Travel is covered."))) if terms["covers_travel"] else note
