# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ServiceCoverageWhatif(models.TransientModel):
    """What to do where nothing covers."""

    _inherit = "service.coverage.whatif"

    def _get_advice(self, refused):
        """Say what to do where nothing covers: what would make a contract that refuses cover, or to pick the unit."""
        if not refused:
            return self._get_unit_advice()
        advice = self.env["service.label"]._overlay_sentences(
            {
                "blocked": self.env._(
                    "Ask the accountant to lift the block, or agree on the price before work begins."
                ),
                "suspended": self.env._("Resume the contract, or agree on the price before work begins."),
                "not_begun": self.env._("Agree on the price before work begins, or raise the call once it has begun."),
                "expired": self.env._("Renew the contract, or agree on the price before work begins."),
                "cancelled": self.env._("Sell a new contract, or agree on the price before work begins."),
            }
        )
        return advice.get(refused["detail"], self.env._("Agree on the price before work begins."))

    def _get_unit_advice(self):
        """Say that units of the customer, or at the site, have rows of their own; False when a unit was picked."""
        if self.equipment_id:
            return False
        # Of whatever customer the units at a site are, a frame contract may cover them.
        place = ("site_id", self.site_id) if self.site_id else ("commercial_partner_id", self.commercial_partner_id)
        day = self._get_day()
        ((count,),) = self.env["service.coverage"]._read_group(
            [
                (f"equipment_id.{place[0]}", "=", place[1].id),
                ("company_id", "=", self.company_id.id),
                ("contract_kind", "=", "customer"),
                ("contract_state", "=", "active"),
                ("date_start", "<=", day),
                ("date_end", ">=", day),
            ],
            aggregates=["equipment_id:count_distinct"],
        )
        if not count:
            return False
        advice = self.env["service.label"]._overlay_sentences(
            {
                "unit": self.env._(
                    "Units with a row of their own at %(place)s: %(count)s. Pick the unit to see its cover."
                )
            }
        )
        return advice["unit"] % {"place": place[1].display_name, "count": count}
