# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class ServiceCall(models.Model):
    """The responsible person of a customer: sees to it that promises and agreed hours are kept."""

    _inherit = "service.call"

    service_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Customer's Responsible",
        compute="_compute_service_user_id",
        search="_search_service_user_id",
        groups="base.group_user",
        help="Looks after this customer: is told of complaints, escalations and hours beyond the contract.",
    )

    @api.depends("commercial_partner_id.service_user_id", "company_id")
    def _compute_service_user_id(self):
        for company, calls in self.grouped("company_id").items():
            for call in calls:
                # Whoever handles a call may know who looks after its customer.
                call.service_user_id = call.commercial_partner_id.sudo().with_company(company).service_user_id

    @api.model
    def _search_service_user_id(self, operator, value):
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "commercial_partner_id",
                "in",
                self.env["res.partner"].sudo().with_company(company)._search([("service_user_id", operator, value)]),
            )
            for company in self.env.companies
        )
        # A call without a customer has no responsible either.
        if operator == "in" and False in value:
            domain |= Domain("commercial_partner_id", "=", False)
        return domain

    def _get_responsible(self):
        """Return who looks after the customers of these calls: for one call its responsible person.

        The customer's responsible in the company of the call, else the contract's, else the leader of the team.

        :return: ``res.users``, empty when there is none
        """
        responsible = self._get_responsible_by_call()
        return self.env["res.users"].union(*responsible.values())

    def _get_responsible_partners(self):
        return super()._get_responsible_partners() | self._get_responsible().partner_id

    def _get_responsible_by_call(self):
        """Return who looks after the customer of each call; see :meth:`_get_responsible`.

        :return: dict {call: ``res.users``}
        """
        # Names of colleagues are no secret to who handles calls, whatever he may read of contracts and teams.
        return {
            call: (
                call.sudo().service_user_id or call.sudo().contract_id.user_id or call.sudo().team_id.user_id
            ).sudo(False)
            for call in self
        }
