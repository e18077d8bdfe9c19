# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

SCOPE_FIELDS = ("product_ids", "categ_ids", "zone_ids", "site_ids", "call_type_ids", "time_frame_calendar_id")
NAMED = 3  # of many products or sites a name tells so many


class ServiceCoverageScope(models.AbstractModel):
    """Names a row without a unit after what it covers, when nobody gave it a name.

    The name is how people know the row: in the contract, on invoices, and where it is said why a call is covered.
    """

    _name = "service.coverage.scope"
    _description = "Scope of a Coverage Row"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {**vals, "name": self._get_scope_name(vals)} if self._is_named_after_scope(vals) else vals
                for vals in vals_list
            ]
        )

    @api.model
    def _is_named_after_scope(self, vals):
        """Return whether a new row gets its name from its scope; else it is the one typed, or the unit's."""
        return not vals.get("name") and not vals.get("equipment_id")

    @api.model
    def _get_scope_name(self, vals):
        """Return what a row with these values covers, in words: "Presses, Milan"."""
        scopes = [name for name in SCOPE_FIELDS if vals.get(name)]
        row = self.new({name: vals[name] for name in scopes})
        texts = []
        for name in scopes:
            names = [record.display_name for record in row[name]]
            more = self.env._("%(count)s more", count=len(names) - NAMED)
            texts += names if len(names) <= NAMED else [*names[:NAMED], more]
        return ", ".join(texts) or self.env._("Whole contract")
