# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import html
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

ERASED = "Erased person"
WRITTEN_CHANNELS = ("email", "portal", "web", "chat")
TEXT_TYPES = ("char", "text", "html", "json", "properties", "reference")
# What Odoo keeps beside the documents themselves: model, column of the document's model, column of its id.
LINKED_TABLES = (
    ("mail.message", "model", "res_id"),
    ("mail.activity", "res_model", "res_id"),
    ("ir.attachment", "res_model", "res_id"),
    ("rating.rating", "res_model", "res_id"),
)
# Shorter names and numbers would hit words that are not the person's.
MIN_NAME = 4
MIN_PHONE = 7
MIN_LETTERS = 3
# Columns of text in which machines read: a person's word there would be a mistake.
# fmt: off
MACHINE_COLUMNS = frozenset((
    "access_token", "checksum", "content_key", "email_layout_xmlid", "external_ref", "field_info", "form_token",
    "headers", "key", "message_id", "message_key", "mimetype", "model", "parent_res_model", "payer_terms",
    "queue_rank", "references", "res_field", "res_model", "sender_key", "site_tz", "store_fname",
    "version_from_key", "version_to_key", "warned_points",
))
# fmt: on


class ServicePersonalData(models.TransientModel):
    """How a person is erased from calls: words are replaced in the database, figures are not touched."""

    _inherit = "service.personal.data"

    words = fields.Char(
        string="Also Erase These Words",
        compute="_compute_words",
        store=True,
        readonly=False,
        help="Separated by commas, such as a first name or a nickname: whole words of at least three letters. In the "
        "calls of the person they are erased whoever is meant.",
    )

    @api.depends("partner_id")
    def _compute_words(self):
        for request in self:
            words = (request.partner_id.name or "").split()
            found = [word.strip(".,;()") for word in words if sum(map(str.isalpha, word)) >= MIN_LETTERS]
            request.words = ", ".join(dict.fromkeys(found)) or request.words

    def _erase(self, found):
        """Erase a person from calls and what hangs on them.

        What the person wrote goes; in what others wrote, name, addresses, telephone numbers and the further words of
        the request are replaced.

        :param dict found: what :meth:`_find` returned
        """
        self.ensure_one()
        calls, partner = found["calls"].sudo(), self.partner_id
        pattern, words = self._get_pattern(calls), self._get_words()
        # Of the machine from here on: the manager who may do this was checked by the rights of the request.
        found["follows"].unlink()
        found["attachments"].unlink()
        self.env.flush_all()
        self._erase_messages(found["messages"], partner)
        self._erase_mails(calls, partner)
        self._erase_ratings(found["ratings"])
        self._erase_calls(calls, partner)
        self.env.flush_all()
        touched = calls | calls.browse(found["messages"].mapped("res_id"))
        for model, field, condition in self._get_text_columns(touched):
            if pattern:
                self._replace(model, field, condition, pattern)
            if words and self._is_for_people(field):
                self._replace(model, field, condition, self._get_words_pattern(words, field))
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # What the person wrote, and links to him
    # ------------------------------------------------------------

    def _erase_messages(self, messages, partner):
        if messages:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE mail_message
                       SET body = %s, subject = NULL, email_from = %s, reply_to = NULL, author_id = NULL
                     WHERE id IN %s
                    """,
                    f"<p>{ERASED}</p>",
                    ERASED,
                    tuple(messages.ids),
                )
            )
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_mail SET body_html = %s WHERE mail_message_id IN %s",
                    f"<p>{ERASED}</p>",
                    tuple(messages.ids),
                )
            )
            self.env.cr.execute(
                SQL("DELETE FROM mail_tracking_value WHERE mail_message_id IN %s", tuple(messages.ids))
            )
        if partner:
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM mail_notification notification USING mail_message message
                     WHERE notification.mail_message_id = message.id AND message.model = 'service.call'
                       AND notification.res_partner_id = %s
                    """,
                    partner.id,
                )
            )
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM mail_message_res_partner_rel link USING mail_message message
                     WHERE link.mail_message_id = message.id AND message.model = 'service.call'
                       AND link.res_partner_id = %s
                    """,
                    partner.id,
                )
            )

    def _erase_mails(self, calls, partner):
        if partner and calls:
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM mail_mail_res_partner_rel link USING mail_mail mail, mail_message message
                     WHERE link.mail_mail_id = mail.id AND mail.mail_message_id = message.id
                       AND message.model = 'service.call' AND message.res_id IN %s AND link.res_partner_id = %s
                    """,
                    tuple(calls.ids),
                    partner.id,
                )
            )

    def _erase_ratings(self, ratings):
        if ratings:
            self.env.cr.execute(
                SQL("UPDATE rating_rating SET partner_id = NULL, feedback = NULL WHERE id IN %s", tuple(ratings.ids))
            )

    def _erase_calls(self, calls, partner):
        """Empty what calls hold of the person alone; the customer stays, to whom the figures belong."""
        if not calls:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE service_call
                   SET partner_email = NULL, partner_phone = NULL,
                       contact_id = CASE WHEN contact_id = %(partner)s THEN NULL ELSE contact_id END
                 WHERE id IN %(calls)s
                """,
                partner=partner.id or None,
                calls=tuple(calls.ids),
            )
        )
        written = calls.filtered(lambda call: call.channel in WRITTEN_CHANNELS)
        if written:
            self.env.cr.execute(
                SQL(
                    "UPDATE service_call SET subject = %s, description = NULL WHERE id IN %s",
                    ERASED,
                    tuple(written.ids),
                )
            )

    # ------------------------------------------------------------
    # What others wrote
    # ------------------------------------------------------------

    def _get_text_columns(self, calls):
        """Return the columns of text of calls and of everything that hangs on them.

        :return: list of (model, column, SQL condition on the rows)
        """
        if not calls:
            return []
        ids = tuple(calls.ids)
        tables = [("service.call", SQL("id IN %s", ids))]
        for model in self.env.values():
            if model._abstract or model._transient or not model._auto:
                continue
            tables += [
                (model._name, SQL("%s IN %s", SQL.identifier(field.name), ids))
                for field in model._fields.values()
                if field.type == "many2one" and field.comodel_name == "service.call" and field.store
                if field.column_type
            ]
        tables += [
            (name, SQL("%s = 'service.call' AND %s IN %s", SQL.identifier(of_model), SQL.identifier(of_id), ids))
            for name, of_model, of_id in LINKED_TABLES
        ]
        messages = SQL("SELECT id FROM mail_message WHERE model = 'service.call' AND res_id IN %s", ids)
        tables += [
            (name, SQL("mail_message_id IN (%s)", messages))
            for name in ("mail.mail", "mail.tracking.value", "mail.notification")
        ]
        return [
            (self.env[name], field, condition)
            for name, condition in tables
            for field in self.env[name]._fields.values()
            if field.store and field.column_type and (field.type in TEXT_TYPES or field.translate)
        ]

    @api.model
    def _is_for_people(self, field):
        """Tell whether people read what stands in a column of text; numbers of documents are not theirs."""
        return field.name not in MACHINE_COLUMNS and not (field.name == "name" and field.readonly)

    def _replace(self, model, field, condition, pattern):
        """Replace what matches the pattern in one column; JSON is replaced as its text."""
        column = SQL.identifier(field.name)
        kind = SQL(field.column_type[0])
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s
                   SET %(column)s = regexp_replace(%(column)s::text, %(pattern)s, %(erased)s, 'gi')::%(kind)s
                 WHERE %(condition)s AND %(column)s::text ~* %(pattern)s
                """,
                table=SQL.identifier(model._table),
                column=column,
                kind=kind,
                pattern=pattern,
                erased=ERASED,
                condition=condition,
            )
        )

    # ------------------------------------------------------------
    # How the person is recognised
    # ------------------------------------------------------------

    def _get_pattern(self, calls):
        """Return the regular expression of PostgreSQL that names the person; False when nothing does."""
        partner = self.partner_id
        emails = {*self._get_emails(), *(email for email in [partner.email] if email)}
        phones = {partner.phone, *calls.filtered(lambda call: call.contact_id == partner).mapped("partner_phone")}
        if not partner:
            phones = set(calls.mapped("partner_phone"))
        parts = [self._get_email_pattern(email) for email in emails]
        parts += [part for name in self._get_names() for part in self._get_name_patterns(name)]
        parts += [part for phone in phones if (part := self._get_phone_pattern(phone))]
        return "|".join(sorted(set(parts))) or False

    def _get_names(self):
        """Return the names of the person, in both orders."""
        name = " ".join((self.partner_id.name or "").split())
        words = name.split()
        return {name, " ".join(reversed(words))} if len(name) >= MIN_NAME else set()

    def _get_name_patterns(self, name):
        texts = {name, html.escape(name), html.escape(name, quote=False), name.replace("'", "&#39;")}
        return [rf"\m{self._escape(text)}\M" for text in texts]

    def _get_words(self):
        """Return the further words that are to be erased.

        :raise UserError: for one that is too short to be a name
        """
        words = list(dict.fromkeys(" ".join(word.split()) for word in (self.words or "").split(",")))
        for word in filter(None, words):
            if sum(letter.isalpha() for letter in word) < MIN_LETTERS:
                raise UserError(
                    self.env._(
                        "%(word)s is too short: a word to erase has at least %(count)s letters.",
                        word=word,
                        count=MIN_LETTERS,
                    )
                )
        return [word for word in words if word]

    def _get_words_pattern(self, words, field):
        """Return the pattern of whole words in a column of text.

        What makes HTML and JSON is left alone, and so are parts of other people's e-mail addresses.
        """
        texts = sorted({variant for word in words for variant in (word, html.escape(word), word.replace("'", "&#39;"))})
        pattern = "|".join(map(self._escape, texts))
        if field.type == "json":
            # Keys, and values of one word alone, are the program's.
            return rf'(?<!")\m({pattern})\M|\m({pattern})\M(?!")'
        pattern = rf"(?<![[:alnum:]])(?<!@[[:alnum:].-]*)(?<!&)({pattern})(?![[:alnum:]])(?![[:alnum:]._+-]*@)"
        if field.type == "html" or field.name == "body_html":
            pattern += "(?![^<>]*>)"
        if field.column_type[0] == "jsonb":
            pattern += r'(?!"\s*:)'
        return pattern

    def _get_email_pattern(self, email):
        return rf"(?<![[:alnum:]._+-]){self._escape(email)}(?![[:alnum:]-])"

    def _get_phone_pattern(self, phone):
        """Return the pattern of a telephone number in any formatting, with or without its country code."""
        digits = re.sub(r"\D", "", phone or "").lstrip("0")
        if len(digits) < MIN_PHONE:
            return False
        core = digits[-max(MIN_PHONE, len(digits) - 4) :]
        between = r"[ ()./-]*"
        return rf"\+?([0-9]{between}){{0,6}}{between.join(core)}(?![0-9])"

    def _escape(self, text):
        """Return a text as part of a regular expression of PostgreSQL; blanks match any blanks."""
        escaped = re.sub(r"([^\w\s])", r"\\\1", text)
        return re.sub(r"\s+", r"(\\s|&nbsp;)+", escaped)
