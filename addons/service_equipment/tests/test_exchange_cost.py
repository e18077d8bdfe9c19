# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_path

from .test_exchange import ExchangeCase


@tagged("post_install", "-at_install")
class TestExchangeCost(ExchangeCase):
    """A worked case: four exchanges in two months at two customers, one of them reversed.

    | day    | customer | part       | out | recovered | net | reason |
    |--------|----------|------------|-----|-----------|-----|--------|
    | 31 Oct | Rossi    | Motor 45   | 45  | 9 (20 %)  | 36  | wear   |
    | 5 Nov  | Rossi    | 2 x Fan 10 | 20  | 0 (scrap) | 20  | defect |
    | 5 Nov  | Bianchi  | Motor 45   | 45  | 22.50     | 22.50 | wear |
    | 6 Nov  | Bianchi  | Motor 45   | reversed: nothing | | wear |
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wear = cls.env.ref("service_equipment.service_exchange_reason_wear")
        cls.defect = cls.env.ref("service_equipment.service_exchange_reason_defect")
        cls.category = cls.env["product.category"].create({"name": "Drives"})
        cls.part.categ_id = cls.category
        cls.fan = cls._new_product("Fan", tracking="none", standard_price=10.0)
        cls.env["stock.quant"]._update_available_quantity(cls.fan, cls.van, 10)
        fan_row = cls._new_component(cls.unit, product_id=cls.fan.id, quantity=2)
        cls.other_unit = cls._new_unit("P-2", partner_id=cls.other_customer.id, site_id=cls.other_customer.id)
        motors = [cls._new_component(cls.other_unit, f"M-{number}", position=f"{number}") for number in range(2)]
        lots = [cls._new_lot(f"N-{number}", location=cls.van) for number in range(2)]
        cls.exchanges = cls.env["service.exchange"]
        # 31 October, 23:30 UTC is 1 November in Rome: half an hour earlier it is still October there.
        for vals in (
            {"date": "2026-10-31 22:30:00", "recovery_percent": 20, "reason_id": cls.wear.id},
            {
                "date": "2026-11-05 10:00:00",
                "component_id": fan_row.id,
                "new_product_id": cls.fan.id,
                "new_lot_id": False,
                "quantity": 2,
                "disposition": "scrap",
                "recovery_percent": 50,
                "reason_id": cls.defect.id,
            },
            {
                "date": "2026-11-05 10:00:00",
                "equipment_id": cls.other_unit.id,
                "component_id": motors[0].id,
                "new_lot_id": lots[0].id,
                "recovery_percent": 50,
                "reason_id": cls.wear.id,
            },
            {
                "date": "2026-11-06 10:00:00",
                "equipment_id": cls.other_unit.id,
                "component_id": motors[1].id,
                "new_lot_id": lots[1].id,
                "recovery_percent": 50,
                "reason_id": cls.wear.id,
            },
        ):
            cls.exchanges += cls._new_exchange(cls, **vals)
        cls.exchanges.action_done()
        cls.exchanges[3].action_reverse()

    def _sum_by(self, field_name, user=None):
        groups = (
            self.env["service.exchange"]
            .with_user(user or self.user_manager)
            ._read_group(
                [("id", "in", self.exchanges.ids)],
                [field_name],
                ["value_out:sum", "value_recovered:sum", "value_net:sum"],
            )
        )
        return {key: tuple(values) for key, *values in groups}

    def test_by_month(self):
        self.assertEqual(
            self._sum_by("date_exchanged:month"),
            {date(2026, 10, 1): (45.0, 9.0, 36.0), date(2026, 11, 1): (65.0, 22.5, 42.5)},
        )

    def test_month_is_that_of_the_site(self):
        self.assertEqual(self.exchanges[0].date_exchanged, date(2026, 10, 31))
        exchange = self._new_exchange(date="2026-10-31 23:30:00")
        self.assertEqual(exchange.date_exchanged, date(2026, 11, 1))

    def test_by_unit_customer_site_and_model(self):
        rossi, bianchi = (65.0, 9.0, 56.0), (45.0, 22.5, 22.5)
        self.assertEqual(self._sum_by("equipment_id"), {self.unit: rossi, self.other_unit: bianchi})
        self.assertEqual(self._sum_by("commercial_partner_id"), {self.customer: rossi, self.other_customer: bianchi})
        self.assertEqual(self._sum_by("site_id"), {self.site: rossi, self.other_customer: bianchi})
        self.assertEqual(self._sum_by("equipment_product_id"), {self.product: (110.0, 31.5, 78.5)})
        self.assertEqual(self._sum_by("equipment_categ_id"), {self.product.categ_id: (110.0, 31.5, 78.5)})

    def test_by_reason_part_disposition_and_user(self):
        wear, defect = (90.0, 31.5, 58.5), (20.0, 0.0, 20.0)
        self.assertEqual(self._sum_by("reason_id"), {self.wear: wear, self.defect: defect})
        self.assertEqual(self._sum_by("new_product_id"), {self.part: wear, self.fan: defect})
        self.assertEqual(self._sum_by("part_categ_id"), {self.category: wear, self.fan.categ_id: defect})
        self.assertEqual(self._sum_by("disposition"), {"quarantine": wear, "scrap": defect})
        self.assertEqual(self._sum_by("user_id"), {self.user_equipment: (110.0, 31.5, 78.5)})

    def test_reversed_exchange_costs_nothing(self):
        self.assertRecordValues(
            self.exchanges[3].sudo(),
            [{"state": "reversed", "value_out": 0.0, "value_recovered": 0.0, "value_net": 0.0}],
        )

    def test_costs_stay_with_the_customer_of_the_day(self):
        self.unit.write({"partner_id": self.other_customer.id, "site_id": self.other_customer.id})
        self.env.flush_all()
        self.assertEqual(self.exchanges[0].commercial_partner_id, self.customer)
        self.assertEqual(self._sum_by("commercial_partner_id")[self.customer], (65.0, 9.0, 56.0))

    def test_draft_takes_the_customer_of_the_day_on_which_it_is_done(self):
        lot = self._new_lot("LATE", location=self.van)
        exchange = self._new_exchange(component_id=False, new_lot_id=lot.id)
        self.assertEqual(exchange.commercial_partner_id, self.customer)
        self.unit.write({"partner_id": self.other_customer.id, "site_id": self.other_customer.id})
        exchange.action_done()
        self.assertEqual(exchange.commercial_partner_id, self.other_customer)

    def test_unit_shows_its_cost_to_managers(self):
        self.assertEqual(self.unit.with_user(self.user_manager).exchange_cost, 56.0)
        self.assertEqual(self.other_unit.with_user(self.user_auditor).exchange_cost, 22.5)
        with self.assertRaises(AccessError):
            self.unit.with_user(self.user_equipment).read(["exchange_cost"])
        action = self.unit.with_user(self.user_manager).action_view_exchange_costs()
        self.assertEqual(self.env["service.exchange"].search(action["domain"]), self.exchanges[1] + self.exchanges[0])

    def test_drill_down_to_the_moves(self):
        for user in (self.user_manager, self.user_auditor):
            with self.subTest(user=user.login):
                exchanges = self.exchanges[:2].with_user(user)
                action = exchanges.action_view_moves()
                moves = self.env["stock.move"].with_user(user).search(action["domain"])
                self.assertEqual(moves, exchanges.sudo().move_ids)
                names = moves.get_view(action["view_id"][0], "list")["models"]["stock.move"]
                rows = moves.web_search_read(action["domain"], {name: {} for name in names})["records"]
                self.assertEqual(len(rows), 4)
                with self.assertRaises(AccessError):
                    moves.write({"origin": "Mine"})

    def test_user_without_rights_on_moves_is_told(self):
        with self.assertRaisesRegex(UserError, "shown to those who look after the stock or the costs"):
            self.exchanges.with_user(self.user_equipment).action_view_moves()

    def test_migration(self):
        """Older reversed exchanges kept their values, and drafts for a vendor his location."""
        draft = self._new_exchange()
        suppliers = self.env.ref("stock.stock_location_suppliers")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_exchange SET value_out = 45, value_net = 45 WHERE id = %s", [self.exchanges[3].id]
        )
        self.env.cr.execute(
            "UPDATE service_exchange SET disposition = 'vendor', dest_location_id = %s WHERE id = %s",
            [suppliers.id, draft.id],
        )
        self.env.cr.execute("UPDATE stock_move SET reference = NULL WHERE service_exchange_id IS NOT NULL")
        self.env.invalidate_all()
        path = file_path("service_equipment/migrations/19.0.1.1.0/post-exchange.py")
        spec = spec_from_file_location("post_exchange", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        for _run in range(2):
            module.migrate(self.env.cr, "19.0.1.0.0")
        self.assertRecordValues(self.exchanges[3].sudo(), [{"value_out": 0.0, "value_net": 0.0}])
        self.assertEqual(self.exchanges[0].sudo().value_out, 45.0)
        self.assertEqual(draft.dest_location_id, self.quarantine)
        self.assertEqual(set(self.exchanges[0].sudo().move_ids.mapped("reference")), {self.exchanges[0].name})
