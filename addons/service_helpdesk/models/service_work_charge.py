# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import math

from odoo import models

from ..const import FREE_CALL_KINDS
from .service_work import TIME_KINDS

# Which quota a kind of work draws on, beside the free call.
QUOTA_UNIT_BY_KIND = {"labour": "hours", "distance": "km"}


class ServiceWork(models.Model):
    """Who pays for a line: the rules of rules.md 4, run as superuser by the validation."""

    _inherit = "service.work"

    def _charge(self):
        """Split the quantity into free and chargeable, and take from the quotas what they give."""
        self.ensure_one()
        self.contract_id._check_period_open(self.date)
        terms = (self.call_id.payer_terms or {}).get(self.kind) or {}
        payer, term = terms.get("payer", "customer"), terms.get("term", "chargeable")
        quantity = self._get_counted_quantity()
        self._take_free_call()
        if payer == "customer" or term == "chargeable":
            free, reason = 0.0, self.call_id.cover_reason or self.env._("Not covered")
        elif term == "included":
            free, reason = quantity, self.env._("Paid by the %(payer)s", payer=self._get_payer_label(payer))
        else:
            free, reason = self._take_from_quotas(quantity)
            if payer == "warranty":
                free, reason = quantity, self.env._("Paid by the warranty; %(reason)s", reason=reason)
        self.write(
            {
                "payer": "customer" if term == "chargeable" else payer,
                "term": term,
                "quantity_free": free,
                "quantity_chargeable": self.uom_id.round(quantity - free),
                "discount": terms.get("discount", 0.0),
                "charge_reason": reason,
            }
        )

    def _uncharge(self):
        """Give back what these lines took, and the free call once its call has no validated line."""
        given_back = self.consumption_ids.filtered(lambda row: not row.reversal_of_id and not row.reversal_ids)
        for call in self.call_id:
            if not call.work_ids.filtered(lambda line: line.state == "validated"):
                given_back |= call._get_free_call()
        given_back._reverse()
        self.write(
            {
                "payer": False,
                "term": False,
                "quantity_free": 0.0,
                "quantity_chargeable": 0.0,
                "discount": 0.0,
                "charge_reason": False,
                "unit_cost": 0.0,
                "cost": 0.0,
            }
        )

    def _get_counted_quantity(self):
        """Return the quantity that is drawn or charged: time is rounded up to the product's step and minimum."""
        product = self.product_id
        if self.kind not in TIME_KINDS or not (product.service_time_step or product.service_time_minimum):
            return self.quantity
        minutes = self.quantity * 60
        if step := product.service_time_step:
            # Hundredths of a minute only: a float's dust must not cost a step.
            minutes = math.ceil(round(minutes / step, 4)) * step
        return max(minutes, product.service_time_minimum) / 60

    def _take_free_call(self):
        """At the first validated line of a call, take the one free call that waives call-out, travel and distance."""
        call = self.call_id
        terms = call.payer_terms or {}
        has_quota = any(
            terms.get(kind, {}).get("payer") == "contract" and terms[kind]["term"] == "from_buckets"
            for kind in FREE_CALL_KINDS
        )
        is_first = not call.work_ids.filtered(lambda line: line.state == "validated")
        if has_quota and is_first and not call._get_free_call():
            self.env["service.entitlement"]._consume(
                unit="calls",
                quantity=1,
                date=self.date,
                contract=self.contract_id,
                call_type=call.type_id,
                prepare={"call_id": call.id, "note": self.env._("Free call %(call)s", call=call.name)},
            )

    def _take_from_quotas(self, quantity):
        """Take ``quantity`` from the quotas of this kind of work.

        :return: (quantity that is free, reason)
        """
        if self.kind in FREE_CALL_KINDS and (free_call := self.call_id._get_free_call()):
            return quantity, self.env._("Free call of %(quota)s", quota=free_call[:1].entitlement_id.display_name)
        unit = self._get_quota_unit()
        if not unit:
            return 0.0, self.env._("No free call is left")
        taken, remainder = self.env["service.entitlement"]._consume(
            unit=unit,
            quantity=quantity,
            date=self.date,
            contract=self.contract_id,
            preferred=self.entitlement_id,
            call_type=self.call_id.type_id,
            prepare={"work_id": self.id, "call_id": self.call_id.id, "note": self.name},
        )
        if not taken:
            return 0.0, self.env._("Nothing is left in the quota")
        return quantity - remainder, ", ".join(
            self.env._("%(quantity)s from %(quota)s", quantity=row.quantity, quota=row.entitlement_id.display_name)
            for row in taken
        )

    def _get_quota_unit(self):
        """Return the unit of the quotas that this line draws on, or None."""
        if self.kind == "labour" and self.call_id.type_id.is_preventive:
            return "hours_maintained"
        return QUOTA_UNIT_BY_KIND.get(self.kind)

    def _get_payer_label(self, payer):
        return dict(self._fields["payer"]._description_selection(self.env))[payer].lower()


class ServiceCall(models.Model):
    _inherit = "service.call"

    def _get_free_call(self):
        """Return the consumption that waives call-out, travel and distance of this call, if it was taken."""
        self.ensure_one()
        return self.env["service.consumption"].search(
            [
                ("call_id", "=", self.id),
                ("work_id", "=", False),
                ("unit", "=", "calls"),
                ("reversal_of_id", "=", False),
                ("reversal_ids", "=", False),
            ]
        )
