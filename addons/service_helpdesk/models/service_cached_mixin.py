# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceCachedMixin(models.AbstractModel):
    """Configuration that is read once for all calls: entered, changed or deleted, it is read again."""

    _name = "service.cached.mixin"
    _description = "Configuration Kept in Memory"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._is_cached(vals.keys()):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _is_cached(self, fnames):
        """Tell whether one of these fields is kept in memory: any, unless the model says otherwise.

        :param fnames: names of fields, the keys of values
        """
        return bool(fnames)
