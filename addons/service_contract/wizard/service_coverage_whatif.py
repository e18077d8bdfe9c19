# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr
from odoo.tools.misc import format_date

from odoo.addons.service_equipment.const import WORK_KINDS

from ..const import PRIORITIES, QUOTA_UNITS
from ..engine import deadline
from ..engine import entitlement as quota_engine

ONE_DAY = timedelta(days=1)
PRICE_GROUP = "service_contract.group_service_contract_price"
DEFAULT_PRIORITY = "1"
# The quotas that a kind of work draws on (rules.md 4); labour on maintenance draws on maintenance hours.
QUOTA_UNITS_BY_KIND = {
    "labour": ("hours",),
    "travel": ("calls",),
    "distance": ("calls", "km"),
    "callout": ("calls",),
}


class ServiceCoverageWhatif(models.TransientModel):
    """Asks the resolver as a call would, and shows at once what would follow; nothing is kept.

    The answer is the method :meth:`_prepare_answer`, plain values; the screen is a template that shows them.
    """

    _name = "service.coverage.whatif"
    _description = "What Would Happen If"

    company_id = fields.Many2one(comodel_name="res.company", required=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    site_id = fields.Many2one(comodel_name="res.partner")
    equipment_id = fields.Many2one(comodel_name="service.equipment", string="Unit", check_company=True)
    product_id = fields.Many2one(
        comodel_name="product.product",
        check_company=True,
        help="For a unit that is not in the register.",
    )
    call_type_id = fields.Many2one(
        comodel_name="service.call.type",
        check_company=True,
        default=lambda self: self.env["service.call.type"].search([], limit=1),
    )
    priority = fields.Selection(selection=PRIORITIES, help="Empty means the priority that the coverage row gives.")
    at = fields.Datetime(string="Raised", default=fields.Datetime.now)
    at_site = fields.Char(string="At the Site", compute="_compute_answer")
    problem = fields.Char(compute="_compute_answer")
    headline = fields.Char(compute="_compute_answer")
    reason = fields.Char(compute="_compute_answer")
    answer_html = fields.Html(string="Answer", compute="_compute_answer", sanitize=False)

    @api.depends(
        "company_id", "partner_id", "site_id", "equipment_id", "product_id", "call_type_id", "priority", "at"
    )
    @api.depends_context("lang", "uid")
    def _compute_answer(self):
        for question in self:
            question.at_site = question._get_at_site()
            question.problem = question._get_problem()
            question.headline = question.reason = question.answer_html = False
            if not question.at or not (question.partner_id or question.site_id or question.equipment_id):
                continue
            try:
                answer = question._prepare_answer()
            except UserError as error:  # working hours that cannot drive a clock, a promise beyond two years
                question.problem = str(error)
                continue
            question.headline = answer["headline"]
            question.reason = answer["reason"]
            question.answer_html = self.env["ir.qweb"]._render(
                "service_contract.service_coverage_whatif_answer", answer
            )

    def _compute_display_name(self):
        self.display_name = self.env._("What Would Happen If")

    @api.model
    def _get_action(self, **values):
        """Return the action that opens the screen with some answers given.

        :param values: of the fields
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_whatif_action")
        context = {f"default_{name}": value for name, value in values.items() if value}
        return {**action, "context": context}

    # ------------------------------------------------------------------
    # What is asked
    # ------------------------------------------------------------------

    @api.onchange("equipment_id")
    def _onchange_equipment_id(self):
        """A unit says whose it is, where it stands and which product it is."""
        if self.equipment_id:
            self.partner_id = self.equipment_id.partner_id
            self.site_id = self.equipment_id.site_id
            self.product_id = self.equipment_id.product_id

    @api.onchange("site_id")
    def _onchange_site_id(self):
        if self.site_id and not self.partner_id:
            self.partner_id = self.site_id.commercial_partner_id

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Another customer's site and unit are no longer asked about."""
        customer = self.partner_id.commercial_partner_id
        if self.equipment_id and self.equipment_id.commercial_partner_id != customer:
            self.equipment_id = self.product_id = False
        if self.site_id and not self.equipment_id and self.site_id.commercial_partner_id != customer:
            self.site_id = False

    def _get_place(self):
        """Return where the work would be done."""
        return self.site_id or self.equipment_id.site_id or self.partner_id

    def _get_tz(self):
        return self._get_place()._get_service_tz(self.company_id)

    def _get_at_site(self):
        """Return the instant in words of the site's clock, with the zone."""
        if not self.at:
            return False
        tz = self._get_tz()
        return f"{self.env['service.sla.policy']._format_local(self.at, tz)} ({tz})"

    def _get_problem(self):
        """Say in one sentence what does not fit together, and what to do; False when all does."""
        if not self.at:
            return self.env._("Say when the call is raised.")
        if not (self.partner_id or self.site_id or self.equipment_id):
            return self.env._("Pick a customer, a site or a unit to see what would happen.")
        return self._get_foreign_unit_problem() or self._get_foreign_site_problem() or self._get_retired_problem()

    def _get_foreign_unit_problem(self):
        """Say what does not fit to the unit, or False."""
        unit, site, customer = self.equipment_id, self.site_id, self.partner_id.commercial_partner_id
        if unit and customer and unit.commercial_partner_id != customer:
            return self.env._(
                "%(unit)s is a unit of %(owner)s, not of %(customer)s: pick that customer, or another unit.",
                unit=unit.display_name,
                owner=unit.commercial_partner_id.display_name,
                customer=customer.display_name,
            )
        if unit and site and unit.site_id and unit.site_id != site:
            return self.env._(
                "%(unit)s stands at %(place)s, not at %(site)s: pick that site, or move the unit first.",
                unit=unit.display_name,
                place=unit.site_id.display_name,
                site=site.display_name,
            )
        return False

    def _get_foreign_site_problem(self):
        """Say that the site is not the customer's, or False; a unit may stand anywhere."""
        site, customer = self.site_id, self.partner_id.commercial_partner_id
        if not self.equipment_id and site and customer and site.commercial_partner_id != customer:
            return self.env._(
                "%(site)s is a site of %(owner)s, not of %(customer)s: pick one of the customer's sites.",
                site=site.display_name,
                owner=site.commercial_partner_id.display_name,
                customer=customer.display_name,
            )
        return False

    def _get_retired_problem(self):
        """Say that the unit is retired, or False."""
        unit = self.equipment_id
        if unit.state == "retired":
            return self.env._(
                "%(unit)s is retired: pick the unit that took its place, or bring it back to service.",
                unit=unit.display_name,
            )
        return False

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def _prepare_request(self):
        """Return the request for the resolver."""
        self.ensure_one()
        return {
            "partner_id": (self.partner_id or self.equipment_id.partner_id or self.site_id.commercial_partner_id).id,
            "site_id": self.site_id.id,
            "equipment_id": self.equipment_id.id,
            "product_id": self.product_id.id,
            "call_type_id": self.call_type_id.id,
            "company_id": self.company_id.id,
            "at": self.at,
        }

    def _prepare_answer(self):
        """Return what the screen shows: the answer of the resolver, and what follows from it.

        :raise UserError: when the working hours cannot drive a clock
        """
        self.ensure_one()
        (answer,) = self.env["service.coverage"].resolve([self._prepare_request()])
        row = self.env["service.coverage"].browse(answer["coverage_id"] or [])
        policy = self.env["service.sla.policy"].browse(answer["sla_policy_id"] or [])
        calendar = self.env["resource.calendar"].browse(answer["calendar_id"] or [])
        priority = self.priority or answer["priority"] or DEFAULT_PRIORITY
        tz = self._get_tz()
        deadlines = policy._prepare_deadline_words(self.at, priority, tz, calendar, self._get_place())
        quotas = self._prepare_quotas(row, answer["payers"])
        payers = self._prepare_payers(answer["payers"], quotas)
        refused = next((entry for entry in answer["explanation"] if entry["code"] == "refused"), None)
        return {
            "state": self._get_state(answer, refused),
            "headline": self._get_headline(answer, deadlines, payers, refused),
            "reason": answer["reason"],
            "advice": self._get_advice(refused) if answer["source"] == "none" else False,
            "coverage": row,
            "contract": row.contract_id,
            "contract_type": row.contract_id.type_id.name,
            "payers": payers,
            "policy": policy,
            "priority": dict(self._fields["priority"]._description_selection(self.env))[priority],
            "deadlines": deadlines,
            "calendar": calendar,
            "hours": self._get_hours(calendar, tz),
            "at_site": self.at_site,
            "tariff": self._get_tariff(row),
            "quotas": quotas,
            "considered": answer["explanation"],
        }

    @api.model
    def _get_state(self, answer, refused):
        if answer["source"] != "none":
            return answer["source"]
        return "refused" if refused else "none"

    def _get_headline(self, answer, deadlines, payers, refused):
        """Return the answer in one line: "Covered, response by Tue 17 Nov 09:30, labour free, part -10 %"."""
        words = {
            "warranty": self.env._("Under warranty"),
            "contract": self.env._("Covered"),
            "refused": self.env._("Not covered"),
            "none": self.env._("Not covered"),
        }
        parts = [words[self._get_state(answer, refused)]]
        if deadlines:
            first = deadlines[0]
            parts.append(
                self.env._(
                    "%(metric)s by %(deadline)s", metric=first["label"].lower(), deadline=first["deadline"]
                )
            )
        else:
            parts.append(self.env._("no time promised"))
        if answer["source"] == "none":
            parts.append(self.env._("the customer pays everything"))
        else:
            parts.extend(payer["words"] for payer in payers if payer["kind"] in ("labour", "part"))
        return ", ".join(parts)

    def _prepare_payers(self, payers, quotas):
        """Return who pays each kind of work, in words.

        :param payers: those of the resolver's answer
        :param quotas: what :meth:`_prepare_quotas` returns
        """
        labels = self.env["service.contract"]._fields
        left = {quota["key"] for quota in quotas if any(bucket["has_left"] for bucket in quota["buckets"])}
        answers = []
        for kind, _label in WORK_KINDS:
            label = labels[f"term_{kind}"]._description_string(self.env)
            values = payers[kind]
            is_used_up = (
                values["term"] == "from_buckets"
                and values["payer"] != "warranty"
                and left.isdisjoint(self._get_kind_units(kind))
            )
            result, style = self._get_payer_result(values, is_used_up)
            answers.append(
                {
                    "kind": kind,
                    "label": label,
                    "payer": self._get_payer_label(values, is_used_up),
                    "result": result,
                    "style": style,
                    "words": f"{label.lower()} {result}",
                }
            )
        return answers

    def _get_payer_result(self, values, is_used_up):
        """Return (words, Bootstrap colour) for what becomes of a kind of work."""
        if values["term"] == "included":
            return self.env._("free"), "success"
        if values["term"] == "from_buckets" and not is_used_up:
            return self.env._("from quota"), "info"
        words = self.env._("charged: no quota left") if is_used_up else self.env._("charged")
        if values["discount"]:
            percent = float_repr(values["discount"], 2).rstrip("0").rstrip(".")
            words = self.env._("%(result)s, -%(percent)s %%", result=words, percent=percent)
        return words, "warning"

    def _get_payer_label(self, values, is_used_up):
        labels = {
            "warranty": self.env._("Warranty"),
            "contract": self.env._("Contract"),
            "customer": self.env._("Customer"),
        }
        return labels["customer" if values["term"] == "chargeable" or is_used_up else values["payer"]]

    def _get_day(self):
        """Return the day of the call at the site."""
        return self.at.replace(tzinfo=pytz.utc).astimezone(pytz.timezone(self._get_tz())).date()

    def _get_hours(self, calendar, tz):
        """Return the working hours of the day of the call at the site, in words."""
        if not calendar:
            return self.env._("Round the clock")
        zone = pytz.timezone(tz)
        day = self.at.replace(tzinfo=pytz.utc).astimezone(zone).date()
        start, end = (
            zone.localize(datetime.combine(date, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for date in (day, day + ONE_DAY)
        )
        key = (calendar, tz, self.company_id, self._get_place())
        hours = calendar._get_working_times([key], start, end)[key]
        windows = deadline.days(start, end - timedelta(seconds=1), hours, zone)[0].windows
        if not windows:
            return self.env._("Closed on %(day)s", day=format_date(self.env, day, date_format="EEEE d MMM"))
        midnight = datetime.combine(day + ONE_DAY, time.min)
        # The day was cut a second before its end, so that it is this one day.
        ends = ("24:00" if last + timedelta(seconds=1) >= midnight else f"{last:%H:%M}" for _first, last in windows)
        return ", ".join(f"{first:%H:%M}-{last}" for (first, _last), last in zip(windows, ends, strict=True))

    def _get_tariff(self, row):
        """Return the name of the price list of chargeable work; False for those who may not see prices."""
        if not (self.env.su or self.env.user.has_group(PRICE_GROUP)):
            return False
        # A price list's name goes with the right to the contract's prices, checked above.
        pricelist = row.sudo().pricelist_id or row.contract_id.sudo().pricelist_id
        return pricelist.name or self.env._("The customer's own price list")

    def _prepare_quotas(self, row, payers):
        """Return the quotas that the work would draw on, in that order, with what is left of each."""
        day = self._get_day()
        labels = dict(QUOTA_UNITS)
        labels.update(self.env["service.entitlement"]._fields["unit"]._description_selection(self.env))
        quotas = []
        for unit in self._get_drawn_units(payers) if row else ():
            Entitlement = self.env["service.entitlement"]
            buckets = Entitlement.search(
                Entitlement._get_consumption_domain(unit, day, row.contract_id, self.call_type_id)
            )
            ordered = quota_engine.order([bucket._to_bucket() for bucket in buckets])
            quotas.append(
                {
                    "key": unit,
                    "unit": labels[unit],
                    "buckets": [self._prepare_quota(buckets.browse(bucket.key)) for bucket in ordered],
                }
            )
        return quotas

    def _prepare_quota(self, entitlement):
        digits = self.env["decimal.precision"].precision_get("Product Unit")

        def number(quantity):
            return float_repr(quantity, digits).rstrip("0").rstrip(".")

        return {
            "name": entitlement.name,
            "left": number(entitlement.quantity_left),
            "has_left": entitlement.quantity_left > 0 or entitlement.allow_overdraft,
            "quantity": number(entitlement.quantity),
            "percent": max(0, min(100, round(100 - entitlement.used_percent))),
            "end": format_date(self.env, entitlement.date_end),
        }

    def _get_drawn_units(self, payers):
        """Return the units of the quotas that work under these terms draws on, once each."""
        units = {}
        for kind, _label in WORK_KINDS:
            if payers[kind]["term"] == "from_buckets":
                units.update(dict.fromkeys(self._get_kind_units(kind)))
        return list(units)

    def _get_kind_units(self, kind):
        """Return the units of the quotas that a kind of work draws on."""
        if kind == "labour" and self.call_type_id.is_preventive:
            return ("hours_maintained",)
        return QUOTA_UNITS_BY_KIND.get(kind, ())
