# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, html2plaintext

# How much of a message the history shows.
EXCERPT = 160


class ServiceContract(models.Model):
    """Everything logged against a contract, in one place and by day (features C03 and C18).

    The documents stay where they are: each kind of them is a source, of which a page reads no more than it shows. So a
    contract with 10,000 calls opens like one with ten.
    """

    _inherit = "service.contract"

    def history(self, date_from=None, date_to=None, kinds=None):
        """Return what was logged against one contract, newest first; plain data, as for the JSON-2 API.

        :param date_from: first day where the company is, a date or its ISO text; from the beginning when not given
        :param date_to: last day where the company is; until now when not given
        :param kinds: only these kinds of entries, keys of `_get_history_kinds()`; all when not given
        :return: list of dicts: `date` (ISO text), `kind`, `title`, `text`, `res_model` and `res_id` of the document
            behind the entry
        :raise UserError: when the period ends before it starts
        """
        self.ensure_one()
        self.check_access("read")
        days = self._check_history_period(date_from, date_to)
        return self._search_history(*days, kinds, None, 0, None)[0]

    def _search_history(self, date_from, date_to, kinds, search, offset, limit):  # noqa: PLR0913, PLR0917
        # Customers read their contracts; what we log against them is ours.
        self.env["service.contract.suspension"].check_access("read")
        entries, counts = [], {}
        newest = None if limit is None else offset + limit
        for source in self._get_history_sources():
            records = source["records"]
            if not records.has_access("read"):
                continue
            kind, date_field = source["kind"], source["date_field"]
            domain = source["domain"] & self._get_history_domain(source, date_from, date_to, search)
            counts[kind] = counts.get(kind, 0) + records.search_count(domain)
            if kinds and kind not in kinds:
                continue
            for record in records.search(domain, order=f"{date_field} desc, id desc", limit=newest):
                entries.append(
                    self._prepare_history_entry(
                        date=self._to_history_date(record[date_field]),
                        kind=kind,
                        title=source["title"](record),
                        text=source["text"](record) or "",
                        record=record,
                    )
                )
        entries.sort(key=lambda entry: entry["date"], reverse=True)
        return entries[offset:newest], counts

    def _get_history_domain(self, source, date_from, date_to, search):
        """Return the domain of a source's records of a period, with a text."""
        field = source["records"]._fields[source["date_field"]]
        domain = Domain(field.name, "!=", False)
        first, last = (fields.Date.to_date(day) if day else None for day in (date_from, date_to))
        if field.type == "datetime":
            first, last = first and self._to_history_instant(first), last and self._to_history_instant(
                last + timedelta(days=1)
            )
        if first:
            domain &= Domain(field.name, ">=", first)
        if last:
            domain &= Domain(field.name, "<" if field.type == "datetime" else "<=", last)
        words = (search or "").strip()
        if words:
            domain &= Domain.OR(Domain(name, "ilike", words) for name in source["search_fields"])
        return domain

    def _to_history_instant(self, day):
        """Return the first instant of a day where the company is, naive UTC."""
        midnight = pytz.timezone(self._get_tz()).localize(datetime.combine(day, time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    def _to_history_date(self, moment):
        """Return the day of a date or of an instant, where the company is."""
        if isinstance(moment, datetime):
            return pytz.utc.localize(moment).astimezone(pytz.timezone(self._get_tz())).date()
        return moment

    def _prepare_history_source(self, kind, records, domain, date_field, title, text, search_fields=("display_name",)):  # noqa: PLR0913, PLR0917
        """Prepare a kind of documents that the history shows.

        :param str kind: a key of `_get_history_kinds()`
        :param records: the empty recordset of their model, with the rights by which they are read
        :param domain: `Domain` of those of this contract
        :param str date_field: the date or instant by which they stand in the history
        :param title: function of a record that returns the entry's title
        :param text: function of a record that returns its text
        :param search_fields: the fields in which a text is looked for
        :return: dict
        """
        return {
            "kind": kind,
            "records": records,
            "domain": Domain(domain),
            "date_field": date_field,
            "title": title,
            "text": text,
            "search_fields": search_fields,
        }

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_history_sources(self):
        """Hook: return the documents that are logged against one contract; later modules add theirs.

        :return: list of dicts made by `_prepare_history_source`
        """
        self.ensure_one()
        own = Domain("contract_id", "=", self.id)
        return self._get_change_sources(own) + self._get_consumption_sources(own) + self._get_paper_sources(own)

    def _get_change_sources(self, own):
        """Return what changed the contract; `own` is the domain of the rows that name it."""
        return [
            self._prepare_history_source(
                kind="renewal",
                records=self.env["service.contract.renewal"],
                domain=own,
                date_field="date",
                title=lambda row: self.env._("Renewed until %(date)s", date=format_date(self.env, row.date_end)),
                text=lambda row: row.user_id.name,
                search_fields=("user_id.name",),
            ),
            self._prepare_history_source(
                kind="amendment",
                records=self.env["service.contract.amendment"],
                domain=own & Domain("state", "=", "applied"),
                date_field="date",
                title=lambda row: row.name,
                text=lambda row: " - ".join(filter(None, (row.summary, row.reason))),
                search_fields=("name", "reason"),
            ),
            self._prepare_history_source(
                kind="suspension",
                records=self.env["service.contract.suspension"],
                domain=own,
                date_field="date_start",
                title=lambda row: self.env._("Suspended"),
                text=lambda row: " - ".join(
                    filter(None, (row.date_end and format_date(self.env, row.date_end), row.reason))
                ),
                search_fields=("reason",),
            ),
        ]

    def _get_consumption_sources(self, own):
        """Return what was taken from the quotas and given back; what is granted is no event."""
        units = dict(self.env["service.entitlement"]._fields["unit"]._description_selection(self.env))
        return [
            self._prepare_history_source(
                kind="consumption",
                records=self.env["service.consumption"],
                domain=own & Domain("kind", "!=", "granted"),
                date_field="date",
                title=lambda row: row.entitlement_id.name,
                text=lambda row: f"{row.quantity:+g} {units[row.unit]}" + (f" - {row.note}" if row.note else ""),
                search_fields=("entitlement_id.name", "note"),
            )
        ]

    def _get_paper_sources(self, own):
        """Return what was filed and written."""
        kinds = dict(self.env["service.contract.document"]._fields["kind"]._description_selection(self.env))
        on_contract = Domain("model", "=", self._name) & Domain("res_id", "=", self.id)
        return [
            self._prepare_history_source(
                kind="document",
                records=self.env["service.contract.document"],
                domain=own,
                date_field="date",
                title=lambda row: row.name,
                text=lambda row: kinds[row.kind],
                search_fields=("name",),
            ),
            self._prepare_history_source(
                kind="message",
                records=self.env["mail.message"],
                domain=on_contract & Domain("message_type", "in", ("comment", "email", "email_outgoing")),
                date_field="date",
                title=lambda message: message.author_id.display_name or message.email_from or self.env._("Message"),
                text=lambda message: html2plaintext(message.body, include_references=False)[:EXCERPT],
                search_fields=("body", "author_id.name"),
            ),
        ]

    @api.model
    def _get_history_kinds(self):
        return {
            **super()._get_history_kinds(),
            "renewal": self.env._("Renewal"),
            "amendment": self.env._("Amendment"),
            "document": self.env._("Document"),
            "suspension": self.env._("Suspension"),
            "consumption": self.env._("Quota"),
            "message": self.env._("Message"),
        }

    @api.model
    def _get_history_icons(self):
        return {
            **super()._get_history_icons(),
            "renewal": "fa-repeat",
            "amendment": "fa-edit",
            "document": "fa-file-o",
            "suspension": "fa-pause",
            "consumption": "fa-hourglass-half",
            "message": "fa-envelope-o",
        }
