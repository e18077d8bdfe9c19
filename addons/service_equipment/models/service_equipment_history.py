# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

INTERNAL = "service_equipment.group_service_equipment_reader,service_equipment.group_service_auditor"


class ServiceEquipment(models.Model):
    """What a unit was made of on any day, and what happened to it."""

    _inherit = "service.equipment"

    history_html = fields.Html(string="History", compute="_compute_history_html", sanitize=False, groups=INTERNAL)

    # Shown on the form only, for one unit at a time: always as of now.
    @api.depends_context("lang", "uid")
    def _compute_history_html(self):
        for equipment in self:
            rows = Markup().join(
                Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
                % (format_date(self.env, entry["date"]), entry["title"], entry["text"])
                for entry in (equipment.history() if equipment.id else [])
            )
            equipment.history_html = rows and Markup('<table class="table table-sm">%s</table>') % rows

    def components_at(self, date):
        """Return the component rows that were in these units on a day.

        :param date: a date, or its ISO text
        :return: `service.component` records
        """
        date = fields.Date.to_date(date)
        return self.env["service.component"].search(
            [
                ("equipment_id", "in", self.ids),
                ("date_installed", "<=", date),
                "|",
                ("date_removed", "=", False),
                ("date_removed", ">", date),
            ]
        )

    def history(self):
        """Return what happened to one unit, newest first; plain data, as for the JSON-2 API.

        :return: list of dicts: `date` (ISO text, a day at the site), `kind`, `title`, `text`,
            `res_model` and `res_id` of the document behind the entry
        """
        self.ensure_one()
        # Earlier owners and internal documents are not for the portal.
        self.env["service.exchange"].check_access("read")
        self.check_access("read")
        entries = sorted(self._get_history_entries(), key=lambda entry: entry["date"])
        return entries[::-1]

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
                    date=picking._get_service_date(),
                    kind=kind,
                    title=title,
                    text=" - ".join(filter(None, (picking.name, picking.partner_id.display_name))),
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
        """Hook: return the kinds of entries, to filter by; later modules add theirs.

        :return: dict of kind to its label in the user's language
        """
        return {
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
        return {"delivered", "returned", "installed", "exchange", "retired"}

    def _prepare_history_entry(self, date, kind, title, text="", record=None):
        """Prepare one entry of `history()`.

        :param date: the day at the site
        :param str kind: a key of `_get_history_kinds()`
        :param str title: the same in the user's language
        :param str text: details
        :param record: the document behind the entry (default: the unit itself)
        :return: dict
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
