# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceWork(models.Model):
    """Work can be recorded on a visit."""

    _inherit = "service.work"

    visit_id = fields.Many2one(
        comodel_name="service.visit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
    )

    @api.depends("visit_id")
    def _compute_date(self):
        """Work of a visit is of the visit's day, whenever it is entered."""
        for work in self:
            if work.visit_id and not work.date:
                work.date = work.visit_id._get_work_date()
        super()._compute_date()

    @api.constrains("visit_id", "call_id")
    def _check_visit_call(self):
        for work in self:
            if work.visit_id and work.call_id not in work.visit_id.call_ids:
                raise ValidationError(
                    self.env._(
                        "Visit %(visit)s doesn't serve call %(call)s.",
                        visit=work.visit_id.name,
                        call=work.call_id.display_name,
                    )
                )
