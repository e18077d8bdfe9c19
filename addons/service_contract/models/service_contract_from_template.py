# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.term import ONE_DAY, months_between
from .service_contract_template_line import ROW_FIELDS, SCOPE_FIELDS
from .service_contract_template_period import QUOTA_FIELDS


class ServiceContract(models.Model):
    """Contracts made from a template, and templates made from a contract; the services that are foreseen."""

    _inherit = "service.contract"

    template_id = fields.Many2one(
        comodel_name="service.contract.template",
        copy=False,
        index="btree_not_null",
        check_company=True,
        groups="base.group_user",
    )
    service_ids = fields.One2many(
        comodel_name="service.contract.service",
        inverse_name="contract_id",
        string="Services Foreseen",
        copy=True,
        groups="base.group_user",
    )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        """Propose to a draft what the template and its type say; its rows come by :meth:`action_apply_template`."""
        template = self.template_id
        if template and self.state == "draft":
            self.update(template.with_company(self.company_id)._prepare_contract_values())
            self.template_id = template
            if self.date_start:
                self.date_end = template._get_date_end(self.date_start)

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """The type that a template has brought says nothing against the template."""
        if not self.template_id or self.template_id.type_id != self.type_id:
            super()._onchange_type_id()

    @api.onchange("date_start")
    def _onchange_date_start(self):
        super()._onchange_date_start()
        if self.date_start and self.template_id and self.state == "draft":
            self.date_end = self.template_id._get_date_end(self.date_start)

    @api.model
    def _get_type_values(self, vals):
        """A template comes before the type: it brings its own, or is the one that the type proposes."""
        values = super()._get_type_values(vals)
        template = self.env["service.contract.template"].browse(
            vals.get("template_id", values.get("template_id")) or []
        )
        if not template:
            return values
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        date_start = fields.Date.to_date(vals.get("date_start")) or fields.Date.context_today(self)
        return {
            **values,
            **template.with_company(company)._prepare_contract_values(),
            "date_end": template._get_date_end(date_start),
        }

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_apply_template(self, equipment_ids=None):
        """Make the rows, periods, services and obligations of the template.

        What an earlier run made is made anew; what was added by hand stays. Obligations that the contract has already
        are not added again.

        :param equipment_ids: ids of the units to cover; without it those that the contract covers already
        :raise UserError: without a template, once the contract has begun, or for a unit that no line is for
        """
        self.check_access("write")
        for contract in self:
            template = contract.template_id
            contract._check_template_applies()
            made = contract.coverage_ids.filtered("is_from_template")
            units = made.equipment_id
            if equipment_ids is not None:
                units = self.env["service.equipment"].browse(equipment_ids)
            template._check_units(units)
            made.unlink()
            contract.period_ids.filtered("is_from_template").unlink()
            contract.service_ids.filtered("is_from_template").unlink()
            self.env["service.coverage"].create(template._prepare_coverage_values(contract, units))
            if not contract.period_ids:
                self.env["service.contract.period"].create(template._prepare_period_values(contract))
            contract.write(contract._prepare_template_commands())
        return True

    def action_open_template_apply(self):
        """Open the dialogue that shows what the template makes, and asks for the units."""
        self.ensure_one()
        self._check_template_applies()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "service_contract.service_contract_template_apply_action"
        )
        return {**action, "context": {"default_contract_id": self.id}}

    def action_save_as_template(self):
        """Make a template of the contract, with one line for all units that have the same row, and open it."""
        self.ensure_one()
        template = self.env["service.contract.template"].create(self._prepare_template_values())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contract Template"),
            "res_model": template._name,
            "res_id": template.id,
            "view_mode": "form",
        }

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _check_template_applies(self):
        """Refuse what has no template, and a contract that has begun."""
        for contract in self:
            if not contract.template_id:
                raise UserError(
                    self.env._("Choose a template for contract %(contract)s first.", contract=contract.name)
                )
            if contract.state != "draft":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s has begun: a template is for drafts. Amend the contract instead.",
                        contract=contract.name,
                    )
                )

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _prepare_template_commands(self):
        """Hook: prepare the services and obligations that the contract takes over from its template."""
        self.ensure_one()
        template = self.template_id
        return {
            "service_ids": [
                fields.Command.create({**values, "is_from_template": True})
                for values in template.service_ids._prepare_service_values()
            ],
            "obligation_ids": [
                fields.Command.create({"obligation_id": obligation.id})
                for obligation in template.obligation_ids - self.obligation_ids.obligation_id
            ],
        }

    def _prepare_template_values(self):
        """Hook: prepare the template that is made of the contract."""
        self.ensure_one()
        return {
            **self._prepare_terms_values(),
            "name": self.env._("Like %(contract)s", contract=self.name),
            "company_id": self.company_id.id,
            "type_id": self.type_id.id,
            "duration_months": months_between(self.date_term_start, self.date_end + ONE_DAY) or 12,
            "sla_policy_id": self.sla_policy_id.id,
            "regime_id": self.regime_id.id,
            "obligation_ids": [fields.Command.set(self.obligation_ids.obligation_id.ids)],
            "line_ids": [fields.Command.create(values) for values in self._prepare_template_line_values()],
            "period_ids": [fields.Command.create(values) for values in self._prepare_template_period_values()],
            "service_ids": [
                fields.Command.create(values) for values in self.service_ids._prepare_service_values()
            ],
        }

    def _prepare_template_line_values(self):
        """Return the lines of the template that is made of the contract: one for all units that have the same row."""
        self.ensure_one()
        lines, units_by_line = [], {}
        for row in self.coverage_ids.filtered(lambda row: not row.period_id and row.date_end == self.date_end):
            values = {**row._prepare_terms_values(), **self._copy_values(row, ROW_FIELDS)}
            if not row.equipment_id:
                lines.append({**values, **self._copy_values(row, SCOPE_FIELDS)})
                continue
            key = repr(values)
            if key not in units_by_line:
                units_by_line[key] = row.equipment_id.browse()
                lines.append({**values, "is_per_unit": True, "key": key})
            units_by_line[key] |= row.equipment_id
        for line in lines:
            products = units_by_line.get(line.pop("key", None), self.env["service.equipment"]).product_id
            if line.get("is_per_unit"):
                line["name"] = ", ".join(products.mapped("display_name"))
                line["product_ids"] = [fields.Command.set(products.ids)]
        return lines

    def _prepare_template_period_values(self):
        """Return the periods, of the present term, of the template that is made of the contract."""
        self.ensure_one()
        months = {
            day: months_between(self.date_term_start, day)
            for period in self.period_ids
            for day in (period.date_start, period.date_end + ONE_DAY)
        }
        return [
            {
                **{name: period[name] for name in QUOTA_FIELDS},
                "months": max(months[period.date_end + ONE_DAY] - months[period.date_start], 1),
            }
            for period in self.period_ids
            if period.date_start >= self.date_term_start
        ]

    @api.model
    def _copy_values(self, record, names):
        return {name: record._fields[name].convert_to_write(record[name], record) for name in names}
