# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain


class ServiceEquipment(models.Model):
    """What a unit was made of on any day, and what happened to it."""

    _inherit = "service.equipment"

    def components_at(self, date):
        """Return the component rows that were in these units on a day.

        :param date: a date, or its ISO text
        :return: `service.component` records
        """
        Component = self.env["service.component"]
        domain = Component._get_in_force_domain(self._to_day(date))
        return Component.search(domain & Domain("equipment_id", "in", self.ids))

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def history(self, date_from=None, date_to=None, kinds=None):
        """Return what happened to one unit, newest first; plain data, as for the JSON-2 API.

        :param date_from: first day at the site, a date or its ISO text; from the beginning when not given
        :param date_to: last day at the site; until now when not given
        :param kinds: only these kinds of entries, keys of `_get_history_kinds()`; all when not given
        :return: list of dicts: `date` (ISO text, a day at the site), `kind`, `title`, `text`,
            `res_model` and `res_id` of the document behind the entry
        :raise UserError: when the period ends before it starts
        """
        self.ensure_one()
        # Earlier owners and internal documents are not for the portal.
        self.env["service.exchange"].check_access("read")
        self.check_access("read")
        date_from, date_to = self._check_history_period(date_from, date_to)
        entries = sorted(self._get_history_entries(), key=lambda entry: entry["date"])
        return [
            entry
            for entry in reversed(entries)
            if (not date_from or entry["date"] >= date_from)
            and (not date_to or entry["date"] <= date_to)
            and (kinds is None or entry["kind"] in kinds)
        ]

    def _search_history(self, date_from, date_to, kinds, search, offset, limit):  # noqa: PLR0913, PLR0917
        words = (search or "").strip().lower()
        # A unit has tens of entries, not thousands.
        found = [
            entry
            for entry in self.history(date_from, date_to)
            if words in f"{entry['title']} {entry['text']}".lower()
        ]
        chosen = [entry for entry in found if not kinds or entry["kind"] in kinds]
        end = None if limit is None else offset + limit
        return chosen[offset:end], Counter(entry["kind"] for entry in found)

    def action_print_history(self, date_from=None, date_to=None, kinds=None, search=None):
        """Print the history of one unit, filtered as on the screen.

        :param date_from: first day, ISO text
        :param date_to: last day, ISO text
        :param kinds: only these kinds of entries
        :param search: only entries with this text
        :return: an `ir.actions.report` dict
        """
        self.ensure_one()
        self.history(date_from, date_to, kinds)
        filters = {"date_from": date_from, "date_to": date_to, "kinds": kinds, "search": search}
        report = self.env.ref("service_equipment.service_equipment_history_report")
        return report.report_action(self, data={"equipment_id": self.id, **filters}, config=False)

    def _get_portal_history(self):
        """Return the history that the unit's present customer may see, newest first.

        Public kinds only, and only since the unit is this customer's. It is for the customer's pages, which read a
        unit with all rights after they checked that it is his.

        :return: list of dicts as of `history()`, without the documents
        """
        self.ensure_one()
        entries = self.history(date_from=self._get_date_owned(), kinds=self._get_portal_history_kinds())
        return [
            {key: entry[key] for key in ("date", "kind", "title")} | {"text": self._get_portal_history_text(entry)}
            for entry in entries
            if self._is_portal_history_entry(entry)
        ]

    def _with_customer_lang(self):
        """Return the unit in the language of its customer, for what is printed for him."""
        self.ensure_one()
        # His language is no secret of the contact: whoever prints the unit need not read contacts.
        return self.with_context(lang=self.sudo().partner_id.lang or self.env.lang)

    def _get_date_owned(self):
        """Return the day since which the unit is its present customer's, or False when nobody knows."""
        self.ensure_one()
        return self.date_delivered

    def _is_portal_history_entry(self, entry):
        """Hook: tell whether the present customer may see an entry of a public kind.

        :param dict entry: as of `history()`
        :return: bool
        """
        self.ensure_one()
        if entry["res_model"] == "stock.picking":
            # On the day of a sale from one customer to the next, the first one's return is not the second's.
            picking = self.env["stock.picking"].browse(entry["res_id"])
            return picking.partner_id.commercial_partner_id == self.commercial_partner_id
        if entry["kind"] == "moved":
            # So is the move that brought it to him: it tells where it came from.
            return entry["date"] > (fields.Date.to_string(self._get_date_owned()) or "")
        return True

    def _get_portal_history_text(self, entry):
        """Hook: return the text of an entry as the present customer may read it.

        :param dict entry: as of `history()`
        :return: str
        """
        self.ensure_one()
        if entry["kind"] == "moved":
            # The reason is a remark of ours.
            return self.env[entry["res_model"]].browse(entry["res_id"])._get_place_name()
        return entry["text"]

    def _get_history_entries(self):
        """Hook: return the history of one unit; later modules add their documents.

        Entries of one day stay in this order.

        :return: list of dicts made by `_prepare_history_entry`
        """
        self.ensure_one()
        entries = self._get_transfer_entries() or self._get_date_entries("delivered", self.date_delivered)
        entries += self._get_date_entries("installed", self.date_installed)
        exchanges = self.exchange_ids.filtered(lambda exchange: exchange.state != "draft")
        for exchange in exchanges.sorted("date"):
            entries.append(
                self._prepare_history_entry(
                    date=exchange._get_site_date(),
                    kind="exchange",
                    title=exchange.display_name,
                    text=exchange._get_summary(),
                    record=exchange,
                )
            )
        return entries + self._get_date_entries("retired", self.date_retired)

    def _get_transfer_entries(self):
        """Return the entries of the transfers that brought the unit to customers and back."""
        # The serial numbers' transfers belong to the unit's history, stock rights or not.
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", self.lot_id.ids),
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "done"),
                    ("picking_id", "!=", False),
                ],
                order="date, id",
            )
        )
        entries = []
        for line in lines:
            if line._is_service_equipment_delivered():
                kind, title = "delivered", self.env._("Delivered")
            elif line._is_service_equipment_returned():
                kind, title = "returned", self.env._("Returned")
            else:
                continue
            picking = line.picking_id
            entries.append(
                self._prepare_history_entry(
                    date=line._get_service_date(),
                    kind=kind,
                    title=title,
                    text=" - ".join(filter(None, (picking.name, line._get_service_site().display_name))),
                    record=picking,
                )
            )
        return entries

    def _get_date_entries(self, kind, date):
        """Return the entry of one of the unit's own dates, in a list; empty when it is not set."""
        titles = {
            "delivered": self.env._("Delivered"),
            "installed": self.env._("Installed"),
            "retired": self.env._("Retired"),
        }
        return [self._prepare_history_entry(date=date, kind=kind, title=titles[kind])] if date else []

    @api.model
    def _get_history_kinds(self):
        return {
            **super()._get_history_kinds(),
            "delivered": self.env._("Delivery"),
            "returned": self.env._("Return"),
            "installed": self.env._("Installation"),
            "exchange": self.env._("Exchange"),
            "retired": self.env._("Retirement"),
        }

    @api.model
    def _get_portal_history_kinds(self):
        """Hook: return the kinds of entries that the customer may see.

        :return: set of keys of `_get_history_kinds()`
        """
        return {"delivered", "returned", "installed", "exchange", "retired", "moved"}

    @api.model
    def _get_history_icons(self):
        return {
            **super()._get_history_icons(),
            "delivered": "fa-truck",
            "returned": "fa-reply",
            "installed": "fa-wrench",
            "exchange": "fa-exchange",
            "retired": "fa-power-off",
        }
