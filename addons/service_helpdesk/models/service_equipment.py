# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytz

from odoo import api, fields, models

from ..const import CALL_READERS


class ServiceEquipment(models.Model):
    _inherit = "service.equipment"

    call_ids = fields.One2many(
        comodel_name="service.call",
        inverse_name="equipment_id",
        string="Calls",
        groups=CALL_READERS,
    )
    call_count = fields.Integer(
        compute="_compute_call_count",
        groups=CALL_READERS,
    )

    def _compute_call_count(self):
        counts = dict(
            self.env["service.call"]._read_group(
                [("equipment_id", "in", self.ids)],
                ["equipment_id"],
                ["__count"],
            )
        )
        for equipment in self:
            equipment.call_count = counts.get(equipment, 0)

    def action_view_calls(self):
        """Open the calls of this unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {
            **action,
            "domain": [("equipment_id", "=", self.id)],
            "context": {"default_equipment_id": self.id},
        }

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        Call = self.env["service.call"]
        if not Call.has_access("read"):
            return entries
        entries += self._get_change_entries()
        for call in Call.search([("equipment_id", "=", self.id)], order="raised_at, id"):
            raised = pytz.utc.localize(call.raised_at).astimezone(pytz.timezone(call.site_tz or "UTC"))
            entries.append(
                self._prepare_history_entry(
                    date=raised.date(),
                    kind="call",
                    title=call.display_name,
                    # The stage's name is for whoever sees the call.
                    text=call.stage_id.sudo().name,
                    record=call,
                )
            )
        return entries

    def _get_change_entries(self):
        """Return what change requests changed on this unit, for the time line."""
        Item = self.env["service.change.item"]
        if not Item.has_access("read"):
            return []
        return [
            self._prepare_history_entry(
                date=item.call_id._to_site(item.applied_at).date(),
                kind="change",
                title=item.display_name,
                text=item.note,
                record=item.call_id,
            )
            for item in Item.search([("equipment_id", "=", self.id), ("applied_at", "!=", False)])
        ]

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "call": self.env._("Call"), "change": self.env._("Change")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "call": "fa-phone", "change": "fa-random"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"call"}

    def _is_portal_history_entry(self, entry):
        if entry["kind"] != "call":
            return super()._is_portal_history_entry(entry)
        # A landlord's call about his tenant's unit is not the tenant's.
        call = self.env["service.call"].browse(entry["res_id"])
        if self.env.user.share:
            # A contact reads of the history what he reads in the list of his calls.
            return call.sudo(False).has_access("read")
        return call.commercial_partner_id == self.commercial_partner_id
