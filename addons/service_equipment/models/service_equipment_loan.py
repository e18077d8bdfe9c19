# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_date


class ServiceEquipment(models.Model):
    """The loans of a unit: what stands in for it, and to whom it was lent itself."""

    _inherit = "service.equipment"

    loan_count = fields.Integer(compute="_compute_loan_count", compute_sudo=False)
    lent_count = fields.Integer(compute="_compute_lent_count", compute_sudo=False)
    is_own_unit = fields.Boolean(compute="_compute_is_own_unit")

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_loan_count(self):
        counts = self.env["service.loan"]._get_count_by("equipment_id", self)
        for equipment in self:
            equipment.loan_count = counts.get(equipment.id, 0)

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_lent_count(self):
        counts = self.env["service.loan"]._get_count_by("loan_equipment_id", self)
        for equipment in self:
            equipment.lent_count = counts.get(equipment.id, 0)

    @api.depends("partner_id", "company_id")
    def _compute_is_own_unit(self):
        for equipment in self:
            # Of the company only its address is read, whoever asks.
            own = equipment.company_id.sudo().partner_id.commercial_partner_id
            owner = equipment.partner_id.commercial_partner_id
            equipment.is_own_unit = not owner or owner == own

    def action_view_loans(self):
        """Open the loans that stand in for these units, or by which they were lent themselves.

        :return: an `ir.actions.act_window` dict
        """
        domain = ["|", ("equipment_id", "in", self.ids), ("loan_equipment_id", "in", self.ids)]
        return self.env["service.loan"]._get_action(domain)

    def action_lend_replacement(self):
        """Open a new loan: of something instead of a customer's unit, or of this unit when it is ours.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_loan_action_new")
        defaults = {"default_equipment_id": self.id}
        if self.is_own_unit:
            defaults = {
                "default_company_id": self.company_id.id,
                "default_product_id": self.product_id.id,
                "default_lot_id": self.lot_id.id,
            }
        return {**action, "context": defaults}

    def _get_open_loans(self):
        """Return what stands in for these units now, for whoever may see them.

        :return: `service.loan` records, with the rights of the register
        """
        self.check_access("read")
        # Whoever sees a unit, its customer too, sees what stands in for it.
        return self.env["service.loan"].sudo().search([("equipment_id", "in", self.ids), ("state", "=", "out")])

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        loans = self.env["service.loan"].search(
            [
                "|",
                ("equipment_id", "=", self.id),
                ("loan_equipment_id", "=", self.id),
                ("state", "in", ("out", "returned")),
            ],
            order="date_out, id",
        )
        for loan in loans:
            entries += self._get_loan_entries(loan)
        return entries

    def _get_loan_entries(self, loan):
        """Return the entries of one loan: when it went out and when it came back.

        To whom a unit of ours was lent is nothing for the customer who may own it later: those entries
        are of a kind of their own.
        """
        is_lent = loan.loan_equipment_id == self
        kind = "lent" if is_lent else "loan"
        what = loan.site_id.display_name if is_lent else loan._get_summary()
        due = format_date(self.env, loan.date_due)
        entries = [
            self._prepare_history_entry(
                date=loan.date_out,
                kind=kind,
                title=self.env._("Lent") if is_lent else self.env._("Loan equipment delivered"),
                text=self.env._("%(loan)s: %(what)s, due on %(due)s", loan=loan.name, what=what, due=due),
                record=loan,
            )
        ]
        if loan.state == "returned":
            entries.append(
                self._prepare_history_entry(
                    date=loan.date_returned,
                    kind=kind,
                    title=self.env._("Back from loan") if is_lent else self.env._("Loan equipment returned"),
                    text=f"{loan.name}: {what}",
                    record=loan,
                )
            )
        return entries

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "loan": self.env._("Loan"), "lent": self.env._("Lent to Others")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "loan": "fa-share-square-o", "lent": "fa-share"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"loan"}
