# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from itertools import pairwise, takewhile

from odoo import api, fields, models

from .service_equipment import INTERNAL

PLACE_FIELDS = ("partner_id", "site_id", "zone_id")


class ServiceEquipment(models.Model):
    """Where units stood on any day: one row per stay, written whenever their place changes."""

    _inherit = "service.equipment"

    placement_ids = fields.One2many(
        comodel_name="service.equipment.placement",
        inverse_name="equipment_id",
        string="Placements",
        groups=INTERNAL,
    )

    @api.model_create_multi
    def create(self, vals_list):
        units = super().create(vals_list)
        units._sync_placements()
        return units

    def write(self, vals):
        res = super().write(vals)
        if any(name in vals for name in PLACE_FIELDS):
            self._sync_placements()
        if vals.get("date_delivered"):
            self._sync_first_placement()
        return res

    def placement_at(self, date):
        """Return where these units stood on a day.

        :param date: a date at the site, or its ISO text
        :return: `service.equipment.placement` records, at most one for each unit
        """
        date = fields.Date.to_date(date)
        return self.env["service.equipment.placement"].search(
            [
                ("equipment_id", "in", self.ids),
                ("date_start", "<=", date),
                "|",
                ("date_end", "=", False),
                ("date_end", ">", date),
            ]
        )

    def _prepare_place_values(self):
        """Prepare the values of a placement that say where the unit stands.

        :return: dict of the names in `PLACE_FIELDS` to ids, or False
        """
        self.ensure_one()
        return {name: self[name].id for name in PLACE_FIELDS}

    def _sync_placements(self):
        """Record where the units stand as of today at their site, in one batch.

        Units whose open row tells their place already are left alone; a change on the day on
        which the open row began corrects that row.
        """
        self._record_placements(
            {
                equipment: {
                    **equipment._prepare_place_values(),
                    "date_start": equipment._get_today(),
                    "reason": False,
                }
                for equipment in self
            }
        )

    def _record_placements(self, vals_by_unit):
        """Close the units' open placements and open the next ones.

        :param dict vals_by_unit: values of a placement by `service.equipment` record; the
            first one of a unit begins with its delivery when that was earlier
        """
        # The register writes the placements, whoever has the right to move a unit.
        placements = self.env["service.equipment.placement"].sudo()
        domain = [("equipment_id", "in", self.ids), ("date_end", "=", False)]
        open_by_unit = {row.equipment_id.id: row for row in placements.search(domain)} if self else {}
        left_by_date = defaultdict(placements.browse)
        vals_list = []
        for equipment, vals in vals_by_unit.items():
            place = {name: vals[name] for name in PLACE_FIELDS}
            row = open_by_unit.get(equipment.id, placements)
            if row and row._is_at(place):
                continue
            if row and row.date_start >= vals["date_start"] and any(place.values()):
                row.write({**place, "reason": vals["reason"] or row.reason, "user_id": self.env.uid})
                continue
            if row:
                left_by_date[max(vals["date_start"], row.date_start)] += row
            if any(place.values()):
                day = vals["date_start"]
                delivered = equipment.date_delivered if not row else None
                vals_list.append(
                    {
                        **vals,
                        "equipment_id": equipment.id,
                        "company_id": equipment.company_id.id,
                        "date_start": min(day, delivered or day),
                    }
                )
        for day, rows in left_by_date.items():
            rows.date_end = day
        placements.flush_model(["date_end"])  # the index wants the old rows closed before the new ones open
        placements.create(vals_list)

    def _sync_first_placement(self):
        """Let the only placement of each unit begin with its delivery."""
        # The same right as above: whoever corrects the delivery corrects the first stay.
        placements = self.env["service.equipment.placement"].sudo()
        groups = placements._read_group([("equipment_id", "in", self.ids)], ["equipment_id"], ["id:recordset"])
        for equipment, rows in groups:
            if len(rows) == 1 and not rows.date_end:
                rows.date_start = min(equipment.date_delivered, equipment._get_today())

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_entries(self):
        return super()._get_history_entries() + self._get_placement_entries()

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "moved": self.env._("Move")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "moved": "fa-map-marker"}

    def _get_date_owned(self):
        # Whoever asks, the day is that of the present customer's own first stay.
        stays = (self.sudo() | self._get_predecessors()).placement_ids
        rows = stays.sorted(lambda row: (row.date_start, row.id), reverse=True)
        owned = list(takewhile(lambda row: row.partner_id.commercial_partner_id == self.commercial_partner_id, rows))
        return owned[-1].date_start if 0 < len(owned) < len(rows) else super()._get_date_owned()

    def _get_placement_entries(self):
        """Return the entries of the moves from one place to the next."""
        # Whoever may read the unit's history may read where it stood.
        rows = self.sudo().placement_ids.sorted(lambda row: (row.date_start, row.id))
        entries = []
        for before, after in pairwise(rows):
            if before._get_place_name() == after._get_place_name():
                continue
            way = self.env._("%(old)s -> %(new)s", old=before._get_place_name(), new=after._get_place_name())
            entries.append(
                self._prepare_history_entry(
                    date=after.date_start,
                    kind="moved",
                    title=self.env._("Moved"),
                    text=" - ".join(filter(None, (way, after.reason))),
                    record=after,
                )
            )
        return entries
