# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.notice import ONE_DAY


class ServiceContractTemplate(models.Model):
    """What contracts of a kind are made from: rows, periods, services, level and obligations.

    Its type says how such contracts renew, end and are billed; what the template says itself comes first.
    """

    _name = "service.contract.template"
    _description = "Contract Template"
    _inherit = ["service.coverage.terms", "service.limits.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name="res.company", index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(comodel_name="res.currency", compute="_compute_currency_id")
    description = fields.Text(translate=True, help="For whom it is, and what to ask before it is used.")
    type_id = fields.Many2one(comodel_name="service.contract.type", string="Contract Type", check_company=True)
    duration_months = fields.Integer(string="Duration (Months)", required=True, default=12)
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="Service Level",
        check_company=True,
        help="Empty means that of the contract type.",
    )
    regime_id = fields.Many2one(comodel_name="service.regime", string="Performance Regime", check_company=True)
    line_ids = fields.One2many(
        comodel_name="service.contract.template.line", inverse_name="template_id", string="Coverage", copy=True
    )
    period_ids = fields.One2many(
        comodel_name="service.contract.template.period", inverse_name="template_id", string="Periods", copy=True
    )
    service_ids = fields.One2many(
        comodel_name="service.contract.template.service",
        inverse_name="template_id",
        string="Services Foreseen",
        copy=True,
    )
    obligation_ids = fields.Many2many(comodel_name="service.obligation", string="Obligations", check_company=True)
    contract_count = fields.Integer(compute="_compute_contract_count")

    _check_duration = models.Constraint("CHECK (duration_months > 0)", "A contract lasts a month at least.")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for template in self:
            template.currency_id = (template.company_id or self.env.company).currency_id

    def _compute_contract_count(self):
        counts = dict(
            self.env["service.contract"]._read_group([("template_id", "in", self.ids)], ["template_id"], ["__count"])
        )
        for template in self:
            template.contract_count = counts.get(template, 0)

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """Take over the terms of the type, as a proposal for the rows."""
        if self.type_id:
            self.update(self.type_id._prepare_terms_values())

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for template, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=template.name)
        return vals_list

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def create_contract(self, partner_id, date_start, equipment_ids=None, site_ids=None):
        """Make a draft from the template.

        :param int partner_id: the customer
        :param date_start: first day (date or ISO text)
        :param equipment_ids: ids of the units to cover, one row each for every line that is per unit
        :param site_ids: ids of the sites to which rows without a unit are limited
        :return: `service.contract`
        :raise UserError: for a unit that no line is for
        """
        self.ensure_one()
        contract = self.env["service.contract"].create(
            {
                "partner_id": partner_id,
                "template_id": self.id,
                "date_start": date_start,
                "site_ids": [fields.Command.set(site_ids or [])],
            }
        )
        contract.action_apply_template(equipment_ids=equipment_ids)
        return contract

    def action_open_contracts(self):
        """Open the contracts that were made from the template."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_contract_action")
        return {**action, "domain": [("template_id", "in", self.ids)], "context": {}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_date_end(self, date_start):
        """Return the last day of a contract that begins on a day."""
        self.ensure_one()
        return date_start + relativedelta(months=self.duration_months) - ONE_DAY

    def _check_units(self, units):
        """Refuse units that no line is for."""
        self.ensure_one()
        lines = self.line_ids.filtered("is_per_unit")
        missing = units.filtered(lambda unit: not any(line._is_for_unit(unit) for line in lines))
        if missing:
            raise UserError(
                self.env._(
                    "Template %(template)s has no row per unit for %(unit)s: leave it out, or add one to the template.",
                    template=self.name,
                    unit=missing[0].display_name,
                )
            )

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_contract_values(self):
        """Hook: prepare what the header of a contract takes over from the template, and from its type.

        :return: dict of values of `service.contract`, without its days
        """
        self.ensure_one()
        values = self.type_id._prepare_contract_values() if self.type_id else {}
        values.update(self._prepare_terms_values(), template_id=self.id)
        for name in ("type_id", "sla_policy_id", "regime_id"):
            if self[name]:
                values[name] = self[name].id
        return values

    def _prepare_coverage_values(self, contract, units):
        """Hook: prepare the coverage rows of a contract.

        :param contract: `service.contract`, a draft
        :param units: `service.equipment` to cover
        :return: list of dicts of values
        """
        values_list = []
        for line in self.line_ids:
            values = {**line._prepare_line_values(), "contract_id": contract.id, "is_from_template": True}
            if line.is_per_unit:
                values_list += [
                    {**values, "equipment_id": unit.id} for unit in units if line._is_for_unit(unit)
                ]
            else:
                values_list.append({**values, **line._prepare_scope_values()})
        return values_list

    def _prepare_period_values(self, contract):
        """Hook: prepare the periods of a contract: the template's in their order, the last one to the end of the term.

        :param contract: `service.contract`, a draft
        :return: list of dicts of values
        """
        values_list = []
        periods = list(self.period_ids)
        months, start = 0, contract.date_start
        while periods and start <= contract.date_end:
            period = periods[min(len(values_list), len(periods) - 1)]
            months += period.months
            after = contract.date_start + relativedelta(months=months)
            values_list.append(
                {
                    **period._prepare_quota_values(),
                    "contract_id": contract.id,
                    "date_start": start,
                    "date_end": min(after - ONE_DAY, contract.date_end),
                    "is_from_template": True,
                }
            )
            start = after
        return values_list
