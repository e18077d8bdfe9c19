# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger


class CommittedExchangeCase(BaseCase):
    """Two units, and one serial number in stock that an exchange at each of them wants, on real connections.

    The data is committed, so it is deleted afterwards by SQL: done moves cannot be deleted.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            product = env["product.product"].create(
                {"name": "Raced Part", "type": "consu", "is_storable": True, "tracking": "serial"}
            )
            self.product_id = product.id
            company = env.company
            lot = env["stock.lot"].create({"name": "RACED-1", "product_id": self.product_id, "company_id": company.id})
            location = company.service_quarantine_location_id
            env["stock.quant"]._update_available_quantity(product, location, 1, lot_id=lot)
            customer = env["res.partner"].create({"name": "Raced Customer"})
            self.partner_id = customer.id
            units = env["service.equipment"].create(
                [{"product_id": self.product_id, "partner_id": customer.id} for _index in range(2)]
            )
            self.exchange_ids = (
                env["service.exchange"]
                .create(
                    [
                        {
                            "equipment_id": unit.id,
                            "new_product_id": self.product_id,
                            "new_lot_id": lot.id,
                            "location_id": location.id,
                        }
                        for unit in units
                    ]
                )
                .ids
            )
        self.addCleanup(self._delete_all)

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _delete_all(self):
        with self.registry.cursor() as cr:
            template = self._get_env(cr)["product.product"].browse(self.product_id).product_tmpl_id
            for query in (
                "UPDATE service_exchange SET new_component_id = NULL WHERE new_product_id = %s",
                "DELETE FROM service_component WHERE product_id = %s",
                "DELETE FROM stock_move_line WHERE product_id = %s",
                "DELETE FROM stock_move WHERE product_id = %s",
                "DELETE FROM service_exchange WHERE new_product_id = %s",
                "DELETE FROM service_equipment WHERE product_id = %s",
                "DELETE FROM stock_quant WHERE product_id = %s",
                "DELETE FROM stock_lot WHERE product_id = %s",
            ):
                cr.execute(query, [self.product_id])
            self._get_env(cr).invalidate_all()
            template.unlink()
            self._get_env(cr)["res.partner"].browse(self.partner_id).unlink()

    def _count_installed(self):
        with self.registry.cursor() as cr:
            return self._get_env(cr)["service.component"].search_count([("product_id", "=", self.product_id)])


@tagged("post_install", "-at_install")
class TestConcurrency(CommittedExchangeCase):
    """Two engineers put the same serial number into two units at once."""

    def _exchange(self, cr, number):
        # Without the lock on the parts the second one would wait for the first for ever.
        cr.execute("SET LOCAL lock_timeout = '5s'")
        self._get_env(cr)["service.exchange"].browse(self.exchange_ids[number]).action_done()
        self._get_env(cr).flush_all()

    def test_second_one_is_told_to_wait_and_then_refused_by_name(self):
        with self.registry.cursor() as first:
            self._exchange(first, 0)
            with self.registry.cursor() as second:
                with self.assertRaisesRegex(UserError, "RACED-1 is being exchanged by somebody else"):
                    self._exchange(second, 1)
                second.rollback()
            first.commit()
        with self.registry.cursor() as second:
            with self.assertRaisesRegex(UserError, "RACED-1 is already installed in"):
                self._exchange(second, 1)
            second.rollback()
        self.assertEqual(self._count_installed(), 1)

    @mute_logger("odoo.sql_db")
    def test_second_one_with_an_old_view_of_the_data(self):
        with self.registry.cursor() as second:
            second.execute("SELECT count(*) FROM service_component")
            with self.registry.cursor() as first:
                self._exchange(first, 0)
            with self.assertRaises((SerializationFailure, UniqueViolation)):
                self._exchange(second, 1)
            second.rollback()
        self.assertEqual(self._count_installed(), 1)
