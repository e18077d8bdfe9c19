# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceExchange(models.Model):
    """A component can be exchanged on a visit; its part line then stands on that visit too."""

    _inherit = "service.exchange"

    visit_id = fields.Many2one(
        comodel_name="service.visit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
    )

    @api.constrains("visit_id", "call_id")
    def _check_visit_call(self):
        for exchange in self:
            if exchange.visit_id and exchange.call_id not in exchange.visit_id.call_ids:
                raise ValidationError(
                    self.env._(
                        "The exchange on visit %(visit)s must name one of the calls of that visit.",
                        visit=exchange.visit_id.name,
                    )
                )

    @api.onchange("equipment_id")
    def _onchange_equipment_id(self):
        """The call is that of the unit, among those of the visit."""
        if self.visit_id and self.call_id.equipment_id != self.equipment_id:
            self.call_id = self.visit_id.call_ids.filtered(lambda call: call.equipment_id == self.equipment_id)[:1]

    def _get_source_location(self, company):
        """An engineer takes parts from his van."""
        # sudo: which van is whose is no secret, but engineers need no rights on resources
        engineer = (
            self.env["resource.resource"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("van_location_id", "!=", False),
                    ("company_id", "in", (company.id, False)),
                ],
                limit=1,
            )
        )
        return engineer.van_location_id.sudo(False) or super()._get_source_location(company)

    def _prepare_work_values(self):
        values = super()._prepare_work_values()
        values["visit_id"] = self.visit_id.id
        values["resource_id"] = values["resource_id"] or self.visit_id.lead_id.id
        return values
