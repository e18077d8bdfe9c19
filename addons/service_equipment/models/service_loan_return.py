# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceLoan(models.Model):
    """How lent equipment comes back, and where the lent unit stands meanwhile."""

    _inherit = "service.loan"

    def _take_back(self, date, condition, quantity, note=""):
        """Take lent equipment back, all of it or a part of its quantity.

        :param date: the day at the site on which it came back
        :param str condition: a key of `condition_in`; it decides where the equipment goes
        :param float quantity: in the product's unit of measure
        :param str note: what was found, for the record
        :raise UserError: when the loan is not out, or the equipment not where it was lent to
        """
        self.ensure_one()
        self._check_transition("returned")
        self._lock_parts()
        self._check_can_take_back(date, quantity)
        if not self._get_present_location():
            self._transfer_back(quantity, condition)
        self.write({"quantity_returned": self.quantity_returned + quantity, "condition_in": condition})
        self.message_post(body=self._get_return_message(condition, quantity, note), subtype_xmlid="mail.mt_note")
        if self.product_uom_id.compare(self.quantity_returned, self.quantity) < 0:
            return
        self.date_returned = date
        self._place_unit(self.home_site_id)
        if condition == "lost":
            self._retire_lost_unit()
        self._transition("returned")
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._after_returned()

    def _get_return_message(self, condition, quantity, note):
        labels = dict(self._fields["condition_in"]._description_selection(self.env))
        message = self.env._(
            "%(quantity)s %(uom)s back: %(condition)s.",
            quantity=quantity,
            uom=self.product_uom_id.name,
            condition=labels[condition],
        )
        return f"{message} {note}" if note else message

    def _place_unit(self, site):
        """Let the lent unit stand at a site; remember where it stood when it goes out."""
        self.ensure_one()
        # The user may lend a unit, not edit the register by hand.
        loan = self.sudo()
        unit = loan.loan_equipment_id
        if loan.state == "draft":
            loan.home_site_id = unit.site_id
        # A unit that was sold to its borrower meanwhile stays where it is.
        if unit.is_own_unit:
            unit.site_id = site

    def _retire_lost_unit(self):
        # The user may report a loss, not edit the register by hand.
        unit = self.sudo().loan_equipment_id
        if unit and unit.state != "retired":
            unit.action_retire()
            unit.message_post(body=self.env._("Lost on loan %(loan)s.", loan=self.name), subtype_xmlid="mail.mt_note")

    def _after_returned(self):
        """Hook: this loan came back in full."""
