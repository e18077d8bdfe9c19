# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class ServiceComponent(models.Model):
    """The own warranty of a component; one without goes with the parts of its unit."""

    _name = "service.component"
    _inherit = ["service.component", "service.vendor.warranty"]

    warranty_months = fields.Integer(
        string="Own Warranty (months)",
        compute="_compute_warranty_months",
        store=True,
        precompute=True,
        readonly=False,
        help="0: the component is under warranty as long as the parts of its unit are.",
    )
    warranty_end = fields.Date(
        string="Own Warranty until",
        compute="_compute_warranty_end",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        help="Last day of the component's own warranty; empty when it goes with the unit's warranty on parts.",
    )
    warranty_days_left = fields.Integer(
        compute="_compute_warranty_days_left",
        help="Days until the component's own warranty ends; negative when it has ended.",
    )
    commercial_partner_id = fields.Many2one(related="equipment_id.commercial_partner_id", string="Customer")
    is_under_warranty = fields.Boolean(compute="_compute_is_under_warranty", search="_search_is_under_warranty")

    _warranty_months_positive = models.Constraint(
        "CHECK(warranty_months >= 0)",
        "A warranty cannot last a negative number of months.",
    )

    # Not of the terms themselves: a component has those of the day on which it was built in.
    @api.depends("product_id")
    def _compute_warranty_months(self):
        terms_by_template = self.product_id.product_tmpl_id._get_warranty_terms()
        for component in self:
            terms = terms_by_template.get(component.product_id.product_tmpl_id)
            component.warranty_months = terms["parts_months"] if terms else 0

    @api.depends("warranty_months", "date_installed", "equipment_id.warranty_date_start")
    def _compute_warranty_end(self):
        """The months count from the warranty of the unit, or from the day the component was built in later.

        What was entered without months stays, and what an exchange gave is never taken back.
        """
        for component in self:
            unit_start = component.equipment_id.warranty_date_start
            start = unit_start and component.date_installed and max(unit_start, component.date_installed)
            end = self.env["service.equipment"]._get_warranty_end(start, component.warranty_months)
            if component.install_exchange_id:
                end = max(filter(None, (end, component.warranty_end)), default=False)
            elif not component.warranty_months:
                end = component.warranty_end
            component.warranty_end = end

    @api.depends(
        "warranty_end", "date_installed", "equipment_id.warranty_date_start", "equipment_id.warranty_parts_end"
    )
    def _compute_is_under_warranty(self):
        today = fields.Date.context_today(self)
        for component in self:
            component.is_under_warranty = component._is_under_warranty_at(today)

    # As of now, for the rows on the screen only.
    @api.depends("warranty_end")
    def _compute_warranty_days_left(self):
        today = fields.Date.context_today(self)
        for component in self:
            component.warranty_days_left = (component.warranty_end - today).days if component.warranty_end else 0

    @api.depends("date_installed")
    def _compute_vendor_warranty(self):
        super()._compute_vendor_warranty()

    def _get_vendor_warranty_part(self):
        self.ensure_one()
        return self.product_id, self.lot_id, self.equipment_id.company_id, self.date_installed

    def _search_is_under_warranty(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        unit_parts = [("warranty_date_start", "<=", today), ("warranty_parts_end", ">=", today)]
        by_unit = Domain("warranty_end", "=", False) & Domain("equipment_id", "any", unit_parts)
        return Domain("date_installed", "<=", today) & (Domain("warranty_end", ">=", today) | by_unit)

    def _is_under_warranty_at(self, date):
        """Tell whether one component is under warranty on a day: its own, else that of its unit's parts.

        :param date: a date at the site, or its ISO text
        :return: bool
        """
        self.ensure_one()
        date = fields.Date.to_date(date)
        if not self.date_installed or date < self.date_installed:
            return False
        if self.warranty_end:
            return date <= self.warranty_end
        return "part" in self.equipment_id._warranty_kinds_at(date)
