# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceContract(models.Model):
    """The quotas of a contract, as its people look at them."""

    _inherit = "service.contract"

    current_entitlement_ids = fields.One2many(
        comodel_name="service.entitlement",
        inverse_name="contract_id",
        string="Current Quotas",
        domain=["|", ("period_id", "=", False), ("period_id.state", "=", "open"), ("date_end", ">=", "today")],
    )
    past_entitlement_count = fields.Integer(compute="_compute_quota_summary")
    quota_summary = fields.Char(
        string="Left",
        compute="_compute_quota_summary",
        help="What is left of the quotas that hold today, per unit.",
    )

    @api.depends("entitlement_ids.quantity", "entitlement_ids.quantity_used", "entitlement_ids.date_end")
    def _compute_quota_summary(self):
        for contract in self:
            current = contract.current_entitlement_ids
            today = contract._get_today()
            parts = []
            begun = current.filtered(lambda bucket, day=today: bucket.date_start <= day)
            for buckets in begun.grouped("unit").values():
                left, quantity = (sum(buckets.mapped(name)) for name in ("quantity_left", "quantity"))
                parts.append(
                    self.env._(
                        "%(left)s of %(quantity)s",
                        left=f"{round(left, 2):g}",
                        quantity=buckets[0]._format_quantity(round(quantity, 2)),
                    )
                )
            contract.quota_summary = ", ".join(parts)
            contract.past_entitlement_count = len(contract.entitlement_ids) - len(current)

    def action_open_consumption(self):
        """Open the ledger of all quotas of these contracts.

        :return: an `ir.actions.act_window` dict
        """
        return self.entitlement_ids.action_open_consumption()

    def action_open_entitlements(self):
        """Open all quotas of these contracts, those that are over too.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_entitlement_action")
        action["domain"] = [("contract_id", "in", self.ids)]
        action["context"] = {}
        return action
