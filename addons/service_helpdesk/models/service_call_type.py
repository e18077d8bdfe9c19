# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import ormcache

from odoo.addons.service_contract.const import PRIORITIES

from ..const import CHANNELS

NEEDS = [("log", "To log the call"), ("complete", "To complete it")]
# What a type may ask for, by the field of the call.
NEED_BY_FACT = {
    "contact_id": "need_contact",
    "equipment_id": "need_equipment",
    "site_id": "need_site",
    "original_id": "need_original",
    "symptom_id": "need_symptom",
    "cause_id": "need_cause",
    "remedy_id": "need_remedy",
}


class ServiceCallType(models.Model):
    """Each type has its own fields, defaults and rules: what must be known of a call, and when."""

    _name = "service.call.type"
    _inherit = ["service.call.type", "service.cached.mixin"]

    call_properties_definition = fields.PropertiesDefinition(string="Own Fields")
    color = fields.Integer()
    is_complaint = fields.Boolean(
        string="Complaint",
        help="Whoever is responsible for the customer is told of each call of this type, by an activity.",
    )
    is_portal = fields.Boolean(
        string="Customers May Choose It",
        default=True,
        help="Offered in the portal and in the public form.",
    )
    team_id = fields.Many2one(
        comodel_name="service.team",
        company_dependent=True,
        help="The team of new calls of this type, where nobody chooses another one.",
    )
    default_channel = fields.Selection(selection=CHANNELS, string="Channel")
    default_priority = fields.Selection(
        selection=PRIORITIES,
        string="Priority",
        help="Of calls to which the contract gives no priority.",
    )
    default_hours = fields.Float(string="Estimated Hours", help="The work that a call of this type usually takes.")
    need_contact = fields.Selection(selection=NEEDS, string="Contact Needed")
    need_equipment = fields.Selection(selection=NEEDS, string="Unit Needed")
    need_site = fields.Selection(selection=NEEDS, string="Site Needed")
    need_original = fields.Selection(selection=NEEDS, string="Original Call Needed")
    need_symptom = fields.Selection(selection=NEEDS, string="Symptom Needed")
    need_cause = fields.Selection(selection=NEEDS, string="Cause Needed")
    need_remedy = fields.Selection(selection=NEEDS, string="Remedy Needed")
    needs_excess_reason = fields.Boolean(
        string="More Hours Need a Reason",
        help="Whoever submits more labour than the call's budget says why.",
    )
    unit_condition = fields.Selection(
        selection=[("down", "Down"), ("degraded", "Degraded")],
        string="Unit Is",
        help="A new call of this type says that its unit is down, unless it says otherwise.",
    )
    rule_summary = fields.Char(string="Must Be Known", compute="_compute_rule_summary")

    _default_hours_positive = models.Constraint(
        "CHECK (default_hours >= 0)",
        "The estimated hours of a call type cannot be negative.",
    )

    @api.model
    @ormcache("company_id")
    def _get_default_id(self, company_id):
        """Return the id of the type of a company's calls without one; no query while nobody changes the types."""
        # Archived ones too: a call is taken whatever the configuration looks like. Types are no secret.
        types = self.sudo().with_context(active_test=False)
        domain = [("company_id", "in", (False, company_id))]
        return types.search(domain, order="active desc, is_preventive, sequence, id", limit=1).id

    # ------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------

    @api.depends(*NEED_BY_FACT.values())
    @api.depends_context("lang")
    def _compute_rule_summary(self):
        for call_type in self:
            parts = []
            for need, label in call_type._fields["need_contact"]._description_selection(self.env):
                names = [
                    self.env["service.call"]._fields[fact]._description_string(self.env)
                    for fact, field_name in NEED_BY_FACT.items()
                    if call_type[field_name] == need
                ]
                if names:
                    parts.append(f"{label}: {', '.join(names)}")
            call_type.rule_summary = "; ".join(parts)

    @api.onchange("is_complaint")
    def _onchange_is_complaint(self):
        """A complaint always follows from something."""
        if self.is_complaint and not self.need_original:
            self.need_original = "log"

    def _get_needed_facts(self, is_complete=False):
        """Return the names of the fields of a call that must be filled.

        :param bool is_complete: whether the call is being completed; else it is being logged
        """
        self.ensure_one()
        needs = ("log", "complete") if is_complete else ("log",)
        return [fact for fact, name in NEED_BY_FACT.items() if self[name] in needs]
