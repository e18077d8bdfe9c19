# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ..const import CALL_READERS


class ServiceContract(models.Model):
    _inherit = "service.contract"

    call_count = fields.Integer(compute="_compute_call_count", groups=CALL_READERS)
    call_open_count = fields.Integer(string="Open Calls", compute="_compute_call_count", groups=CALL_READERS)

    def _compute_call_count(self):
        counts = {}
        for contract, is_closed, count in self.env["service.call"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id", "is_closed"], ["__count"]
        ):
            counts[contract, is_closed] = count
        for contract in self:
            contract.call_open_count = counts.get((contract, False), 0)
            contract.call_count = contract.call_open_count + counts.get((contract, True), 0)

    def write(self, vals):
        result = super().write(vals)
        if {"date_end", "state"} & vals.keys():
            # A contract that goes on brings dates of recurring calls for which nobody has set an alarm.
            recurrences = self.env["service.call.recurrence"].sudo()
            recurrences.search([("contract_id", "in", self.ids), ("ends_with_contract", "=", True)])._set_alarm()
        return result

    def action_view_calls(self):
        """Open the calls that this contract covers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {**action, "domain": [("contract_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_sources(self):
        covered = Domain("contract_id", "=", self.id)
        return super()._get_history_sources() + [
            self._prepare_history_source(
                kind="call",
                records=self.env["service.call"],
                domain=covered,
                date_field="raised_at",
                title=lambda call: call.display_name,
                # The stage's name is for whoever sees the call.
                text=lambda call: " - ".join(filter(None, (call.equipment_id.display_name, call.stage_id.sudo().name))),
                search_fields=("name", "subject", "equipment_id.name"),
            ),
            self._prepare_history_source(
                kind="work",
                records=self.env["service.work"],
                domain=covered & Domain("state", "=", "validated"),
                date_field="date",
                title=lambda line: line.name,
                text=lambda line: " - ".join(
                    filter(None, (f"{line.quantity:g} {line.uom_id.name}", line.call_id.display_name))
                ),
                search_fields=("name", "call_id.name"),
            ),
            self._prepare_history_source(
                kind="exchange",
                records=self.env["service.exchange"],
                # A stock clerk sees exchanges without seeing calls.
                domain=Domain("call_id", "any!", covered) & Domain("state", "!=", "draft"),
                date_field="date",
                title=lambda exchange: exchange.display_name,
                text=lambda exchange: exchange._get_summary(),
                search_fields=("name", "equipment_id.name"),
            ),
        ]

    @api.model
    def _get_history_kinds(self):
        return {
            **super()._get_history_kinds(),
            "call": self.env._("Call"),
            "work": self.env._("Work"),
            "exchange": self.env._("Exchange"),
        }

    @api.model
    def _get_history_icons(self):
        return {
            **super()._get_history_icons(),
            "call": "fa-phone",
            "work": "fa-wrench",
            "exchange": "fa-exchange",
        }
