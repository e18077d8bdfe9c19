# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    _inherit = "stock.lot"

    service_equipment_count = fields.Integer(
        string="Equipment Count",
        compute="_compute_service_equipment_count",
        compute_sudo=False,
    )
    service_loan_count = fields.Integer(string="Loans", compute="_compute_service_loan_count", compute_sudo=False)

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_equipment_count(self):
        counts = self.env["service.equipment"]._get_count_by("lot_id", self)
        for lot in self:
            lot.service_equipment_count = counts.get(lot.id, 0)

    def action_view_service_equipment(self):
        """Open the units with these serial numbers.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("lot_id", "in", self.ids)])

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_service_loan_count(self):
        counts = self.env["service.loan"]._get_count_by("lot_id", self)
        for lot in self:
            lot.service_loan_count = counts.get(lot.id, 0)

    def action_view_service_loans(self):
        """Open the loans of these serial numbers.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.loan"]._get_action([("lot_id", "in", self.ids)])

    def _get_service_production_lines(self):
        """Return the lines by which production has made these lots, the latest of each.

        :return: dict of `stock.lot` to `stock.move.line`
        """
        lines = self.env["stock.move.line"].search(self._get_service_production_domain(), order="date, id")
        return {line.lot_id: line for line in lines}

    def _get_service_production_domain(self):
        """Hook: return the domain of the lines by which production has made these lots."""
        return Domain(
            [
                ("lot_id", "in", self.ids),
                ("state", "=", "done"),
                ("location_id.usage", "=", "production"),
                ("consume_line_ids", "!=", False),
            ]
        )

    @api.model
    def _find_service_lots(self, keys):
        """Find serial numbers by their text.

        :param keys: iterable of (product id, company id, name)
        :return: dict of key to `stock.lot`, without those that do not exist
        """
        keys = set(keys)
        if not keys:
            return {}
        product_ids, company_ids, names = (set(values) for values in zip(*keys, strict=True))
        domain = [
            ("product_id", "in", list(product_ids)),
            ("name", "in", list(names)),
            ("company_id", "in", [*company_ids, False]),
        ]
        # Whoever may enter a unit may name its serial numbers, stock rights or not.
        lots = self.sudo().search_fetch(domain, ["product_id", "company_id", "name"])
        by_key = {(lot.product_id.id, lot.company_id.id, lot.name): lot for lot in lots}
        found = {key: by_key.get(key) or by_key.get((key[0], False, key[2])) for key in keys}
        return {key: lot for key, lot in found.items() if lot}

    @api.model
    def _get_service_lots(self, keys):
        """Find serial numbers by their text, and make those that are missing.

        :param keys: iterable of (product id, company id, name)
        :return: dict of key to `stock.lot`
        """
        keys = list(dict.fromkeys(keys))
        lots = self._find_service_lots(keys)
        missing = [key for key in keys if key not in lots]
        vals_list = [{"product_id": product, "company_id": company, "name": name} for product, company, name in missing]
        # As in `_find_service_lots`.
        return lots | dict(zip(missing, self.sudo().create(vals_list), strict=True))
