# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize

LENGTHS = {"name": 100, "company": 100, "phone": 40, "serial": 64, "subject": 200, "description": 5000}


class ServiceCall(models.Model):
    """Calls from the public form.

    Whoever fills it in is not known, whatever he says of himself. What he entered stands in the description; who he
    may be, and which unit he may mean, is proposed to whoever triages the call. Until somebody has accepted that, the
    call is no customer's, so that no portal user sees it.
    """

    _inherit = "service.call"

    proposed_contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Perhaps From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="A contact with the e-mail address that was entered. Anybody can enter it: ask when in doubt.",
    )
    proposed_equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Perhaps About",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="A unit with the serial number that was entered.",
    )

    @api.model
    def _create_from_web(self, entered, company, team=None):
        """Make a call of the public form (sudo).

        :param dict entered: ``name``, ``email``, ``phone``, ``company``, ``serial``, ``subject``, ``description`` and
            ``form_token``, as texts
        :param company: ``res.company`` that gets the call
        :param team: ``service.team`` that gets it, or None for the default one
        :return: the new call
        :raise UserError: for a missing subject, name or address, with one sentence
        """
        entered = {key: (value or "").strip()[: LENGTHS.get(key, 200)] for key, value in entered.items()}
        self._check_web_form(entered)
        if sent := self.search([("form_token", "=", entered["form_token"])], limit=1):
            return sent
        return self.with_company(company)._create_once(self._prepare_web_values(entered, company, team))

    @api.model
    def _check_web_form(self, entered):
        if not entered["name"]:
            raise UserError(self.env._("Tell us your name."))
        if not email_normalize(entered["email"]):
            raise UserError(self.env._("Give us one e-mail address at which we can answer."))
        if not entered["subject"]:
            raise UserError(self.env._("Say in a few words what it is about."))

    @api.model
    def _prepare_web_values(self, entered, company, team=None):
        """Return the values of a call from the public form: nobody's until somebody has looked at it."""
        lines = [
            f"{label}: {entered[key]}"
            for key, label in (
                ("name", self.env._("Name")),
                ("company", self.env._("Company")),
                ("email", self.env._("E-mail")),
                ("phone", self.env._("Phone")),
                ("serial", self.env._("Serial number")),
            )
            if entered[key]
        ]
        text = "\n".join([entered["description"], "", *lines]).strip()
        email = email_normalize(entered["email"])
        team = team or self.env["service.team"]._get_default_team(company)
        return {
            "subject": entered["subject"],
            "description": self.env["ir.qweb.field.text"].value_to_html(text, {}),
            "channel": "web",
            "partner_email": email,
            "mail_sender": email,
            "partner_phone": entered["phone"],
            "needs_triage": True,
            "company_id": company.id,
            "team_id": team.id,
            "form_token": entered["form_token"],
            **self._prepare_proposal(email, entered["serial"], company),
        }

    @api.model
    def _prepare_proposal(self, email, serial, company):
        """Return who may have written and about which unit, where that is one."""
        contacts = self.env["res.partner"].search([("email_normalized", "=", email)])
        contacts = contacts.filtered(
            lambda partner: not partner.company_id or partner.company_id == company
        ).filtered(lambda partner: not any(not user.share for user in partner.user_ids))
        units = self.env["service.equipment"]
        if serial:
            units = units.with_company(company)._match_serials([serial.upper()], partner=None).filtered(
                lambda unit: unit.company_id == company
            )
        return {
            "proposed_contact_id": contacts.id if len(contacts) == 1 else False,
            "proposed_equipment_id": units.id if len(units) == 1 else False,
        }

    def action_accept_proposal(self):
        """Take the proposed contact and unit: somebody has looked at the call.

        :raise UserError: where the unit belongs to somebody else than the contact
        """
        for call in self:
            contact, unit = call.proposed_contact_id, call.proposed_equipment_id
            if contact and unit and contact.commercial_partner_id != unit.commercial_partner_id:
                raise UserError(
                    self.env._(
                        "%(unit)s belongs to %(owner)s, not to %(contact)s: choose customer and equipment by hand.",
                        unit=unit.display_name,
                        owner=unit.commercial_partner_id.name,
                        contact=contact.name,
                    )
                )
            links = ("triage_partner_id", "proposed_contact_id", "proposed_equipment_id")
            values = {"needs_triage": False, **dict.fromkeys(links, False)}
            if contact:
                values["contact_id"] = contact.id
                values["partner_id"] = contact.commercial_partner_id.id
            if unit:
                values["equipment_id"] = unit.id
                values["partner_id"] = unit.partner_id.id
            call.write(values)
            if contact:
                call._subscribe_contacts()
        return True
