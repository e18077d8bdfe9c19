# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_quarantine_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Quarantine Location",
        domain="[('usage', '=', 'internal'), ('company_id', '=', id)]",
        check_company=True,
        copy=False,
        help="Where parts that came back from customers wait for inspection.",
    )

    service_claim_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Vendor Claims",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        copy=False,
        help="Gets an activity for each exchanged part that can be claimed back from its vendor.",
    )
    service_warranty_reminder_days = fields.Integer(
        string="Warranty Reminder",
        default=30,
        help="Days before the end of a warranty on which the responsible is reminded; 0 for no reminders.",
    )
    service_warranty_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Warranties",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        copy=False,
        help="Is reminded of units that have no responsible and whose customer has no salesperson.",
    )
    service_warranty_mail = fields.Boolean(
        string="E-mail before the Warranty ends",
        help="Tell customers by e-mail, too, which of their units will soon be without warranty.",
    )
    service_loan_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Location for Loan Equipment",
        domain="[('usage', '=', 'internal'), ('company_id', '=', id)]",
        check_company=True,
        copy=False,
        help="Where our equipment is while it is lent to customers: it stays in the stock's value, and no warehouse "
        "reserves it.",
    )
    service_loan_days = fields.Integer(string="Loan Period", default=14, help="Days after which a new loan is due.")
    service_loan_reminder_days = fields.Integer(
        string="Loan Reminder",
        default=2,
        help="Days before the due date on which the responsible is reminded.",
    )
    service_loan_mail_overdue = fields.Boolean(
        string="E-mail on Overdue Loans",
        help="Ask customers by e-mail for what they should have returned.",
    )

    _service_loan_days_positive = models.Constraint(
        "CHECK(service_loan_days >= 0 AND service_loan_reminder_days >= 0)",
        "The days of a loan and of its reminder cannot be negative.",
    )

    _service_warranty_reminder_days_positive = models.Constraint(
        "CHECK(service_warranty_reminder_days >= 0)",
        "The days of the warranty reminder cannot be negative.",
    )

    def _create_per_company_locations(self):
        res = super()._create_per_company_locations()
        self._create_service_quarantine_location()
        self._create_service_loan_location()
        return res

    def _create_service_quarantine_location(self):
        """Make the quarantine location of each company; Odoo has none."""
        locations = self.env["stock.location"].create(
            [{"name": self.env._("Quarantine"), "usage": "internal", "company_id": company.id} for company in self]
        )
        for company, location in zip(self, locations, strict=True):
            company.service_quarantine_location_id = location

    @api.model
    def _create_missing_service_quarantine_location(self):
        """Make the location for the companies that existed before this module."""
        self.search([("service_quarantine_location_id", "=", False)])._create_service_quarantine_location()

    def _create_service_loan_location(self):
        """Make the location for loan equipment of each company, outside its warehouses."""
        locations = self.env["stock.location"].create(
            [{"name": self.env._("Loan Equipment"), "usage": "internal", "company_id": company.id} for company in self]
        )
        for company, location in zip(self, locations, strict=True):
            company.service_loan_location_id = location

    @api.model
    def _create_missing_service_loan_location(self):
        """Make the location for the companies that existed before."""
        self.search([("service_loan_location_id", "=", False)])._create_service_loan_location()
