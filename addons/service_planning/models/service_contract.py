# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

VISIT_READERS = (
    "service_helpdesk.group_service_helpdesk_engineer,"
    "service_helpdesk.group_service_helpdesk_reader,"
    "service_equipment.group_service_auditor"
)


class ServiceContract(models.Model):
    """The visits of a contract's calls."""

    _inherit = "service.contract"

    visit_count = fields.Integer(compute="_compute_visit_count", groups=VISIT_READERS)
    next_visit_at = fields.Datetime(string="Next Visit", compute="_compute_visit_count", groups=VISIT_READERS)

    def _compute_visit_count(self):
        Visit = self.env["service.visit"]
        for contract in self:
            domain = contract._get_visit_domain()
            contract.visit_count = Visit.search_count(domain)
            coming = domain & Domain("state", "not in", ("done", "cancelled"))
            contract.next_visit_at = Visit.search(coming, order="date_start, id", limit=1).date_start

    def _get_visit_domain(self):
        return Domain("call_ids", "any", [("contract_id", "in", self.ids)])

    def action_view_visits(self):
        """Open the visits of this contract's calls."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_planning.service_visit_action")
        return {
            **action,
            "domain": list(self._get_visit_domain()),
            "context": {},
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_sources(self):
        return super()._get_history_sources() + [
            self._prepare_history_source(
                kind="visit",
                records=self.env["service.visit"],
                domain=self._get_visit_domain() & Domain("state", "in", ("working", "done")),
                date_field="date_start",
                title=lambda visit: visit.name,
                # The calls' subjects are for whoever sees the visit.
                text=lambda visit: ", ".join(visit.sudo().call_ids.mapped("display_name")),
                search_fields=("name",),
            )
        ]

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "visit": self.env._("Visit")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "visit": "fa-car"}
