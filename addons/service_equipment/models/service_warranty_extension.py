# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

ONE_DAY = relativedelta(days=1)


class ServiceWarrantyExtension(models.Model):
    """One extension of a unit's warranty on parts or on labour, and why.

    Making the row extends the warranty. Rows are never changed: what was promised stays on record.
    """

    _name = "service.warranty.extension"
    _description = "Warranty Extension"
    _inherit = ["service.limits.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_found",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Whose unit it was when the warranty was extended: another owner does not inherit the extension.",
    )
    kind = fields.Selection(
        selection=[("parts", "Parts"), ("labour", "Labour")],
        string="Warranty on",
        required=True,
    )
    date_old_end = fields.Date(string="Ended before on", compute="_compute_found", store=True, precompute=True)
    date_start = fields.Date(
        string="Counts from",
        compute="_compute_date_start",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="First day of the extension: the day after the old end, or a later one after a gap without warranty.",
    )
    date_end = fields.Date(string="Ends now on", required=True)
    reason = fields.Char(required=True)
    reference = fields.Char(help="The order, letter or decision behind the extension.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Extended by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date = fields.Date(compute="_compute_found", store=True, precompute=True, help="The day at the unit's site.")

    _dates_ordered = models.Constraint(
        "CHECK(date_end >= date_start)",
        "A warranty extension cannot end before it starts.",
    )

    # These fields say what the extension found: they do not follow the unit afterwards.
    @api.depends("equipment_id", "kind")
    def _compute_found(self):
        for extension in self:
            unit = extension.equipment_id
            extension.date = unit and unit._get_today()
            extension.partner_id = unit.commercial_partner_id
            extension.date_old_end = unit._get_warranty_kind_end(extension.kind) if extension.kind else False

    @api.depends("date_old_end")
    def _compute_date_start(self):
        for extension in self:
            old_end, unit = extension.date_old_end, extension.equipment_id
            extension.date_start = old_end + ONE_DAY if old_end else unit and unit._get_today()

    @api.depends("equipment_id.name", "kind", "date_end")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for extension in self:
            extension.display_name = self.env._(
                "%(unit)s: %(kind)s until %(end)s",
                unit=extension.equipment_id.name,
                kind=labels.get(extension.kind, ""),
                end=format_date(self.env, extension.date_end),
            )

    @api.model_create_multi
    def create(self, vals_list):
        extensions = super().create(vals_list)
        for extension in extensions:
            extension._check_can_extend()
            extension._extend()
        return extensions

    def _check_can_extend(self):
        """Refuse what would shorten a warranty or begin one that nobody can follow."""
        unit = self.equipment_id
        label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        end = unit._get_warranty_kind_end(self.kind)
        if end and end >= self.date_end:
            raise UserError(
                self.env._(
                    "The warranty of %(unit)s (%(kind)s) lasts until %(end)s: choose a later day.",
                    unit=unit.display_name,
                    kind=label,
                    end=format_date(self.env, end),
                )
            )
        if unit._is_warranty_waiting():
            raise UserError(
                self.env._(
                    "The warranty of %(unit)s begins with its installation: install it first.",
                    unit=unit.display_name,
                )
            )
        first = end + ONE_DAY if end else unit.warranty_date_start or self.date_start
        last = max(unit._get_today(), first)
        if not first <= self.date_start <= last:
            raise UserError(
                self.env._(
                    "The extension for %(unit)s (%(kind)s) can start from %(first)s to %(last)s.",
                    unit=unit.display_name,
                    kind=label,
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )

    def _extend(self):
        """Write the new end on the unit, and its start when it had no warranty at all."""
        unit = self.equipment_id
        ends = {"parts": unit.warranty_parts_end, "labour": unit.warranty_labour_end, self.kind: self.date_end}
        # All three together: a new start alone would compute both ends anew.
        unit.write(
            {
                "warranty_date_start": unit.warranty_date_start or self.date_start,
                "warranty_parts_end": ends["parts"],
                "warranty_labour_end": ends["labour"],
                "has_warranty_gap": unit.has_warranty_gap or self._is_after_gap(),
            }
        )

    def _is_after_gap(self):
        """Tell whether the unit had no such warranty for some days before the extension."""
        self.ensure_one()
        if self.date_old_end:
            return self.date_start > self.date_old_end + ONE_DAY
        start = self.equipment_id.warranty_date_start
        return bool(start and self.date_start > start)

    def _is_in_gap(self, date):
        """Tell whether a day lies between the end of the warranty and the start of its extension."""
        self.ensure_one()
        return date < self.date_start and (not self.date_old_end or date > self.date_old_end)
