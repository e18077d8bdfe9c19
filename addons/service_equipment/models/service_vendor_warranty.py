# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .service_equipment import INTERNAL


class ServiceVendorWarranty(models.AbstractModel):
    """The warranty that we have from the vendor of a unit or a part.

    It begins on the day on which we received the serial number from a vendor, and lasts as long as that vendor's
    price list says. What we cannot trace counts from the day on which it was sold or built in, by its first vendor.
    """

    _name = "service.vendor.warranty"
    _description = "Vendor Warranty"

    vendor_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_vendor_warranty",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        groups=INTERNAL,
    )
    vendor_warranty_end = fields.Date(
        string="Vendor Warranty until",
        compute="_compute_vendor_warranty",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        groups=INTERNAL,
        help="Last day on which we can claim the part back from its vendor.",
    )

    # Not of the vendors' terms themselves: the part has those of the day on which it was registered.
    @api.depends("product_id", "lot_id")
    def _compute_vendor_warranty(self):
        parts = [record._get_vendor_warranty_part() for record in self]
        warranties = self._get_vendor_warranties(parts)
        for record, part in zip(self, parts, strict=True):
            record.vendor_id, record.vendor_warranty_end = warranties.get(part, (False, False))

    def _get_vendor_warranty_part(self):
        """Return what the vendor's warranty is looked up by.

        :return: tuple (product, lot, company, date): the date at the site from which the warranty counts when we do
            not know when we received the lot, or False
        """
        raise NotImplementedError

    @api.model
    def _get_vendor_warranties(self, parts):
        """Find the vendors and the last days of their warranties; three queries for any number of parts.

        :param parts: list of tuples as of `_get_vendor_warranty_part`
        :return: dict of such a tuple to (`res.partner`, date); parts without any vendor's warranty are not in it
        """
        # What vendors give is looked at as a whole, whoever registers or exchanges a part.
        products = self.env["product.product"].sudo().browse({product.id for product, *_rest in parts})
        if not any(products.seller_ids.mapped("warranty_months")):
            return {}
        covered = products.filtered(lambda product: any(product.seller_ids.mapped("warranty_months")))
        lots = self.env["stock.lot"].browse({lot.id for product, lot, *_rest in parts if lot and product in covered})
        receipts = self._get_vendor_receipts(lots)
        warranties = {}
        for part in parts:
            product, lot, company, date = part
            vendor, start = receipts.get((lot.id, company.id), (None, date))
            if not start or product not in covered:
                continue
            seller = product.sudo().seller_ids._get_vendor_warranty_line(product, vendor, company, start)
            if seller.warranty_months:
                end = self.env["service.equipment"]._get_warranty_end(start, seller.warranty_months)
                warranties[part] = (seller.partner_id.sudo(False), end)
        return warranties

    @api.model
    def _get_vendor_receipts(self, lots):
        """Return who sent us serial numbers the last time, and when.

        :param lots: `stock.lot` records
        :return: dict of (lot id, company id) to (`res.partner`, day at our company)
        """
        if not lots.ids:
            return {}
        # The receipts of a part belong to its warranty, stock rights or not.
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                [("lot_id", "in", lots.ids), ("state", "=", "done"), ("location_id.usage", "=", "supplier")],
                order="date, id",
            )
        )
        receipts = {}
        for line in lines:
            tz = self.env["res.partner"]._get_service_tz(line.company_id)
            day = fields.Datetime.context_timestamp(self.with_context(tz=tz), line.date).date()
            partner = line.picking_id.partner_id or line.move_id.partner_id
            receipts[line.lot_id.id, line.company_id.id] = (partner.commercial_partner_id, day)
        return receipts
