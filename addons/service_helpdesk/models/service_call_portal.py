# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import mute_logger

from odoo.addons.service_contract.const import PRIORITIES

# How many units a search of the unit picker shows.
UNIT_LIMIT = 20


class ServiceCall(models.Model):
    """What a customer may do with calls."""

    _inherit = "service.call"

    # Portal users search no internal notes; the page reads what is for them from the messages themselves.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")
    customer_reference = fields.Char(
        index="btree_not_null",
        copy=False,
        help="The number that the customer gave to this matter.",
    )
    priority_wish = fields.Selection(
        selection=PRIORITIES,
        string="Priority Wished",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="How urgent the customer finds it. The contract says what is promised; less than that may be wished.",
    )
    form_token = fields.Char(copy=False, readonly=True, groups="base.group_user")

    _form_token_uniq = models.UniqueIndex("(form_token) WHERE form_token IS NOT NULL", "This call was sent already.")

    # ------------------------------------------------------------
    # What a new call may be about
    # ------------------------------------------------------------

    @api.model
    def _get_portal_unit_domain(self):
        """Hook: return the domain of the units of the current portal user that a call may be about."""
        return Domain("commercial_partner_id", "=", self.env.user.commercial_partner_id.id) & Domain(
            "state", "!=", "retired"
        )

    @api.model
    def _get_portal_units(self):
        """Return the units of the current portal user's company that a call may be about."""
        units = self.env["service.equipment"]
        if not units.has_access("read"):
            return units
        return units.search(self._get_portal_unit_domain(), order="name, id")

    @api.model
    def _find_portal_units(self, text=None, unit_ids=None):
        """Find units for the picker by number, serial number, asset code, product or site.

        :param str text: what the customer typed; nothing gives the first ones
        :param list unit_ids: only these
        :return: list of dicts ``id``, ``name``, ``site``, and ``calls``: open calls as ``name``, ``subject``, ``url``
        """
        units = self.env["service.equipment"]
        if not units.has_access("read"):
            return []
        domain = self._get_portal_unit_domain()
        if unit_ids is not None:
            domain &= Domain("id", "in", unit_ids)
        if text := (text or "").strip():
            names = ("name", "serial_number", "asset_code", "product_id.name", "site_id.name")
            # Products and sites of his own units: a customer may not read others.
            named = units.sudo().search(domain & Domain.OR(Domain(name, "ilike", text) for name in names))
            domain &= Domain("id", "in", named.ids)
        found = units.search(domain, order="name, id", limit=UNIT_LIMIT)
        calls = self.search([("equipment_id", "in", found.ids), ("is_closed", "=", False)], order="raised_at desc")
        calls_by_unit = calls.sudo().grouped("equipment_id")
        return [
            {
                "id": unit.id,
                "name": " ".join(filter(None, (unit.product_id.name, unit.serial_number or unit.name))),
                "site": unit.site_id.name or "",
                "calls": [
                    {"name": call.name, "subject": call.subject, "url": call.access_url}
                    for call in calls_by_unit.get(unit, ())
                ],
            }
            for unit in found.sudo()
        ]

    @api.model
    def _get_portal_sites(self):
        """Return the sites of the current portal user's company (sudo: for their names)."""
        # A customer may not read contacts; these are the sites of his own company.
        sites = self.env["res.partner"].sudo()
        company = self.env.user.commercial_partner_id
        return sites.search([("commercial_partner_id", "=", company.id), ("is_service_site", "=", True)], order="name")

    @api.model
    def _get_portal_types(self):
        """Return the types of call that a customer may raise (sudo: for their names)."""
        return self.env["service.call.type"].sudo().search([("is_portal", "=", True)])

    # ------------------------------------------------------------
    # A new call
    # ------------------------------------------------------------

    @api.model
    def _create_from_portal(self, subject, description, equipment_id=None, type_id=None, **entered):
        """Raise a call for the current portal user.

        :param str subject: one line
        :param str description: plain text
        :param int equipment_id: unit of the user's own company, or None
        :param int type_id: type of call, or None for the default
        :param entered: further values of the form: ``site_id``, ``priority_wish``, ``customer_reference``,
            ``original_id`` and ``form_token``, with which a form makes one call however often it is sent
        :return: the new call, as the portal user sees it
        :raise UserError: without a subject
        :raise AccessError: for a unit that the user may not see
        """
        if not (subject or "").strip():
            raise UserError(self.env._("Say in a few words what it is about."))
        if sent := self._find_sent_form(entered.get("form_token")):
            return sent
        unit = self.env["service.equipment"].browse(equipment_id or [])
        if unit and unit not in self._get_portal_units():
            raise AccessError(self.env._("This unit is not one of yours."))
        contact = self.env.user.partner_id
        values = self._prepare_portal_values(contact, subject, description, unit.sudo(), type_id)
        values.update(self._prepare_entered_values(unit, entered))
        # Raised in the customer's name by the system: customers have no right to write calls.
        call = self.sudo()._create_once(values)
        if call.priority_wish and call.priority_wish < call.priority:
            call.priority = call.priority_wish
        return call.sudo(False)

    @api.model
    def _find_sent_form(self, form_token):
        """Return the call that the current user made with this form; empty before it was sent.

        :raise UserError: when somebody else sent it
        """
        if not form_token:
            return self.browse()
        # The token is no field of the customer's; the call is his.
        sent = self.sudo().search([("form_token", "=", form_token)], limit=1)
        if sent and sent.contact_id != self.env.user.partner_id:
            raise UserError(self.env._("This form was used already: open a new one."))
        return sent.sudo(False)

    @api.model
    def _create_once(self, values):
        """Create the call of a form; if the form is being sent twice at once, the second one waits for the first."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return self.create(values)
        except psycopg2.errors.UniqueViolation as error:
            # Asked again, the request sees the call that the first one made.
            raise ConcurrencyError(self.env._("This call was sent already.")) from error

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
            "company_id": company.id,
        }
        return {**values, "type_id": type_id} if type_id in self._get_portal_types().ids else values

    @api.model
    def _prepare_entered_values(self, unit, entered):
        """Return the values of what a customer entered besides; what is not his is left out.

        :param unit: ``service.equipment`` that the call is about; its site is the call's
        :param dict entered: as of :meth:`_create_from_portal`
        """
        wish = entered.get("priority_wish")
        values = {
            "customer_reference": (entered.get("customer_reference") or "").strip()[:64] or False,
            "priority_wish": wish if wish in dict(PRIORITIES) else False,
            "form_token": (entered.get("form_token") or "")[:64] or False,
        }
        if not unit and entered.get("site_id") in self._get_portal_sites().ids:
            values["site_id"] = entered["site_id"]
        original = self.browse(entered.get("original_id") or []).exists()
        if original and original.has_access("read"):
            values["original_id"] = original.id
        return values

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

    # ------------------------------------------------------------
    # Closing and opening again
    # ------------------------------------------------------------

    def _get_reopen_limit(self):
        """Return the instant until which the customer may open a closed call again."""
        self.ensure_one()
        return self.closed_at + timedelta(days=self.sudo().company_id.service_reopen_days)

    def _is_portal_reopenable(self):
        """Tell whether the customer may open this call again; later he raises a new one that follows from it."""
        self.ensure_one()
        if not self.closed_at or self.sudo().merged_into_id:
            return False
        return fields.Datetime.now() <= self._get_reopen_limit()

    def _close_from_portal(self, author, remark=None):
        """Close a call for its customer: it works again.

        Where we still have to add something before the call may be closed, its owner is asked to.

        :param author: ``res.partner`` who closes
        :param str remark: what he has to say, plain text
        :raise UserError: when the call is closed already
        """
        self.ensure_one()
        if self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed already.", call=self.name))
        # Customers have no right to write calls: the system closes it in his name.
        call = self.sudo()
        if call.type_id.is_failure:
            words = self.env._("It works again.")
            reason = self.env._("%(name)s: it works again.", name=author.name)
        else:
            words = self.env._("This is settled.")
            reason = self.env._("%(name)s: this is settled.", name=author.name)
        call._post_from_portal(author, remark or words)
        try:
            with self.env.cr.savepoint():
                call._register_event("completed", reason=reason)
        except UserError as error:
            user = call.user_id or call.team_id.user_id
            call.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Close it: the customer says that it is done"),
                note=str(error),
                user_id=user.id or self.env.ref("base.user_admin").id,
            )

    def _reopen_from_portal(self, author, reason):
        """Open a closed call again for its customer.

        :param author: ``res.partner`` who opens it
        :param str reason: what is wrong, plain text
        :raise UserError: without a reason, or when it is too late
        """
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("Say what is still wrong."))
        if not self.is_closed:
            raise UserError(self.env._("Call %(call)s is open: write a message.", call=self.name))
        # He is told the number that remained.
        if merged_into := self.sudo().merged_into_id:
            raise UserError(self.env._("This call goes on as %(call)s: write there.", call=merged_into.name))
        if not self._is_portal_reopenable():
            raise UserError(self.env._("This call was closed long ago: please report a new one."))
        # As in _close_from_portal.
        self.sudo()._register_event("reopened", reason=reason.strip()[:200])
        self.sudo()._post_from_portal(author, reason)

    def _post_from_portal(self, author, text):
        self.ensure_one()
        self.message_post(
            body=text.strip(), author_id=author.id, message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def message_post(self, **kwargs):
        if not self.env.su and self.env.user.share:
            # What a customer writes is for us to read and for him: never an internal note.
            kwargs.update(message_type="comment", subtype_xmlid="mail.mt_comment", subtype_id=False)
        return super().message_post(**kwargs)
