# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError


class ServiceExchange(models.Model):
    """The warranty of what an exchange builds in, and the claim for what it takes out."""

    _inherit = "service.exchange"

    warranty_claim_ids = fields.One2many(
        comodel_name="service.warranty.claim",
        inverse_name="exchange_id",
        string="Vendor Claim",
        readonly=True,
        copy=False,
    )

    def _prepare_component_warranty_values(self):
        """Return the warranty of the new part; pure.

        It has the terms that its product is sold with today, from the day of the exchange, and never less than
        the rest of the warranty of the part that it replaces.

        :return: dict of `service.component` values
        """
        self.ensure_one()
        template = self.new_product_id.product_tmpl_id
        months = template._get_warranty_terms()[template]["parts_months"]
        own_end = self.equipment_id._get_warranty_end(self._get_site_date(), months)
        # Without terms of its own the part goes with the unit, as the old one did: the end stays empty.
        rest = self.component_id.warranty_end or (own_end and self.equipment_id.warranty_parts_end)
        return {
            "warranty_months": months,
            "warranty_end": max(filter(None, (own_end, rest)), default=False),
        }

    def _after_done(self):
        super()._after_done()
        self._create_warranty_claims()

    def _after_reversed(self):
        super()._after_reversed()
        # Whoever reverses an exchange need not have a hand in its claim.
        self.sudo().warranty_claim_ids._note_reversed()

    def action_claim(self):
        """Open the vendor claim for the old part of one exchange; make it when there is none.

        :return: an `ir.actions.act_window` dict
        :raise UserError: when there is no old part to claim
        """
        self.ensure_one()
        claim = self.warranty_claim_ids
        if not claim:
            if self.state != "done" or not self.old_product_id:
                raise UserError(
                    self.env._("Exchange %(name)s has no old part that could be claimed.", name=self.name)
                )
            self.check_access("write")
            # See `_create_warranty_claims`.
            claim = self.env["service.warranty.claim"].sudo().create(self.sudo()._prepare_warranty_claim_values())
            claim = claim.sudo(False)
        return claim._get_records_action(name=self.env._("Vendor Claim"))

    def _create_warranty_claims(self):
        """Make a draft claim for each old part that is under its vendor's warranty on the day of the exchange."""
        # The claim is the company's business, with its values; who exchanged the part may be an engineer.
        exchanges = self.sudo().filtered("old_product_id")
        warranties = exchanges._get_old_part_warranties()
        claims = self.env["service.warranty.claim"].sudo().create(
            [
                exchange._prepare_warranty_claim_values(*warranties[exchange])
                for exchange in exchanges
                if exchange in warranties and warranties[exchange][1] >= exchange._get_site_date()
            ]
        )
        claims._notify_responsible()

    def _get_old_part_warranties(self):
        """Return vendor and last day of the vendor's warranty of the old parts.

        The register knows those of listed components; another serial number, and a part that was not listed, are
        looked up by their receipt.

        :return: dict of exchange to (`res.partner`, date), without those that have none
        """
        warranties, parts = {}, {}
        for exchange in self:
            component, lot = exchange.component_id, exchange.old_lot_id
            if component and component.lot_id == lot:
                if component.vendor_warranty_end:
                    warranties[exchange] = (component.vendor_id, component.vendor_warranty_end)
            else:
                date = component.date_installed
                parts[exchange] = (exchange.old_product_id, lot, exchange.company_id, date)
        found = self.env["service.vendor.warranty"]._get_vendor_warranties(list(parts.values()))
        warranties.update({exchange: found[part] for exchange, part in parts.items() if part in found})
        return warranties

    def _prepare_warranty_claim_values(self, vendor=None, end=False):
        """Prepare the draft claim for the old part of one exchange; pure.

        :param vendor: `res.partner` that gives the warranty (default: who gets the part back, else the first vendor)
        :param end: last day of the vendor's warranty
        :return: dict of `service.warranty.claim` values
        """
        self.ensure_one()
        product = self.old_product_id
        vendor = vendor or self.vendor_id or product.seller_ids[:1].partner_id
        reasons = (self.fault_id.display_name, self.reason_id.name, self.reason)
        return {
            "exchange_id": self.id,
            "equipment_id": self.equipment_id.id,
            "company_id": self.company_id.id,
            "user_id": self.company_id.service_claim_user_id.id,
            "date": self._get_site_date(),
            "partner_id": vendor.id,
            "product_id": product.id,
            "lot_id": self.old_lot_id.id,
            "serial_found": self.old_serial_found,
            "quantity": self.quantity,
            "vendor_warranty_end": end,
            "picking_id": self.vendor_picking_id.id,
            "amount_claimed": self.value_out,
            "description": " - ".join(filter(None, reasons)),
        }
