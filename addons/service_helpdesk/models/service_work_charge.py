# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import math
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..const import FREE_CALL_KINDS, TIME_KINDS
from ..engine import charge as engine

# Which quota a kind of work draws on, beside the free call.
QUOTA_UNIT_BY_KIND = {"labour": "hours", "distance": "km"}
# What an engine charge says of a line that draws on quotas by its quantity.
QUOTA_WHYS = ("quota", "empty")
NOT_CHARGED = {
    "payer": False,
    "term": False,
    "quantity_free": 0.0,
    "quantity_chargeable": 0.0,
    "discount": 0.0,
    "charge_reason": False,
}


class ServiceWork(models.Model):
    """Who pays for lines: one computation (``engine/charge.py``), shown before validation and written by it."""

    _inherit = "service.work"

    charge_preview = fields.Char(
        string="Who Will Pay",
        compute="_compute_charge_preview",
        help="What validation would say now: free or chargeable, and why.",
    )
    preview_free = fields.Float(string="Will Be Free", digits="Product Unit", compute="_compute_charge_preview")
    preview_chargeable = fields.Float(
        string="Will Be Chargeable", digits="Product Unit", compute="_compute_charge_preview"
    )

    @api.depends(
        "state",
        "kind",
        "quantity",
        "date",
        "product_id",
        "entitlement_id",
        "decision",
        "decision_reason",
        "call_id.payer_terms",
        "quantity_free",
        "charge_reason",
    )
    @api.depends_context("lang")
    def _compute_charge_preview(self):
        # What is left in the quotas belongs to the machine; whoever reads the line may know who pays for it.
        lines = self.sudo()
        waiting = lines.filtered(lambda line: line.state in ("draft", "submitted") and line.call_id and line.date)
        # A call's other lines come first or after: what they take is gone.
        together = waiting | waiting.call_id.work_ids.filtered(
            lambda line: line.state in ("draft", "submitted") and line.date and line not in waiting._origin
        )
        charges = together._plan_charges() if waiting else {}
        for line, reader in zip(lines, self, strict=True):
            charge = charges.get(line)
            reader.preview_free = float(charge.free) if charge else line.quantity_free
            reader.preview_chargeable = float(charge.chargeable) if charge else line.quantity_chargeable
            reader.charge_preview = (
                line._format_charge(charge) if charge else line.state == "validated" and line._format_charged()
            )

    # ------------------------------------------------------------
    # Plan
    # ------------------------------------------------------------

    def _plan_charges(self):
        """Say what becomes of these lines if they are validated now, one after the other. Nothing is taken (sudo).

        :return: {line: `engine.charge.Charge`}, in the order in which they take from quotas
        """
        ordered = self.sorted(lambda line: (line.date, line._origin.id or math.inf))
        buckets_by_key = ordered._find_buckets()
        free_calls, started = ordered.call_id._origin._get_free_calls()
        lines = [line._to_engine(buckets_by_key) for line in ordered]
        buckets = self.env["service.entitlement"].union(*buckets_by_key.values())
        return engine.plan(lines, [bucket._to_bucket() for bucket in buckets], free_calls, started)

    def _find_buckets(self):
        """Find the quotas on which these lines and their calls may draw: one query.

        :return: {what decides them, see :meth:`_get_bucket_key`: `service.entitlement` in the order of their dates}
        """
        Entitlement = self.env["service.entitlement"]
        domain_by_key = {}
        for line in self:
            for unit in filter(None, ("calls", line._get_quota_unit())):
                key = line._get_bucket_key(unit)
                if line.contract_id and key not in domain_by_key:
                    _unit, date, contract, call_type = key
                    domain_by_key[key] = Domain(Entitlement._get_consumption_domain(unit, date, contract, call_type))
        if not domain_by_key:
            return {}
        buckets = Entitlement.search(Domain.OR(domain_by_key.values()))
        buckets.invalidate_recordset(["quantity", "quantity_used"])
        return {key: buckets.filtered_domain(domain) for key, domain in domain_by_key.items()}

    def _get_bucket_key(self, unit):
        """Return what decides on which quotas of a unit this line may draw."""
        self.ensure_one()
        return unit, self.date, self.contract_id._origin, self.call_id.type_id._origin

    def _to_engine(self, buckets_by_key):
        """Return the line as the engine knows it."""
        self.ensure_one()
        Entitlement = self.env["service.entitlement"]
        payers = self.call_id.payer_terms or {}
        terms = payers.get(self.kind) or {}
        has_free_call = any(
            payers.get(kind, {}).get("payer") == "contract" and payers[kind]["term"] == "from_buckets"
            for kind in FREE_CALL_KINDS
        )
        unit = self._get_quota_unit()
        return engine.Line(
            key=self,
            call=self.call_id._origin.id,
            kind=self.kind,
            payer=terms.get("payer", "customer"),
            term=terms.get("term", "chargeable"),
            quantity=Entitlement._to_decimal(self._get_counted_quantity()),
            buckets=buckets_by_key.get(self._get_bucket_key(unit), Entitlement)._get_order(self.entitlement_id)
            if unit
            else None,
            call_buckets=buckets_by_key.get(self._get_bucket_key("calls"), Entitlement)._get_order()
            if has_free_call
            else (),
            is_waived=self.kind in FREE_CALL_KINDS,
            decision=self.decision or None,
        )

    def _get_counted_quantity(self):
        """Return the quantity that is drawn or charged: time is rounded up to the product's step and minimum."""
        if self.kind not in TIME_KINDS:
            return self.quantity
        return self.product_id._round_service_time(self.quantity)

    def _get_quota_unit(self):
        """Return the unit of the quotas that this line draws on, or None."""
        if self.kind == "labour" and self.call_id.type_id.is_preventive:
            return "hours_maintained"
        return QUOTA_UNIT_BY_KIND.get(self.kind)

    # ------------------------------------------------------------
    # Charge
    # ------------------------------------------------------------

    def _charge(self):
        """Split quantities into free and chargeable, and take from the quotas what they give (sudo).

        :raise UserError: when work lies in a closed contract period
        """
        for line in self:
            line.contract_id._check_period_open(line.date)
        charges = self._plan_charges()
        self._take_charges(charges)
        for line, charge in charges.items():
            line.write(line._prepare_charged_values(charge))

    def _take_charges(self, charges):
        """Take from the quotas what was planned; what outran them may go on with packages that are sold meanwhile."""
        Entitlement = self.env["service.entitlement"]
        shares = [share for line, charge in charges.items() for share in line._get_shares(charge)]
        consumptions, sold = Entitlement._take_shares(shares)
        if sold:
            shares = self._plan_more(charges, sold)
            consumptions |= Entitlement._take_shares(shares, is_last=True)[0]
        buckets_by_key = self._find_buckets()
        exceeded = Entitlement.union(*(
            buckets_by_key.get(line._get_bucket_key(line._get_quota_unit()), Entitlement)[-1:]
            for line, charge in charges.items()
            if charge.chargeable and charge.why in QUOTA_WHYS
        ))
        (consumptions.entitlement_id | exceeded)._alert_thresholds(exceeded)

    def _get_shares(self, charge):
        """Return what a line takes, and what it takes for its call, as `service.entitlement._take_shares` wants it."""
        self.ensure_one()
        Entitlement = self.env["service.entitlement"]
        call = self.call_id
        for_call = {"call_id": call.id, "note": self.env._("Free call %(call)s", call=call.name)}
        for_line = {"call_id": call.id, "note": self.name, "work_id": self.id}
        return [
            *((Entitlement.browse(key), share, self.date, for_call) for key, share in charge.call_takes),
            *((Entitlement.browse(key), share, self.date, for_line) for key, share in charge.takes),
        ]

    def _plan_more(self, charges, sold):
        """Let lines that outran their quotas go on with packages that were sold meanwhile.

        :param dict charges: of :meth:`_plan_charges`; completed here
        :param sold: `service.entitlement`
        :return: the shares to take
        """
        outrun = [line for line, charge in charges.items() if charge.chargeable and charge.why in QUOTA_WHYS]
        lines = []
        for line in outrun:
            key = line._get_bucket_key(line._get_quota_unit())
            domain = Domain(sold._get_consumption_domain(*key))
            lines.append(
                replace(
                    line._to_engine({key: sold.filtered_domain(domain)}),
                    quantity=charges[line].chargeable,
                    call_buckets=(),
                )
            )
        shares = []
        for line, more in engine.plan(lines, [bucket._to_bucket() for bucket in sold]).items():
            charge = charges[line]
            charge.takes += more.takes
            charge.free, charge.chargeable = charge.free + more.free, more.chargeable
            shares += line._get_shares(more)
        return shares

    def _prepare_charged_values(self, charge):
        """Prepare what validation writes on a line about who pays.

        :param charge: `engine.charge.Charge`
        """
        self.ensure_one()
        terms = (self.call_id.payer_terms or {}).get(self.kind) or {}
        return {
            "payer": charge.payer,
            "term": charge.term,
            "quantity_free": float(charge.free),
            "quantity_chargeable": self.uom_id.round(float(charge.chargeable)),
            "discount": terms.get("discount", 0.0),
            "charge_reason": self._get_charge_reason(charge),
        }

    def _uncharge(self):
        """Give back what these lines took, and the free call once its call has no validated line (sudo)."""
        given_back = self.consumption_ids.filtered(lambda row: not row.reversal_of_id and not row.reversal_ids)
        calls = self.call_id
        _free_calls, started = calls._get_free_calls()
        given_back |= calls.filtered(lambda call: call.id not in started)._find_free_calls()
        given_back._reverse()
        self.write({**NOT_CHARGED, "unit_cost": 0.0, "cost": 0.0})

    # ------------------------------------------------------------
    # Words
    # ------------------------------------------------------------

    def _get_charge_reason(self, charge, is_preview=False):
        """Say why a line is free or chargeable.

        :param charge: `engine.charge.Charge`
        :param bool is_preview: whether to say what is left in the quotas, as nothing was taken yet
        """
        self.ensure_one()
        Entitlement = self.env["service.entitlement"]
        payer = self._get_payer_label(charge.payer)
        cover = self.call_id.cover_reason or self.env._("Not covered")
        if charge.why == "by_hand":
            return self.env._("Decided by hand: %(reason)s", reason=self.decision_reason or "")
        if charge.why == "chargeable":
            kind = self._get_label("kind").lower()
            return self.env._("%(cover)s: %(kind)s is charged", cover=cover, kind=kind)
        if charge.why == "free_call":
            return self.env._("Free call of %(quota)s", quota=Entitlement.browse(charge.free_call).display_name)
        reason = {
            "not_covered": cover,
            "included": self.env._("Paid by the %(payer)s", payer=payer),
            "no_free_call": self.env._("No free call is left"),
            "empty": self.env._("Nothing is left in the quota"),
            "quota": ", ".join(self._format_take(key, share, is_preview) for key, share in charge.takes),
        }[charge.why]
        if charge.payer == "warranty" and charge.why != "included":
            return self.env._("Paid by the warranty; %(reason)s", reason=reason)
        return reason

    def _format_take(self, key, share, is_preview):
        quota = self.env["service.entitlement"].browse(key)
        values = {"quantity": self._format_number(share), "quota": quota.display_name}
        if is_preview:
            left = self._format_number(quota.quantity_left)
            return self.env._("%(quantity)s from %(quota)s (%(left)s left)", left=left, **values)
        return self.env._("%(quantity)s from %(quota)s", **values)

    def _format_charge(self, charge):
        """Say in one line what validation would do: free or chargeable, and why."""
        self.ensure_one()
        return self._format_outcome(
            float(charge.free), float(charge.chargeable), self._get_charge_reason(charge, is_preview=True)
        )

    def _format_charged(self):
        """Say in one line what validation did."""
        self.ensure_one()
        return self._format_outcome(self.quantity_free, self.quantity_chargeable, self.charge_reason or "")

    def _format_outcome(self, free, chargeable, reason):
        if not chargeable:
            return self.env._("Free: %(reason)s", reason=reason)
        if not free:
            return self.env._("Chargeable: %(reason)s", reason=reason)
        return self.env._(
            "%(free)s free, %(chargeable)s chargeable: %(reason)s",
            free=self._format_number(free),
            chargeable=self._format_number(chargeable),
            reason=reason,
        )

    def _format_number(self, number):
        return formatLang(self.env, float(number), digits=2).rstrip("0").rstrip(".,")

    def _get_payer_label(self, payer):
        return dict(self._fields["payer"]._description_selection(self.env))[payer].lower()


class ServiceCall(models.Model):
    _inherit = "service.call"

    def _get_free_calls(self):
        """Say how far the free calls of these calls are used.

        :return: ({call id: id of the quota that gave it}, ids of the calls of which a line was validated)
        """
        rows = self._find_free_calls()
        started = self.env["service.work"]._read_group(
            [("call_id", "in", self.ids), ("state", "=", "validated"), ("decision", "!=", "free")],
            ["call_id"],
        )
        return {row.call_id.id: row.entitlement_id.id for row in rows}, {call.id for (call,) in started}

    def _find_free_calls(self):
        """Return the consumptions that waive call-out, travel and distance of these calls, where they were taken."""
        return self.env["service.consumption"].search(
            [
                ("call_id", "in", self.ids),
                ("work_id", "=", False),
                ("unit", "=", "calls"),
                ("reversal_of_id", "=", False),
                ("reversal_ids", "=", False),
            ]
        )
