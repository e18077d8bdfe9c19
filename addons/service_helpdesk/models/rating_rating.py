# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import uuid

from odoo import fields, models


class RatingRating(models.Model):
    _inherit = "rating.rating"

    is_service_over = fields.Boolean(
        string="Of an Earlier Closing",
        readonly=True,
        help="The call that was rated has been opened again since.",
    )

    def _end_closing(self):
        """Keep ratings as they are: their calls were opened again, and the keys to change them are void."""
        for rating in self.filtered(lambda rating: not rating.is_service_over):
            rating.write({"is_service_over": True, "access_token": uuid.uuid4().hex})
