# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

QUOTAS = ("free_calls", "free_hours", "hours_maintained")


class ServiceContractTemplateApply(models.TransientModel):
    """Shows what a template makes of a draft, and asks for the units."""

    _name = "service.contract.template.apply"
    _description = "Apply a Contract Template"

    contract_id = fields.Many2one(comodel_name="service.contract", required=True, ondelete="cascade")
    template_id = fields.Many2one(related="contract_id.template_id")
    company_id = fields.Many2one(related="contract_id.company_id")
    customer_ids = fields.Many2many(comodel_name="res.partner", compute="_compute_customer_ids")
    has_unit_lines = fields.Boolean(compute="_compute_preview")
    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        string="Units",
        compute="_compute_equipment_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    misfit_ids = fields.Many2many(comodel_name="service.equipment", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("contract_id")
    def _compute_customer_ids(self):
        """Whose units may be chosen: those of the customer, and of anybody for a frame (nobody in particular)."""
        for wizard in self:
            contract = wizard.contract_id
            is_open = contract.is_frame or contract.kind == "supplier"
            wizard.customer_ids = False if is_open else contract.commercial_partner_id

    @api.depends("contract_id")
    def _compute_equipment_ids(self):
        """Propose the units that are on the contract."""
        for wizard in self:
            wizard.equipment_ids = wizard.contract_id.equipment_ids

    @api.depends("contract_id", "equipment_ids")
    def _compute_preview(self):
        for wizard in self:
            lines = wizard.template_id.line_ids.filtered("is_per_unit")
            wizard.has_unit_lines = bool(lines)
            units = wizard.equipment_ids._origin
            wizard.misfit_ids = units.filtered(lambda unit, lines=lines: not any(map_fit(lines, unit)))
            wizard.preview = wizard._render_preview(units) if wizard.contract_id else False

    def action_apply(self):
        """Make it.

        :raise UserError: for a unit that no line of the template is for
        """
        self.ensure_one()
        self.contract_id.action_apply_template(equipment_ids=self.equipment_ids.ids)
        return {"type": "ir.actions.act_window_close"}

    def action_all_units(self):
        """Choose every unit of the customer that a line of the template is for, at the contract's sites if it has any.

        The dialogue stays open.
        """
        self.ensure_one()
        contract = self.contract_id
        domain = [
            ("company_id", "=", contract.company_id.id),
            ("commercial_partner_id", "=", contract.commercial_partner_id.id),
            *([("site_id", "in", contract.site_ids.ids)] if contract.site_ids else []),
        ]
        lines = self.template_id.line_ids.filtered("is_per_unit")
        units = self.env["service.equipment"].search(domain)
        self.equipment_ids = units.filtered(lambda unit: any(map_fit(lines, unit)))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply the Template"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _render_preview(self, units):
        """Return the rows, periods, services and obligations that would be made, as a list."""
        sections = [
            (self.env._("Coverage"), self._get_row_texts(units)),
            (self.env._("Periods"), self._get_period_texts()),
            (self.env._("Services"), self.template_id.service_ids.mapped("display_name")),
            (self.env._("Obligations"), self.template_id.obligation_ids.mapped("display_name")),
        ]
        item = Markup("<li>%s</li>")
        section = Markup("<h5 class='mt-3'>%s</h5><ul class='mb-0'>%s</ul>")
        return Markup("").join(
            section % (title, Markup("").join(item % text for text in texts)) for title, texts in sections if texts
        )

    def _get_row_texts(self, units):
        """Return one text per line: how many rows it makes, and at which price, for those who may see it."""
        texts = []
        may_see_prices = self.env.user.has_group("service_contract.group_service_contract_price")
        for line in self.template_id.line_ids:
            text = line.name
            if line.is_per_unit:
                count = len(units.filtered(line._is_for_unit))
                text = self.env._("%(name)s: a row for each of %(count)s units", name=line.name, count=count)
            if may_see_prices and line.price:
                text = self.env._("%(row)s, %(price)s", row=text, price=self._get_price_text(line))
            texts.append(text)
        return texts

    def _get_price_text(self, line):
        """Return the price of a line with its interval."""
        amount = format_amount(self.env, line.price, line.currency_id)
        if line.interval_unit == "once":
            return self.env._("%(amount)s once", amount=amount)
        units = dict(line._fields["interval_unit"]._description_selection(self.env))
        unit = units[line.interval_unit].lower()
        return self.env._("%(amount)s every %(count)s %(unit)s", amount=amount, count=line.interval_count, unit=unit)

    def _get_period_texts(self):
        """Return one text per period: its days, and the quotas that it has."""
        if self.contract_id.period_ids.filtered(lambda period: not period.is_from_template):
            return [self.env._("The contract has its own: they stay.")]
        labels = self.env["service.contract.template.period"].fields_get(QUOTAS, ["string"])
        texts = []
        for values in self.template_id._prepare_period_values(self.contract_id):
            days = f"{format_date(self.env, values['date_start'])} - {format_date(self.env, values['date_end'])}"
            quotas = [f"{values[name]:g} {labels[name]['string'].lower()}" for name in QUOTAS if values[name]]
            texts.append(": ".join(filter(None, [days, ", ".join(quotas)])))
        return texts


def map_fit(lines, unit):
    """Yield, for each line of a template, whether it makes a row for a unit."""
    return (line._is_for_unit(unit) for line in lines)
