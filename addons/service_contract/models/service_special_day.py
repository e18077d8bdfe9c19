# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..engine import working_time

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SiteDays:
    """The special days of one site, as values of the engines.

    :ivar hours: tuple of `engine.working_time.SpecialDay`, each on top of those before it
    :ivar weights: tuple of (first day, last day, weight); of overlapping ones the last counts
    """

    hours: tuple = ()
    weights: tuple = ()


class ServiceSpecialDay(models.Model):
    """Days on which a site has other hours, counts more or less, or is not service-affecting (rules.md 9).

    The days are dates at the site. They lie on top of working hours and holidays: those of every site first, then those
    of a customer's sites, then those of named sites; of equals the later entry on top. Weights change the
    availability of the day, never a deadline.
    """

    _name = "service.special.day"
    _description = "Special Day"
    _inherit = ["mail.thread", "service.limits.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        string="First Day",
        required=True,
        default=fields.Date.context_today,
        index=True,
        tracking=True,
    )
    date_to = fields.Date(
        string="Last Day",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Every site of this customer; empty for every customer.",
        tracking=True,
    )
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_special_day_site_rel",
        string="Sites",
        check_company=True,
        # A day of a site that was archived, or could be deleted, must never become a day of every site.
        context={"active_test": False},
        ondelete="restrict",
        help="Only these sites; empty for every site of the customer.",
        tracking=True,
    )
    place = fields.Char(string="Where", compute="_compute_place")
    effect = fields.Selection(
        selection=[
            ("closed", "Not service-affecting"),
            ("regime", "Hours of another regime"),
            ("extra", "Service-affecting in extra hours"),
            ("weight", "Counts more or less"),
        ],
        required=True,
        default="closed",
        tracking=True,
    )
    regime_id = fields.Many2one(
        comodel_name="service.regime",
        string="Other Regime",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The hours in which this regime wants availability are those of the day.",
        tracking=True,
    )
    hour_from = fields.Float(string="From", default=0.0, tracking=True)
    hour_to = fields.Float(string="To", default=24.0, tracking=True)
    weight = fields.Float(
        digits=(6, 2),
        default=1.0,
        help="Multiplies the day's demand and its down time alike. 3 counts thrice, 0.5 half.",
        tracking=True,
    )
    detail = fields.Char(compute="_compute_detail", help="Which hours, or how much the days count.")
    note = fields.Text()
    conflict = fields.Char(
        compute="_compute_conflict",
        help="Other special days that say something else for the same place and day.",
    )

    _check_dates = models.Constraint("CHECK (date_to >= date_from)", "A special day cannot end before it begins.")
    _check_hours = models.Constraint(
        "CHECK (effect != 'extra' OR (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24))",
        "Extra hours begin before they end, between 00:00 and 24:00.",
    )
    _check_weight = models.Constraint(
        "CHECK (effect != 'weight' OR weight > 0)",
        "A weight is more than zero; a day that does not count at all is not service-affecting.",
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("date_from")
    def _compute_date_to(self):
        for day in self:
            if day.date_from and (not day.date_to or day.date_to < day.date_from):
                day.date_to = day.date_from

    @api.depends("partner_id", "site_ids")
    @api.depends_context("lang")
    def _compute_place(self):
        for day in self:
            sites = ", ".join(day.site_ids.mapped("display_name"))
            day.place = sites or day.partner_id.display_name or self.env._("Every site")

    @api.depends("effect", "regime_id", "hour_from", "hour_to", "weight")
    @api.depends_context("lang")
    def _compute_detail(self):
        for day in self:
            day.detail = ""
            if day.effect == "regime":
                day.detail = day.regime_id.display_name
            elif day.effect == "extra":
                day.detail = " - ".join(_to_clock(hour) for hour in (day.hour_from, day.hour_to))
            elif day.effect == "weight":
                day.detail = self.env._(
                    "%(weight)s times", weight=formatLang(self.env, day.weight, digits=2 if day.weight % 1 else 0)
                )

    @api.depends("date_from", "date_to", "partner_id", "site_ids", "effect", "regime_id", "weight", "company_id")
    def _compute_conflict(self):
        dated = self.filtered(lambda day: day.date_from and day.date_to)
        others = self.browse()
        if dated:
            others = self.search(
                Domain("company_id", "in", dated.company_id.ids)
                & Domain("date_from", "<=", max(dated.mapped("date_to")))
                & Domain("date_to", ">=", min(dated.mapped("date_from")))
            )
        for day in self:
            conflicts = others.filtered(lambda other, day=day: day in dated and day._is_in_conflict(other))
            day.conflict = ", ".join(
                f"{other.name} ({format_date(self.env, other.date_from)})" for other in conflicts
            )

    def _is_in_conflict(self, other):
        """Tell whether another special day says something else for the same place, as narrowly, on the same day."""
        self.ensure_one()
        if self._origin == other or not self._is_beside(other):
            return False
        effects = {self.effect, other.effect}
        if effects == {"weight"}:
            return self.weight != other.weight
        if effects == {"regime"}:
            return self.regime_id != other.regime_id
        # What adds hours, or weighs them, goes with anything but a day without any.
        return "closed" in effects and effects != {"closed"}

    def _is_beside(self, other):
        """Tell whether another special day is of the same place, as narrowly, on one of the same days."""
        if self.company_id != other.company_id or self._get_width() != other._get_width():
            return False
        if self.date_to < other.date_from or other.date_to < self.date_from:
            return False
        if self.site_ids:
            return bool(self.site_ids._origin & other.site_ids)
        return self.partner_id.commercial_partner_id == other.partner_id.commercial_partner_id

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("effect", "regime_id")
    def _check_regime_id(self):
        for day in self:
            if day.effect == "regime" and not day.regime_id:
                raise ValidationError(
                    self.env._("%(day)s: say of which regime the hours of the day are.", day=day.name)
                )

    @api.constrains("partner_id", "site_ids")
    def _check_site_ids(self):
        for day in self:
            customer = day.partner_id.commercial_partner_id
            for site in day.site_ids:
                if customer and site.commercial_partner_id != customer:
                    raise ValidationError(
                        self.env._(
                            "%(site)s is not a site of %(customer)s.",
                            site=site.display_name,
                            customer=customer.display_name,
                        )
                    )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_repeat_next_year(self):
        """Enter the same days for next year, unless they are there already, and open them.

        :return: an `ir.actions.act_window` dict
        """
        copies = self.browse()
        for day in self:
            values = {
                "date_from": day.date_from + relativedelta(years=1),
                "date_to": day.date_to + relativedelta(years=1),
            }
            if not day._find_same(values):
                copies |= day.copy(values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Special Days of Next Year"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", copies.ids)],
        }

    def _find_same(self, values):
        """Return the special days of the same name, effect and place on other days."""
        self.ensure_one()
        same = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=", self.name),
                ("effect", "=", self.effect),
                ("partner_id", "=", self.partner_id.id),
                *[(name, "=", value) for name, value in values.items()],
            ]
        )
        return same.filtered(lambda day: day.site_ids == self.site_ids)

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _get_engine_days(self, sites, companies, first, last):
        """Return the special days of sites as values of the engines: a handful of queries for any number of sites.

        :param sites: `res.partner` records; an empty record asks for the days of every site
        :param companies: `res.company` records
        :param first: first date at the sites
        :param last: last date at the sites
        :return: dict {(site id or False, company id): :class:`SiteDays`}, with one for every site and company
        """
        # Hours are the same whoever asks for them; only values of the engine leave this method.
        days = self.sudo().search(
            [("company_id", "in", companies.ids), ("date_from", "<=", last), ("date_to", ">=", first)], order="id"
        )
        if not days:
            return defaultdict(SiteDays)
        days_by_place = defaultdict(list)
        for day in days:
            for place in day.site_ids or day.partner_id.commercial_partner_id or [False]:
                days_by_place[day.company_id, day._get_width(), place and place.id].append(day.id)
        result = {}
        for company in companies.sudo():
            for site in [sites.browse(), *sites.sudo()]:
                # From wide to narrow: the narrower ones lie on top.
                ids = [
                    *days_by_place[company, 2, False],
                    *days_by_place[company, 1, site.commercial_partner_id.id],
                    *days_by_place[company, 0, site.id],
                ]
                result[site.id, company.id] = days.browse(ids)._to_site_days()
        return result

    def _to_site_days(self):
        """Return special days, in the order in which they lie on each other, as values of the engines."""
        weighed = self.filtered(lambda day: day.effect == "weight")
        return SiteDays(
            hours=tuple(day._to_engine() for day in self - weighed),
            weights=tuple((day.date_from, day.date_to, Decimal(repr(day.weight))) for day in weighed),
        )

    def _get_width(self):
        """Return how wide the place is: 0 for named sites, 1 for a customer, 2 for everybody."""
        self.ensure_one()
        if self.site_ids:
            return 0
        return 1 if self.partner_id else 2

    def _to_engine(self):
        """Return the hours of the day as a value of the working-time engine."""
        self.ensure_one()
        attendances = ()
        if self.effect == "extra":
            attendances = tuple(
                working_time.Attendance(weekday, self.hour_from, self.hour_to) for weekday in range(7)
            )
        elif self.effect == "regime":
            calendar = self.regime_id.calendar_id
            attendances = tuple(calendar._get_service_attendances()) if calendar else working_time.ROUND_THE_CLOCK
        effects = {"regime": "replace"}
        return working_time.SpecialDay(
            self.date_from, self.date_to, effects.get(self.effect, self.effect), attendances
        )


def _to_clock(hour):
    """Return hours since midnight as a time of the clock.

    >>> _to_clock(9.5)
    '09:30'
    """
    hours, minutes = divmod(round(hour * 60), 60)
    return f"{hours:02d}:{minutes:02d}"
