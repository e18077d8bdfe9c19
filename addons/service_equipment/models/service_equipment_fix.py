# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models

from .service_equipment import INTERNAL


class ServiceEquipment(models.Model):
    """The fixes of a unit: what is to be done, and what was."""

    _inherit = "service.equipment"

    fix_application_ids = fields.One2many(
        comodel_name="service.fix.application",
        inverse_name="equipment_id",
        string="Fixes",
        domain=[("fix_id.state", "in", ("released", "closed"))],
        groups=INTERNAL,
    )
    fix_count = fields.Integer(compute="_compute_fix_count", compute_sudo=False)
    fix_todo_count = fields.Integer(string="Fixes to Apply", compute="_compute_fix_count", compute_sudo=False)
    known_bug_count = fields.Integer(
        string="Known Bugs",
        compute="_compute_fix_count",
        compute_sudo=False,
        help="Bugs of this version for which nothing can be applied yet.",
    )

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_fix_count(self):
        Application = self.env["service.fix.application"]
        total, todo, bugs = Counter(), Counter(), Counter()
        if Application.has_access("read"):
            domain = [("equipment_id", "in", self.ids), ("fix_id.state", "in", ("released", "closed"))]
            groups = Application._read_group(domain, ["equipment_id", "state", "fix_state", "kind"], ["__count"])
            for equipment, state, fix_state, kind, count in groups:
                total[equipment.id] += count
                if state == "todo" and fix_state == "released":
                    (bugs if kind == "bug" else todo)[equipment.id] += count
        for equipment in self:
            equipment.fix_count = total[equipment.id]
            equipment.fix_todo_count = todo[equipment.id]
            equipment.known_bug_count = bugs[equipment.id]

    def action_view_fixes(self):
        """Open the fixes of these units.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_fix_application_action")
        domain = [("equipment_id", "in", self.ids), ("fix_id.state", "in", ("released", "closed"))]
        return {**action, "domain": domain, "context": {}}

    def _merge(self, kept):
        self._drop_lesser_fixes(kept)
        return super()._merge(kept)

    def _drop_lesser_fixes(self, kept):
        """Of the rows of one fix on units that become one, keep that which says the most, or the kept unit's."""
        ranks = {"applied": 0, "not_applicable": 1, "todo": 2}
        rows = self.env["service.fix.application"].search([("equipment_id", "in", self.ids)])
        for same in rows.grouped("fix_id").values():
            same.sorted(lambda row: (ranks[row.state], row.equipment_id != kept, row.id))[1:].unlink()

    def _get_history_entries(self):
        applied = self.fix_application_ids.filtered(lambda application: application.state == "applied")
        return super()._get_history_entries() + [
            self._prepare_history_entry(
                date=application.date,
                kind="fix",
                title=self.env._("Fix applied"),
                text=" - ".join(filter(None, (application.fix_id.display_name, application.version_fixed))),
                record=application.fix_id,
            )
            for application in applied.sorted("id")
        ]

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "fix": self.env._("Fix")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "fix": "fa-wrench"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"fix"}
