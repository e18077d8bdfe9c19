# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, remove_accents
from odoo.tools.mail import email_normalize
from odoo.tools.sql import column_exists, create_column, escape_psql

NOT_A_DIGIT = re.compile(r"\D")
# Fewer digits are no telephone number, fewer letters match everybody.
MIN_DIGITS = 5
MIN_LETTERS = 3


class ResPartner(models.Model):
    """How customers and contacts are found by what a caller says, however many there are."""

    _inherit = "res.partner"

    service_name_key = fields.Char(
        compute="_compute_service_name_key", store=True, precompute=True, index="trigram"
    )
    service_phone_key = fields.Char(compute="_compute_service_phone_key", store=True, precompute=True)

    # The operator class serves equality and beginnings in any collation.
    _service_name_key_idx = models.Index("(service_name_key text_pattern_ops) WHERE service_name_key IS NOT NULL")
    _service_phone_key_idx = models.Index("(service_phone_key text_pattern_ops) WHERE service_phone_key IS NOT NULL")
    _service_email_idx = models.Index("(email_normalized text_pattern_ops) WHERE email_normalized IS NOT NULL")

    @api.depends("name")
    def _compute_service_name_key(self):
        for partner in self:
            partner.service_name_key = self._get_service_name_key(partner.name)

    @api.depends("phone")
    def _compute_service_phone_key(self):
        for partner in self:
            partner.service_phone_key = self._get_service_phone_key(partner.phone)

    def _auto_init(self):
        """Fill the keys of the partners that are there already by the database itself: there may be a million."""
        cr = self.env.cr
        if not column_exists(cr, "res_partner", "service_name_key"):
            create_column(cr, "res_partner", "service_name_key", "varchar")
            create_column(cr, "res_partner", "service_phone_key", "varchar")
            cr.execute(
                SQL(
                    """
                    UPDATE res_partner
                       SET service_name_key = NULLIF(lower(regexp_replace(regexp_replace(
                               normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), '\\s+', ' ', 'g')), ''),
                           service_phone_key = NULLIF(reverse(ltrim(regexp_replace(phone, '\\D', '', 'g'), '0')), '')
                     WHERE name IS NOT NULL OR phone IS NOT NULL
                    """
                )
            )
        return super()._auto_init()

    @api.model
    def _get_service_name_key(self, name):
        """Return the form in which names are compared: lower case, no accents, single blanks; or False."""
        return " ".join(remove_accents(name or "").lower().split()) or False

    @api.model
    def _get_service_phone_key(self, phone):
        """Return the form in which telephone numbers are compared, or False.

        The digits without leading zeros, read backwards: a number with and without its country
        code, or the zero in its place, share the beginning, which an index finds.

        :param str phone: in any formatting
        """
        return NOT_A_DIGIT.sub("", phone or "").lstrip("0")[::-1] or False

    @api.model
    def _get_service_phone_domain(self, text):
        """Return the domain of the partners whose telephone number a text is, or nearly is; False when it is none.

        A number in the register may have more digits than the typed one (its country code), or fewer.
        """
        is_number = not re.search(r"[^\d\s()+./\-]", text or "")
        key = is_number and self._get_service_phone_key(text)
        if not key or len(key) < MIN_DIGITS:
            return False
        shorter = [key[:length] for length in range(MIN_DIGITS, len(key) + 1)]
        return Domain("service_phone_key", "in", shorter) | Domain("service_phone_key", "=like", f"{key}%")

    @api.model
    def _find_by_words(self, text, limit):
        """Find partners by telephone number, e-mail address or name, those who match best first.

        A few indexed queries: exact telephone numbers and addresses, names that begin with the words, and only
        when there are not enough of them names that contain the words, where the server has trigram indexes.

        :param str text: what was typed
        :param int limit: how many at most
        :return: dict {res.partner record: "phone", "email" or "name"}
        """
        found = {}

        def look(kind, domain):
            rest = limit - len(found)
            if rest > 0:
                wanted = Domain(domain) & Domain("id", "not in", [partner.id for partner in found])
                found.update(dict.fromkeys(self.search(wanted, limit=rest), kind))

        if phones := self._get_service_phone_domain(text):
            look("phone", phones)
        if "@" in text:
            email = email_normalize(text) or text.strip().lower()
            look("email", [("email_normalized", "=like", f"{escape_psql(email)}%")])
        key = self._get_service_name_key(text)
        if key and len(key) >= MIN_LETTERS and not found:
            look("name", [("service_name_key", "=like", f"{escape_psql(key)}%")])
            if self.pool.has_trigram:
                # Words of fewer than three letters are in no such index; each of the others narrows.
                words = [word for word in key.split() if len(word) >= MIN_LETTERS]
                if words:
                    look("name", Domain.AND(Domain("service_name_key", "ilike", escape_psql(word)) for word in words))
        return found
