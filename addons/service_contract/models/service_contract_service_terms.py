# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

DELIVERIES = [
    ("programmed", "Programmed"),
    ("extraordinary", "Extraordinary"),
    ("prepaid", "Prepaid Package"),
]
# What a template and a contract say alike about a service.
SERVICE_FIELDS = (
    "sequence",
    "call_type_id",
    "product_id",
    "delivery",
    "interval_months",
    "window_before",
    "window_after",
    "quantity",
    "per",
    "hours",
)


class ServiceContractServiceTerms(models.AbstractModel):
    """A service foreseen: which kind, how many interventions of it, and how they are planned."""

    _name = "service.contract.service.terms"
    _description = "Terms of a Service Foreseen"

    sequence = fields.Integer(default=10)
    call_type_id = fields.Many2one(
        comodel_name="service.call.type",
        string="Service",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="For Product",
        check_company=True,
        help="Only interventions on units of this product count. Empty means on any.",
    )
    delivery = fields.Selection(
        selection=DELIVERIES,
        required=True,
        default="programmed",
        help="Programmed services are planned ahead, extraordinary ones when something happens, and those of a prepaid "
        "package as long as it lasts.",
    )
    interval_months = fields.Integer(
        string="Every n Months",
        help="How programmed interventions follow each other. Zero leaves it to whoever plans.",
    )
    window_before = fields.Integer(string="Days Before", help="How much earlier than due an intervention may be.")
    window_after = fields.Integer(string="Days After", help="How much later than due an intervention may be.")
    quantity = fields.Integer(
        string="Foreseen",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
        help="How many interventions, per year, period or term.",
    )
    per = fields.Selection(
        selection=[("year", "a year"), ("period", "a period"), ("term", "the whole term")],
        required=True,
        default="year",
    )
    hours = fields.Float(string="Hours Each", help="Foreseen work of one intervention.")

    _check_service_numbers = models.Constraint(
        "CHECK (LEAST(interval_months, window_before, window_after, quantity) >= 0 AND COALESCE(hours, 0) >= 0)",
        "The interventions, days and hours of a service are not negative.",
    )

    @api.depends("interval_months", "per", "delivery")
    def _compute_quantity(self):
        """Count the programmed interventions of a year; everything else is said by hand."""
        for service in self:
            if service.delivery == "programmed" and service.per == "year" and service.interval_months:
                service.quantity = max(12 // service.interval_months, 1)
            else:
                service.quantity = service.quantity or 1

    @api.depends("call_type_id", "quantity", "per")
    def _compute_display_name(self):
        labels = dict(self._fields["per"]._description_selection(self.env))
        for service in self:
            service.display_name = f"{service.call_type_id.name}: {service.quantity} {labels.get(service.per)}"

    def _prepare_service_values(self):
        """Return what a template and a contract say alike about these services, as a list of values."""
        return [
            {name: service._fields[name].convert_to_write(service[name], service) for name in SERVICE_FIELDS}
            for service in self
        ]
