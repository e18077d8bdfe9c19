# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceReplayMixin(models.AbstractModel):
    """What clocks are computed from: entered, changed or deleted, it has the calls that it concerns planned again."""

    _name = "service.replay.mixin"
    _description = "Basis of Clocks"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._request_service_replay()
        return records

    def write(self, vals):
        # The calls that it concerned, and those that it concerns now.
        self._request_service_replay()
        result = super().write(vals)
        self._request_service_replay()
        return result

    def unlink(self):
        self._request_service_replay()
        return super().unlink()

    def _request_service_replay(self):
        """Mark the open calls whose clocks rest on these records; the job plans them again.

        To be overridden, with calls of ``service.call._request_replay(domain)``.
        """
        raise NotImplementedError
