# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceEquipment(models.Model):
    _inherit = "service.equipment"

    coverage_ids = fields.One2many(
        comodel_name="service.coverage",
        inverse_name="equipment_id",
        groups="service_contract.group_service_contract_reader,service_equipment.group_service_auditor",
    )
    coverage_count = fields.Integer(
        compute="_compute_coverage_count",
        groups="service_contract.group_service_contract_reader,service_equipment.group_service_auditor",
    )

    @api.depends("coverage_ids")
    def _compute_coverage_count(self):
        counts = dict(
            self.env["service.coverage"]._read_group(
                [("equipment_id", "in", self.ids)], groupby=["equipment_id"], aggregates=["__count"]
            )
        )
        for equipment in self:
            equipment.coverage_count = counts.get(equipment, 0)

    def action_open_coverage(self):
        """Open the coverage rows of the unit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_action")
        return {**action, "domain": [("equipment_id", "=", self.id)], "context": {}}

    def action_what_if(self):
        """Ask what would happen if the unit failed now."""
        self.ensure_one()
        return self.env["service.coverage.whatif"]._get_action(
            equipment_id=self.id,
            partner_id=self.partner_id.id,
            site_id=self.site_id.id,
            product_id=self.product_id.id,
            company_id=self.company_id.id,
        )

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        Coverage = self.env["service.coverage"]
        if not Coverage.has_access("read"):
            return entries
        today = self._get_today()
        rows = Coverage.search(
            [("equipment_id", "=", self.id), ("contract_state", "!=", "draft"), ("date_start", "<=", today)],
            order="date_start, id",
        )
        # A row whose last day is before its first was taken back before it began.
        rows = rows.filtered(lambda row: row.date_end >= row.date_start)
        # A new price makes a new row: for the unit it is the same cover that goes on.
        for contract, covered in rows.grouped("contract_id").items():
            start, end = min(covered.mapped("date_start")), max(covered.mapped("date_end"))
            entries.append(self._prepare_contract_entry(contract, start, self.env._("Covered from this day")))
            if end < today:
                entries.append(self._prepare_contract_entry(contract, end, self.env._("Covered up to this day")))
        return entries

    def _prepare_contract_entry(self, contract, date, text):
        """Prepare the entry of a day on which a contract began or ceased to cover the unit."""
        return self._prepare_history_entry(
            date=date, kind="contract", title=contract.display_name, text=text, record=contract
        )

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "contract": self.env._("Contract")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "contract": "fa-file-text-o"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"contract"}

    def _is_portal_history_entry(self, entry):
        if entry["kind"] != "contract":
            return super()._is_portal_history_entry(entry)
        # A landlord's contract for his tenant's unit is not the tenant's.
        contract = self.env["service.contract"].browse(entry["res_id"])
        return contract.commercial_partner_id == self.commercial_partner_id
