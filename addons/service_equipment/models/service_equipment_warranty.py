# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceEquipment(models.Model):
    """The warranty of a unit: its dates, and which kinds of work it pays."""

    _inherit = "service.equipment"

    warranty_date_start = fields.Date(
        string="Warranty from",
        compute="_compute_warranty_date_start",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    warranty_parts_end = fields.Date(
        string="Parts until",
        compute="_compute_warranty_parts_end",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Last day of the warranty on parts.",
    )
    warranty_labour_end = fields.Date(
        string="Labour until",
        compute="_compute_warranty_labour_end",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Last day of the warranty on labour.",
    )
    warranty_covers_travel = fields.Boolean(
        string="Travel Covered",
        compute="_compute_warranty_covers_travel",
        store=True,
        precompute=True,
        readonly=False,
        help="Travel time, distance and call-out are under warranty as long as labour is.",
    )
    warranty_date_end = fields.Date(
        string="Warranty until",
        compute="_compute_warranty_date_end",
        store=True,
        precompute=True,
        help="The later end of the warranties on parts and on labour.",
    )
    is_under_warranty = fields.Boolean(compute="_compute_is_under_warranty", search="_search_is_under_warranty")

    # None of these depends on the terms themselves: a unit has those of the day of its sale.
    @api.depends("date_delivered", "date_installed", "product_id")
    def _compute_warranty_date_start(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            starts_installed = terms_by_unit[equipment]["basis"] == "installation"
            equipment.warranty_date_start = equipment.date_installed if starts_installed else equipment.date_delivered

    @api.depends("warranty_date_start", "product_id")
    def _compute_warranty_parts_end(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            months = terms_by_unit[equipment]["parts_months"]
            equipment.warranty_parts_end = self._get_warranty_end(equipment.warranty_date_start, months)

    @api.depends("warranty_date_start", "product_id")
    def _compute_warranty_labour_end(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            months = terms_by_unit[equipment]["labour_months"]
            equipment.warranty_labour_end = self._get_warranty_end(equipment.warranty_date_start, months)

    @api.depends("product_id")
    def _compute_warranty_covers_travel(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            equipment.warranty_covers_travel = terms_by_unit[equipment]["covers_travel"]

    @api.depends("warranty_parts_end", "warranty_labour_end")
    def _compute_warranty_date_end(self):
        for equipment in self:
            ends = filter(None, (equipment.warranty_parts_end, equipment.warranty_labour_end))
            equipment.warranty_date_end = max(ends, default=False)

    @api.depends("warranty_date_start", "warranty_date_end")
    def _compute_is_under_warranty(self):
        today = fields.Date.context_today(self)
        for equipment in self:
            start, end = equipment.warranty_date_start, equipment.warranty_date_end
            equipment.is_under_warranty = bool(start and end and start <= today <= end)

    def _search_is_under_warranty(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [("warranty_date_start", "<=", today), ("warranty_date_end", ">=", today)]

    @api.constrains("warranty_parts_end", "warranty_labour_end")
    def _check_warranty(self):
        for equipment in self:
            start = equipment.warranty_date_start
            ends = filter(None, (equipment.warranty_parts_end, equipment.warranty_labour_end))
            if any(not start or end < start for end in ends):
                raise ValidationError(
                    self.env._("The warranty of %(unit)s ends before it starts.", unit=equipment.display_name)
                )

    def _warranty_kinds_at(self, date):
        """Return the kinds of work that the warranty of one unit pays on a day.

        :param date: a date at the site, or its ISO text
        :return: set of keys of `WORK_KINDS`
        """
        self.ensure_one()
        date = fields.Date.to_date(date)
        kinds = set()
        if not self.warranty_date_start or date < self.warranty_date_start:
            return kinds
        if self.warranty_parts_end and date <= self.warranty_parts_end:
            kinds.add("part")
        if self.warranty_labour_end and date <= self.warranty_labour_end:
            kinds.add("labour")
            if self.warranty_covers_travel:
                kinds.update(("travel", "distance", "callout"))
        return kinds

    def _get_warranty_terms(self):
        """Return the terms that the units' products are sold with today.

        :return: dict of unit to the dict of `service.warranty.terms`
        """
        terms_by_template = self.product_id.product_tmpl_id._get_warranty_terms()
        no_terms = self.env["product.category"]._prepare_warranty_terms()
        return {unit: terms_by_template.get(unit.product_id.product_tmpl_id, no_terms) for unit in self}

    def _is_warranty_from_delivery(self):
        """Tell whether the unit's warranty begins with its delivery: it then counts as installed that day."""
        self.ensure_one()
        return self._get_warranty_terms()[self]["basis"] == "delivery"

    @api.model
    def _get_warranty_end(self, start, months):
        """Return the last day of a warranty of some months, False when there is none."""
        return start + relativedelta(months=months, days=-1) if start and months else False
