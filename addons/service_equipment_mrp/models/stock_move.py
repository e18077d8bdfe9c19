# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_service_kit(self):
        """Return the kit that this move is a part of, when it is registered.

        :return: `mrp.bom`, or an empty one
        """
        self.ensure_one()
        bom = self.bom_line_id.bom_id
        return bom if bom.type == "phantom" and bom.product_tmpl_id.is_service_equipment else bom.browse()

    def _get_service_kit_product(self):
        """Hook: return the product of the kit that this move is a part of.

        :return: `product.product`
        """
        self.ensure_one()
        bom = self.bom_line_id.bom_id
        return bom.product_id or bom.product_tmpl_id.product_variant_id

    def _count_service_kits(self):
        """Count the kits that these moves make complete.

        :return: int; the part that is short of most decides
        """
        counts = []
        for line in self.bom_line_id.bom_id.bom_line_ids.filtered(lambda line: line.product_id.type == "consu"):
            moves = self.filtered(lambda move, line=line: move.bom_line_id == line)
            done = sum(move.product_uom._compute_quantity(move.quantity, line.product_uom_id) for move in moves)
            if line.product_qty:
                # A third of three pieces may come out a little short of a whole.
                counts.append(int(done / line.product_qty * line.bom_id.product_qty + 0.001))
        return min(counts, default=0)
