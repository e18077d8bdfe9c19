# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEquipment(models.Model):
    """The visits in a unit's history."""

    _inherit = "service.equipment"

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        Visit = self.env["service.visit"]
        if not Visit.has_access("read"):
            return entries
        visits = Visit.search(
            [("call_ids.equipment_id", "=", self.id), ("state", "in", ("working", "done"))],
            order="work_started_at, id",
        )
        for visit in visits:
            # A visit that was never started on the way is that of its planned day.
            started = fields.Datetime.context_timestamp(
                visit.with_context(tz=visit.site_tz), visit.work_started_at or visit.date_start
            )
            entries.append(
                self._prepare_history_entry(
                    date=started.date(),
                    kind="visit",
                    title=visit.name,
                    # The calls' subjects are for whoever sees the visit.
                    text=", ".join(visit.sudo().call_ids.mapped("display_name")),
                    record=visit,
                )
            )
        return entries

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "visit": self.env._("Visit")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "visit": "fa-car"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"visit"}

    def _is_portal_history_entry(self, entry):
        if entry["kind"] != "visit":
            return super()._is_portal_history_entry(entry)
        # A visit serves the calls of one customer: another one's, such as a landlord's, is not his tenant's.
        visit = self.env["service.visit"].browse(entry["res_id"])
        if self.env.user.share:
            # A contact sees the visits of the calls that he may read.
            return bool(visit.call_ids.sudo(False)._filtered_access("read"))
        return visit.commercial_partner_id == self.commercial_partner_id
