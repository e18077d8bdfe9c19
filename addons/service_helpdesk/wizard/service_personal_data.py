# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io
import json
import zipfile

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, html2plaintext

KINDS = ("calls", "messages", "mails", "attachments", "ratings", "follows", "users")


class ServicePersonalData(models.TransientModel):
    """Shows, exports and erases what calls hold about a person, a contact or a mere e-mail address.

    It looks at calls that the manager may read. What other systems and other modules hold is theirs.
    """

    _name = "service.personal.data"
    _description = "Personal Data"

    partner_id = fields.Many2one(comodel_name="res.partner", string="Person", domain="[('is_company', '=', False)]")
    email = fields.Char(compute="_compute_email", store=True, readonly=False)
    line_ids = fields.One2many(
        comodel_name="service.personal.data.line",
        inverse_name="request_id",
        compute="_compute_line_ids",
        store=True,
    )
    has_data = fields.Boolean(compute="_compute_has_data")
    erased_count = fields.Integer(string="Calls Erased", readonly=True)
    export_file = fields.Binary(readonly=True, attachment=True)

    def _compute_display_name(self):
        self.display_name = self.env._("Personal Data")

    @api.depends("partner_id")
    def _compute_email(self):
        for request in self:
            request.email = request.partner_id.email_normalized or request.email

    @api.depends("partner_id", "email")
    def _compute_line_ids(self):
        labels = self._get_labels()
        for request in self:
            found = request._find() if request._get_emails() or request.partner_id else {}
            request.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "name": labels[kind],
                            "count": len(found[kind]),
                            "res_model": found[kind]._name,
                            "record_ids": found[kind].ids,
                        }
                    )
                    for kind in KINDS
                    if found
                ),
            ]

    @api.depends("line_ids.count")
    def _compute_has_data(self):
        for request in self:
            request.has_data = any(request.line_ids.mapped("count"))

    @api.constrains("partner_id")
    def _check_partner_id(self):
        for request in self:
            if request.partner_id.is_company:
                raise UserError(
                    self.env._("%(name)s is a company: pick a person.", name=request.partner_id.display_name)
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_export(self):
        """Make one ZIP file of what is held: as data, as a page to read, with the files."""
        self.ensure_one()
        found = self._find_or_refuse()
        self.export_file = base64.b64encode(self._make_zip(found))
        self._log("export", found["calls"])
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/export_file/personal-data.zip?download=true",
            "target": "self",
        }

    def action_erase(self):
        """Erase names, addresses and words of the person, and keep the figures."""
        self.ensure_one()
        found = self._find_or_refuse()
        self._get_words()
        self._log("erase", found["calls"])
        self._erase(found)
        count = len(found["calls"])
        self.write({"partner_id": False, "email": False, "words": False, "erased_count": count, "export_file": False})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Personal Data"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    # ------------------------------------------------------------
    # What is held
    # ------------------------------------------------------------

    @api.model
    def _get_labels(self):
        return {
            "calls": self.env._("Calls of the person, with e-mail address and telephone number"),
            "messages": self.env._("Messages that the person wrote"),
            "mails": self.env._("E-mails to the person"),
            "attachments": self.env._("Files that the person sent"),
            "ratings": self.env._("Ratings that the person gave"),
            "follows": self.env._("Calls that the person follows"),
            "users": self.env._("Portal access"),
        }

    def _get_emails(self):
        """Return the e-mail addresses of the person, normalised."""
        self.ensure_one()
        texts = {self.partner_id.email_normalized, email_normalize(self.email or "")}
        return [text for text in texts if text]

    def _find(self):
        """Return what is held about the person: dict {kind: records}.

        Calls with the manager's own rights; what hangs on them is the machine's.
        """
        self.ensure_one()
        emails, partner = self._get_emails(), self.partner_id
        calls = self._find_calls(emails, partner)
        readable = self.env["service.call"].sudo()._search([("company_id", "in", self.env.companies.ids)])
        on_calls = Domain("model", "=", "service.call") & Domain("res_id", "in", readable)
        is_author = Domain.OR(Domain("email_from", "=ilike", f"%{email}%") for email in emails)
        if partner:
            is_author |= Domain("author_id", "=", partner.id)
        messages = self.env["mail.message"].sudo().search(on_calls & is_author)
        of_calls = Domain("mail_message_id", "any", [("model", "=", "service.call"), ("res_id", "in", calls.ids)])
        is_recipient = Domain.OR(Domain("email_to", "ilike", email) for email in emails)
        if partner:
            is_recipient |= Domain("recipient_ids", "in", partner.ids)
        return {
            "calls": calls,
            "messages": messages,
            "mails": self.env["mail.mail"].sudo().search(of_calls & is_recipient),
            "attachments": self._find_attachments(calls, messages, partner),
            "ratings": self.env["rating.rating"]
            .sudo()
            .search([("res_model", "=", "service.call"), ("res_id", "in", readable), ("partner_id", "=", partner.id)])
            if partner
            else self.env["rating.rating"],
            "follows": self.env["mail.followers"]
            .sudo()
            .search([("res_model", "=", "service.call"), ("res_id", "in", readable), ("partner_id", "=", partner.id)])
            if partner
            else self.env["mail.followers"],
            "users": partner.sudo().with_context(active_test=False).user_ids,
        }

    def _find_calls(self, emails, partner):
        """Return the calls in which the person is contact, customer or sender."""
        domain = Domain("partner_email", "in", emails)
        if partner:
            domain |= Domain("contact_id", "=", partner.id) | Domain("partner_id", "=", partner.id)
        return self.env["service.call"].search(domain)

    def _find_attachments(self, calls, messages, partner):
        attachments = messages.attachment_ids
        users = partner.sudo().with_context(active_test=False).user_ids
        if users:
            attachments |= (
                self.env["ir.attachment"]
                .sudo()
                .search(
                    [
                        ("res_model", "=", "service.call"),
                        ("res_id", "in", calls.ids),
                        ("create_uid", "in", users.ids),
                    ]
                )
            )
        return attachments

    def _find_or_refuse(self):
        """Return what is held, or say that there is nothing."""
        if not self.partner_id and not self._get_emails():
            raise UserError(self.env._("Pick a person, or type an e-mail address."))
        found = self._find()
        if not any(found[kind] for kind in KINDS if kind != "users"):
            raise UserError(self.env._("Calls hold nothing about this person."))
        return found

    def _log(self, kind, calls):
        # The log belongs to the machine: nobody writes it by hand.
        self.env["service.personal.log"].sudo().create(
            [
                {
                    "kind": kind,
                    "user_id": self.env.uid,
                    "company_id": company.id,
                    "call_numbers": ", ".join(own.mapped("name")),
                    "call_count": len(own),
                }
                for company, own in (calls.grouped("company_id") or {self.env.company: calls}).items()
            ]
        )

    # ------------------------------------------------------------
    # Export
    # ------------------------------------------------------------

    def _make_zip(self, found):
        """Return the bytes of the exported file."""
        data = self._prepare_export(found)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("personal-data.json", json.dumps(data, indent=2, ensure_ascii=False, default=str))
            archive.writestr("personal-data.html", self._render_export(data))
            for attachment in found["attachments"]:
                name = attachment.name.replace("/", "_").replace("\\", "_")
                archive.writestr(f"files/{attachment.id}-{name}", attachment.raw or b"")
        return buffer.getvalue()

    def _prepare_export(self, found):
        """Return what is held, as plain values: a list of dicts for each kind."""
        partner = self.partner_id
        return {
            "person": [{"name": partner.name, "email": ", ".join(self._get_emails()), "phone": partner.phone}],
            "calls": [
                {
                    "number": call.name,
                    "raised": call.raised_at,
                    "subject": call.subject,
                    "description": html2plaintext(call.description or ""),
                    "email": call.partner_email,
                    "phone": call.partner_phone,
                }
                for call in found["calls"]
            ],
            "messages": [
                {
                    "date": message.date,
                    "from": message.email_from,
                    "subject": message.subject,
                    "text": html2plaintext(message.body or ""),
                }
                for message in found["messages"]
            ],
            "mails": [
                {"date": mail.date, "to": mail.email_to, "subject": mail.subject, "state": mail.state}
                for mail in found["mails"]
            ],
            "attachments": [
                {"file": f"files/{attachment.id}-{attachment.name}", "size": attachment.file_size}
                for attachment in found["attachments"]
            ],
            "ratings": [
                {"date": rating.write_date, "rating": rating.rating, "remark": rating.feedback}
                for rating in found["ratings"]
            ],
            "follows": [{"call": call_id} for call_id in found["follows"].mapped("res_id")],
            "users": [{"login": user.login, "last_seen": user.login_date} for user in found["users"]],
        }

    @api.model
    def _render_export(self, data):
        """Return the same as a page to read."""
        labels = {"person": self.env._("Person"), **self._get_labels()}
        sections = []
        for kind, rows in data.items():
            if not rows:
                continue
            head = Markup().join(Markup("<th>%s</th>") % name for name in rows[0])
            body = Markup().join(
                Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % (value or "") for value in row.values())
                for row in rows
            )
            sections.append(
                Markup("<h2>%s</h2><table border='1'><tr>%s</tr>%s</table>") % (labels[kind], head, body)
            )
        return Markup("<!DOCTYPE html><html><head><meta charset='utf-8'/></head><body>%s</body></html>") % (
            Markup().join(sections)
        )


class ServicePersonalDataLine(models.TransientModel):
    """One kind of data that is held."""

    _name = "service.personal.data.line"
    _description = "Personal Data Held"

    request_id = fields.Many2one(comodel_name="service.personal.data", required=True, ondelete="cascade", index=True)
    name = fields.Char(string="What Is Held", readonly=True)
    count = fields.Integer(string="How Many", readonly=True)
    res_model = fields.Char(readonly=True)
    record_ids = fields.Json(readonly=True)
    can_open = fields.Boolean(compute="_compute_can_open")

    @api.depends("count", "res_model")
    @api.depends_context("uid")
    def _compute_can_open(self):
        for line in self:
            # What is the machine's, as queued e-mails, is listed and erased but not shown.
            line.can_open = bool(line.count) and self.env[line.res_model].has_access("read")

    def action_open(self):
        """Open the records, as far as the manager may read them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.record_ids or [])],
        }
