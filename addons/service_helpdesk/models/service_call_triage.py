# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mail import email_normalize, parse_contact_from_email


class ServiceCall(models.Model):
    """Calls whose sender nobody knows: who is it? What is said of one holds for his other waiting calls too."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Public actions
    # ------------------------------------------------------------

    def action_triage_accept(self):
        """Take the sender for the contact on the call, else for a new contact of its customer.

        The sender's address is remembered, so that his next mail is recognised.

        :raise UserError: when the call names neither a contact nor a customer
        """
        for call in self:
            call._check_triage()
            contact, customer = call.contact_id, call.partner_id or call.triage_partner_id
            if not contact and not customer:
                raise UserError(self.env._("Choose the customer or the contact of %(call)s first.", call=call.name))
            contact = call._remember_sender(contact, customer)
            call._settle_triage(contact, customer or contact.commercial_partner_id)
        return True

    def action_triage_new_customer(self):
        """Make a new customer of the sender."""
        for call in self:
            call._check_triage()
            contact = call._create_sender(self.env["res.partner"])
            call._settle_triage(contact, contact)
        return True

    def action_triage_done(self):
        """Leave the sender unknown: somebody looked at the calls."""
        self.write({"needs_triage": False, "triage_partner_id": False})
        return True

    def action_mark_spam(self):
        """Close the calls as spam, with all open calls of their senders, and block these from now on."""
        # Whoever sorts calls may say what is spam; the list of blocked senders belongs to the managers.
        blocks = self.env["service.mail.block"].sudo()
        for call in self:
            call._check_not_closed()
            sender = call._get_sender()
            if sender and not blocks._is_blocked(sender, call.company_id):
                blocks.create({"email": sender, "company_id": call.company_id.id})
            calls = call | call._get_same_sender()
            calls.write({"is_spam": True, "is_automatic": True, "needs_triage": False, "triage_partner_id": False})
            calls._register_event("cancelled", reason=self.env._("Spam"))
        return True

    def action_unmark_spam(self):
        """Take the calls up again, and their senders off the list of blocked ones."""
        for call in self.filtered("is_spam"):
            # See action_mark_spam.
            self.env["service.mail.block"].sudo().search(
                [("email", "=", call._get_sender()), ("company_id", "=", call.company_id.id)]
            ).unlink()
            call.write({"is_spam": False, "needs_triage": not call.partner_id})
            if call.is_closed:
                call._register_event("reopened", reason=self.env._("No spam"))
        return True

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _check_triage(self):
        self._check_not_closed()
        if not self.needs_triage:
            raise UserError(self.env._("The sender of call %(call)s is known already.", call=self.name))

    def _check_not_closed(self):
        if self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed: reopen it first.", call=self.name))

    def _get_sender(self):
        """Return the address to find out about, normalized: the mail's, else the one somebody wrote down; or False."""
        self.ensure_one()
        return self.mail_sender or email_normalize(self.partner_email)

    def _remember_sender(self, contact, customer):
        """Return the contact who bears the sender's address, made when there is none."""
        sender = self._get_sender()
        if contact and (not sender or contact.email_normalized == sender):
            return contact
        if contact and not contact.email:
            # Whoever sorts calls says who wrote them; he has no right to change contacts otherwise.
            contact.sudo().email = sender
            return contact
        known = self.env["res.partner"].search(
            [
                ("email_normalized", "=", sender),
                ("commercial_partner_id", "=", (contact or customer).commercial_partner_id.id),
            ],
            limit=1,
        )
        return known or self._create_sender((contact or customer).commercial_partner_id, name=contact.name)

    def _create_sender(self, customer, name=None):
        """Return a new contact with the sender's name and address.

        :param customer: ``res.partner`` to whom he belongs, empty for a customer of his own
        :param str name: his name, when it is known better than the mail says it
        """
        sender = self._get_sender()
        if not sender:
            raise UserError(self.env._("Call %(call)s has no e-mail address: choose its contact.", call=self.name))
        values = {
            "name": name or self._get_sender_name() or sender,
            "email": sender,
            "parent_id": customer.id,
            "company_id": customer.company_id.id,
        }
        # See _remember_sender.
        return self.env["res.partner"].sudo().create(values).sudo(False)

    def _get_sender_name(self):
        """Return the name under which the sender wrote, from his mail on the call."""
        sender = self._get_sender()
        messages = self.sudo().message_ids.filtered(lambda message: email_normalize(message.email_from) == sender)
        return parse_contact_from_email(messages[-1:].email_from or "")[0]

    def _get_same_sender(self):
        """Return the other open calls of the same sender that wait for somebody who knows him."""
        sender = self._get_sender()
        if not sender:
            return self.browse()
        return self.search(
            [
                ("mail_sender", "=", sender),
                ("needs_triage", "=", True),
                ("is_closed", "=", False),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ]
        )

    def _settle_triage(self, contact, customer):
        """Write who the sender is on the call, and on his other waiting calls that name nobody else."""
        same = self._get_same_sender().filtered(lambda call: not call.partner_id or call.partner_id == customer)
        for call in self | same:
            values = {"contact_id": contact.id, "needs_triage": False, "triage_partner_id": False}
            if not call.equipment_id:
                values["partner_id"] = customer.id
            if call.is_sender_doubtful:
                values.update(is_automatic=False, is_sender_doubtful=False)
            call.write(values)
            # Messages that came before he was known are his.
            call.message_subscribe(contact.ids)
