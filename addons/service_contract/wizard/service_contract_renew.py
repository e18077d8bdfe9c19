# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

# How many contracts are shown row by row; of more, their totals are.
MAX_PREVIEWS = 5
MAX_ROWS = 50


class ServiceContractRenew(models.TransientModel):
    """Shows what the renewal of one or many contracts changes, and carries it out, each contract on its own."""

    _name = "service.contract.renew"
    _description = "Renew Contracts"

    line_ids = fields.One2many(comodel_name="service.contract.renew.line", inverse_name="wizard_id")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    is_done = fields.Boolean(compute="_compute_is_done")
    has_failed = fields.Boolean(compute="_compute_is_done")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "line_ids" in fields and self.env.context.get("active_model") == "service.contract":
            contracts = self.env["service.contract"].browse(self.env.context.get("active_ids", ()))
            contracts = contracts.sorted("date_end")
            values["line_ids"] = [Command.create(vals) for vals in self._prepare_lines_values(contracts)]
        return values

    @api.depends("line_ids.increase", "line_ids.contract_id", "line_ids.state")
    def _compute_preview(self):
        for wizard in self:
            lines = wizard.line_ids.filtered(lambda line: line.contract_id and line.state == "todo")
            if not lines or len(lines) > MAX_PREVIEWS:
                wizard.preview = False
                continue
            wizard.preview = self.env["ir.qweb"]._render(
                "service_contract.renewal_preview",
                {
                    "previews": [(line.contract_id, line._get_preview()) for line in lines],
                    "max_rows": MAX_ROWS,
                    "to_date": fields.Date.to_date,
                },
            )

    @api.depends("line_ids.state")
    def _compute_is_done(self):
        for wizard in self:
            states = set(wizard.line_ids.mapped("state"))
            wizard.is_done = states == {"done"}
            wizard.has_failed = "failed" in states

    def action_confirm(self):
        """Renew the contracts, each on its own: one that fails stays in the list with the reason.

        :return: the wizard again when one has failed, else a notification
        :raise UserError: when no contract is left in the list
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.state != "done")
        if not lines:
            raise UserError(self.env._("Choose the contracts to renew first."))
        lines._renew()
        if failed := lines.filtered(lambda line: line.state == "failed"):
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("%(count)s not renewed", count=len(failed)),
                "res_model": self._name,
                "res_id": self.id,
                "view_mode": "form",
                "target": "new",
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self._get_success_text(lines),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_success_text(self, lines):
        if len(lines) > 1:
            return self.env._("%(count)s contracts renewed.", count=len(lines))
        return self.env._(
            "Contract %(contract)s renewed until %(date)s.",
            contract=lines.contract_id.name,
            date=lines.contract_id._format_day(lines.contract_id.date_end),
        )

    @api.model
    def _prepare_lines_values(self, contracts):
        """Return the values of the lines that renew some contracts by their rules."""
        return [
            {
                "contract_id": contract.id,
                "date_end_old": contract.date_end,
                "increase_proposed": indexation["increase"],
                "increase": indexation["increase"],
            }
            for contract, indexation in contracts._get_indexations().items()
        ]
