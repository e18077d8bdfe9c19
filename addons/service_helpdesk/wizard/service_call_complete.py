# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

FACTS = ("symptom_id", "cause_id", "remedy_id")


class ServiceCallComplete(models.TransientModel):
    """Asks an engineer what was wrong and what was done, then completes his call."""

    _name = "service.call.complete"
    _description = "Complete a Call"

    call_id = fields.Many2one(comodel_name="service.call", required=True)
    symptom_id = fields.Many2one(
        comodel_name="service.fault",
        domain="[('kind', '=', 'symptom')]",
        default=lambda self: self._default_fact("symptom_id"),
    )
    cause_id = fields.Many2one(
        comodel_name="service.fault",
        domain="[('kind', '=', 'cause')]",
        default=lambda self: self._default_fact("cause_id"),
    )
    remedy_id = fields.Many2one(
        comodel_name="service.fault",
        domain="[('kind', '=', 'remedy')]",
        default=lambda self: self._default_fact("remedy_id"),
    )
    note = fields.Text(string="What Was Done", help="Kept on the call as a note for colleagues.")

    def _default_fact(self, name):
        return self.env["service.call"].browse(self.env.context.get("default_call_id", []))[name]

    def action_complete(self):
        """Write what was found out, and complete the call."""
        self.ensure_one()
        call = self.call_id
        found = {name: self[name].id for name in FACTS if self[name] != call[name]}
        if found:
            call._as_handler().write(found)
        if note := (self.note or "").strip():
            call.message_post(body=note, subtype_xmlid="mail.mt_note")
        return call.action_complete()
