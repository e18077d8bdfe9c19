# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceObligationDone(models.TransientModel):
    """Asks when something was done and for the evidence, or why it is waived."""

    _name = "service.obligation.done"
    _description = "Obligation Done or Waived"

    contract_obligation_ids = fields.Many2many(
        comodel_name="service.contract.obligation",
        string="Obligations",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    is_waived = fields.Boolean(readonly=True)
    date = fields.Date(string="Done On", default=fields.Date.context_today)
    note = fields.Char()
    attachment_ids = fields.Many2many(comodel_name="ir.attachment", string="Evidence")
    is_evidence_needed = fields.Boolean(compute="_compute_is_evidence_needed")
    instructions = fields.Text(compute="_compute_is_evidence_needed")

    @api.depends("contract_obligation_ids")
    def _compute_is_evidence_needed(self):
        for wizard in self:
            records = wizard.contract_obligation_ids
            wizard.is_evidence_needed = any(records.mapped("is_evidence_needed"))
            wizard.instructions = "\n".join(records.filtered("instructions").obligation_id.mapped("instructions"))

    def action_confirm(self):
        """Carry it out."""
        for wizard in self:
            records = wizard.contract_obligation_ids
            if wizard.is_waived:
                records.action_waive(wizard.note)
            else:
                records.action_done(wizard.date, wizard.note, wizard.attachment_ids.ids)
        return {"type": "ir.actions.act_window_close"}
