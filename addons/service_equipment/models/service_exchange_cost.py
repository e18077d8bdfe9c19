# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

COST_READERS = "service_equipment.group_service_equipment_manager,service_equipment.group_service_auditor"


class ServiceExchange(models.Model):
    """What exchanges cost, and by what their costs are added up.

    Whose the unit was, where it stood and which model it was are kept as on the day of the
    exchange: a unit that is sold on does not take its costs along. Product categories are those
    of today: whoever sorts the catalogue anew wants to see the past in the new order.
    """

    _inherit = "service.exchange"

    currency_id = fields.Many2one(related="company_id.currency_id")
    value_out = fields.Monetary(readonly=True, copy=False, groups=COST_READERS)
    value_recovered = fields.Monetary(readonly=True, copy=False, groups=COST_READERS)
    value_net = fields.Monetary(compute="_compute_value_net", store=True, groups=COST_READERS)

    date_exchanged = fields.Date(
        string="Day",
        compute="_compute_date_exchanged",
        store=True,
        precompute=True,
        index=True,
        help="The day of the exchange where the unit stood.",
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_unit",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Whose the unit was on that day.",
    )
    site_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_unit",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Where the unit stood on that day.",
    )
    equipment_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Model",
        compute="_compute_unit",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    equipment_categ_id = fields.Many2one(
        related="equipment_product_id.categ_id", string="Model Category", store=True, index="btree_not_null"
    )
    part_categ_id = fields.Many2one(
        related="new_product_id.categ_id", string="Part Category", store=True, index="btree_not_null"
    )

    @api.depends("value_out", "value_recovered")
    def _compute_value_net(self):
        for exchange in self:
            exchange.value_net = exchange.value_out - exchange.value_recovered

    # Not of the site: the day stays what it was.
    @api.depends("date", "equipment_id")
    def _compute_date_exchanged(self):
        for exchange in self:
            exchange.date_exchanged = exchange._get_site_date() if exchange.equipment_id and exchange.date else False

    # Not of the unit's customer, site and product: what was true on the day stays.
    @api.depends("equipment_id")
    def _compute_unit(self):
        for exchange in self:
            exchange.update(exchange._prepare_unit_values())

    def _prepare_unit_values(self):
        """Prepare what costs are added up by, as it is now.

        :return: dict of values of this exchange
        """
        self.ensure_one()
        # Whoever sees the exchange sees whose unit it was.
        equipment = self.equipment_id.sudo()
        return {
            "commercial_partner_id": equipment.commercial_partner_id.id,
            "site_id": equipment.site_id.id,
            "equipment_product_id": equipment.product_id.id,
        }

    def _prepare_cost_values(self, moves):
        """Prepare what the moved parts are worth.

        :param moves: done `stock.move` records of this exchange
        :return: dict of values of this exchange
        """
        self.ensure_one()
        moves_out = moves.filtered(lambda move: move.location_id == self.location_id)
        recovered = 0.0
        if self.disposition not in ("scrap", "left"):
            recovered = self._get_moves_value(moves - moves_out) * self.recovery_percent / 100
        return {
            "value_out": self._get_moves_value(moves_out),
            "value_recovered": self.currency_id.round(recovered),
            **self._prepare_unit_values(),
        }

    def _get_moves_value(self, moves):
        """Return the value of moved parts, in the company's currency."""
        value = sum(self._get_part_value(move) * move.product_qty for move in moves)
        return self.currency_id.round(value)

    def _get_part_value(self, move):
        """Hook: return the unit value of a moved part; the standard price here.

        :param move: done `stock.move` of this exchange
        :return: float in the company's currency, per unit of the product
        """
        return move.product_id.with_company(self.company_id).standard_price
