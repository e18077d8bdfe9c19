# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError


class ServiceCall(models.Model):
    """What a customer may do with calls."""

    _inherit = "service.call"

    @api.model
    def _get_portal_units(self):
        """Return the units of the current portal user's company that a call may be about."""
        units = self.env["service.equipment"]
        if not units.has_access("read"):
            return units
        return units.search(
            [
                ("commercial_partner_id", "=", self.env.user.commercial_partner_id.id),
                ("state", "!=", "retired"),
            ],
            order="name, id",
        )

    @api.model
    def _create_from_portal(self, subject, description, equipment_id=None, type_id=None):
        """Raise a call for the current portal user.

        :param str subject: one line
        :param str description: plain text
        :param int equipment_id: unit of the user's own company, or None
        :param int type_id: type of call, or None for the default
        :return: the new call, as the portal user sees it
        :raise UserError: without a subject
        :raise AccessError: for a unit that the user may not see
        """
        if not (subject or "").strip():
            raise UserError(self.env._("Say in a few words what it is about."))
        unit = self.env["service.equipment"].browse(equipment_id or [])
        if unit and unit not in self._get_portal_units():
            raise AccessError(self.env._("This unit is not one of yours."))
        contact = self.env.user.partner_id
        # Raised in the customer's name by the system: customers have no right to write calls.
        call = self.sudo().create(self._prepare_portal_values(contact, subject, description, unit.sudo(), type_id))
        return call.sudo(False)

    @api.model
    def _prepare_portal_values(self, contact, subject, description, unit, type_id):
        """Return the values of a call that a customer raises in the portal."""
        company = unit.company_id or contact.company_id or self.env.company
        values = {
            "subject": subject.strip()[:200],
            "description": self.env["ir.qweb.field.text"].value_to_html(description or "", {}) or False,
            "channel": "portal",
            "contact_id": contact.id,
            "partner_id": (unit.partner_id or contact.commercial_partner_id).id,
            "equipment_id": unit.id,
            "team_id": self.env["service.team"].sudo()._get_default_team(company).id,
            "company_id": company.id,
        }
        return {**values, "type_id": type_id} if type_id else values

    def _attach_from_portal(self, files):
        """Post the files of a new portal call as a message of its customer.

        :param list files: (name, bytes)
        """
        self.ensure_one()
        if files:
            # The customer may write messages but no records; the message is his.
            self.sudo().message_post(
                body=self.env._("Files"),
                attachments=files,
                author_id=self.env.user.partner_id.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

    def message_post(self, **kwargs):
        if not self.env.su and self.env.user.share:
            # What a customer writes is for us to read and for him: never an internal note.
            kwargs.update(message_type="comment", subtype_xmlid="mail.mt_comment", subtype_id=False)
        return super().message_post(**kwargs)
