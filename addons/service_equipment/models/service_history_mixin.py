# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

# Entries sent at once, and added by each "Load older".
PAGE = 50


class ServiceHistoryMixin(models.AbstractModel):
    """A time line of what happened to a document, as its form shows it.

    A model that inherits this finds the entries in `_search_history` and makes each by `_prepare_history_entry`; the
    widget `service_history` shows them, newest first, by day, with filters.
    """

    _name = "service.history.mixin"
    _description = "Document with a History"

    def get_history_page(self, date_from=None, date_to=None, kinds=None, search=None, offset=0, limit=PAGE):  # noqa: PLR0913, PLR0917
        """Return a page of the time line, newest first; plain data.

        :param date_from: first day at the site, ISO text; from the beginning when not given
        :param date_to: last day at the site; until now when not given
        :param kinds: only these kinds of entries, keys of `_get_history_kinds()`; all when not given
        :param str search: only entries with this text
        :param int offset: how many newer entries to leave out
        :param int limit: how many entries at most
        :return: dict: `entries` (see `_prepare_history_entry`), each with `can_open` (the user may read its document);
            `total`, how many there are; and `kinds`, those present or chosen, in their order: list of dicts
            with `kind`, `label`, `icon` and `count`
        :raise UserError: when the period ends before it starts
        """
        self.ensure_one()
        self.check_access("read")
        days = self._check_history_period(date_from, date_to)
        entries, counts = self._search_history(*days, kinds, search, offset, limit)
        readable = self._get_readable_documents(entries)
        for entry in entries:
            entry["can_open"] = (entry["res_model"], entry["res_id"]) in readable
        total = sum(count for kind, count in counts.items() if not kinds or kind in kinds)
        return {"entries": entries, "total": total, "kinds": self._get_history_legend(counts, kinds or ())}

    def _search_history(self, date_from, date_to, kinds, search, offset, limit):  # noqa: PLR0913, PLR0917
        """Find entries of the history of one document; to be implemented.

        :param date_from: first day as ISO text, or False
        :param date_to: last day as ISO text, or False
        :param kinds: as of `get_history_page`, as are search, offset and limit; no limit when it is None
        :return: (list of entries, newest first; {kind: how many there are, of all kinds})
        """
        raise NotImplementedError

    @api.model
    def _check_history_period(self, date_from, date_to):
        """Return both days as ISO text or False, after checking them."""
        try:
            days = [fields.Date.to_string(fields.Date.to_date(day or False)) for day in (date_from, date_to)]
        except ValueError as error:
            raise UserError(self.env._("Enter the days of the period as year-month-day.")) from error
        if all(days) and days[1] < days[0]:
            raise UserError(self.env._("The period ends before it starts."))
        return days

    @api.model
    def _get_readable_documents(self, entries):
        """Return the documents of history entries that the user may read, as a set of (model, id)."""
        documents = {}
        for entry in entries:
            documents.setdefault(entry["res_model"], set()).add(entry["res_id"])
        return {
            (model, record.id)
            for model, ids in documents.items()
            if model != self._name
            for record in self.env[model].browse(ids)._filtered_access("read")
        }

    @api.model
    def _get_history_legend(self, counts, chosen):
        """Return the kinds present or chosen, in the order of `_get_history_kinds()`.

        :param counts: {kind: number of entries}
        :param chosen: kinds to filter by
        """
        labels, icons = self._get_history_kinds(), self._get_history_icons()
        return [
            {"kind": kind, "label": label, "icon": icons.get(kind, "fa-circle-o"), "count": counts.get(kind, 0)}
            for kind, label in {**labels, **{kind: kind for kind in counts if kind not in labels}}.items()
            if counts.get(kind) or kind in chosen
        ]

    @api.model
    def _get_history_kinds(self):
        """Hook: return the kinds of entries, to filter by; later modules add theirs.

        :return: dict of kind to its label in the user's language
        """
        return {}

    @api.model
    def _get_history_icons(self):
        """Hook: return the icons of the kinds; one without stands beside a plain circle.

        :return: dict of kind to the class of a Font Awesome 4 icon
        """
        return {}

    def _prepare_history_entry(self, date, kind, title, text="", record=None):
        """Prepare one entry of the history.

        :param date: the day at the site
        :param str kind: a key of `_get_history_kinds()`
        :param str title: the same in the user's language
        :param str text: details
        :param record: the document behind the entry (default: the one whose history it is)
        :return: dict: `date` (ISO text), `kind`, `title`, `text`, `res_model` and `res_id`
        """
        record = record if record is not None else self
        return {
            "date": fields.Date.to_string(date),
            "kind": kind,
            "title": title,
            "text": text,
            "res_model": record._name,
            "res_id": record.id,
        }
