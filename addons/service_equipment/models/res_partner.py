# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    is_service_site = fields.Boolean(string="Service Site", help="We look after equipment at this address.")
    area_id = fields.Many2one(
        comodel_name="service.area",
        string="Service Area",
        compute="_compute_area_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        help="Follows the address; a choice by hand stays until the address changes.",
    )
    service_access_notes = fields.Text(
        string="Access Notes",
        help="How an engineer gets in: opening hours, gate code, whom to ask for.",
    )
    service_equipment_ids = fields.One2many(
        comodel_name="service.equipment",
        inverse_name="partner_id",
        string="Equipment",
        groups="service_equipment.group_service_equipment_reader,service_equipment.group_service_auditor",
    )
    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )
    service_loan_count = fields.Integer(string="Loans", compute="_compute_service_loan_count", compute_sudo=False)

    @api.depends("is_service_site", "zip", "state_id", "country_id", "company_id")
    def _compute_area_id(self):
        sites = self.filtered("is_service_site")
        area_by_partner = self.env["service.area"]._get_area_by_partner(sites) if sites else {}
        for partner in self:
            partner.area_id = area_by_partner.get(partner, False)

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        Equipment = self.env["service.equipment"]
        by_customer = Equipment._get_count_by("commercial_partner_id", self)
        by_site = Equipment._get_count_by("site_id", self)
        for partner in self:
            is_customer = partner == partner.commercial_partner_id
            counts = by_customer if is_customer else by_site
            partner.service_equipment_count = counts.get(partner.id, 0)

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_loan_count(self):
        Loan = self.env["service.loan"]
        by_customer = Loan._get_count_by("partner_id", self)
        by_site = Loan._get_count_by("site_id", self)
        for partner in self:
            partner.service_loan_count = by_customer.get(partner.id) or by_site.get(partner.id, 0)

    def action_view_service_equipment(self):
        """Open the units of these customers, or at these sites.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action(
            ["|", ("commercial_partner_id", "in", self.ids), ("site_id", "in", self.ids)]
        )

    def action_view_service_loans(self):
        """Open what is and was lent to these customers, or to these sites.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.loan"]._get_action(["|", ("partner_id", "in", self.ids), ("site_id", "in", self.ids)])

    def _get_service_tz(self, company):
        """Return the name of the time zone in which this site lives.

        :param company: `res.company` that looks after the site
        :return: the site's zone, else that of the company's address, else of the company's
            working hours, else UTC
        """
        # Of the company only a zone's name is read, whoever asks.
        company = company.sudo()
        return self.tz or company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
