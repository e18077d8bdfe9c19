# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from .common import EquipmentCase


@tagged("post_install", "-at_install")
class TestPerformance(EquipmentCase):
    """Queries at n and 2n: the slope per record is what counts."""

    def _count(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _get_lines(self, prefix, count):
        lots = self.env["stock.lot"].concat(
            *(self._new_lot(f"{prefix}-{number}", self.product, self.stock) for number in range(count))
        )
        picking = self._validate(self._new_delivery(lots))
        self.env["service.equipment"].search([("lot_id", "in", lots.ids)]).write({"lot_id": False})
        return picking.sudo().move_line_ids

    def test_registration(self):
        register = self.env["service.equipment"].sudo()._register_delivered
        self._count(register, self._get_lines("WARM", 1))
        small = self._count(register, self._get_lines("A", 10))
        large = self._count(register, self._get_lines("B", 20))
        slope = (large - small) / 10
        self.assertLessEqual(slope, 1.0, f"{small} queries for 10 units, {large} for 20")

    def test_matching_serials_is_one_search(self):
        units = self._new_unit("P-1") + self._new_unit("P-2")
        Equipment = self.env["service.equipment"]
        self._count(Equipment._match_serials, ["P-0"])
        with self.assertQueryCount(1):
            self.assertEqual(len(Equipment._match_serials(["P-1", "P-2"] + [f"X{n}" for n in range(200)])), len(units))

    def test_counting_for_smart_buttons(self):
        for number in range(3):
            self._new_unit(f"P-{number}")
        partners = self.customer + self.site + self.other_customer
        queries = self._count(lambda: partners.mapped("service_equipment_count"))
        self.assertLessEqual(queries, 5)

    def test_exchange(self):
        def exchange(prefix, count):
            exchanges = self.env["service.exchange"]
            for number in range(count):
                unit = self._new_unit(f"{prefix}-{number}")
                component = self._new_component(unit, f"{prefix}-OLD-{number}")
                lot = self._new_lot(f"{prefix}-NEW-{number}", location=self.van)
                exchanges += exchanges.create(
                    {
                        "equipment_id": unit.id,
                        "component_id": component.id,
                        "new_product_id": self.part.id,
                        "new_lot_id": lot.id,
                        "location_id": self.van.id,
                    }
                )
            return self._count(exchanges.action_done)

        exchange("WARM", 1)
        small, large = exchange("A", 4), exchange("B", 8)
        slope = (large - small) / 4
        self.assertLessEqual(slope, 16, f"{small} queries for 4 exchanges, {large} for 8")
