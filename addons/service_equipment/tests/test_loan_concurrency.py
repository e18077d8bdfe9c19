# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestLoanConcurrency(BaseCase):
    """Two clerks lend the same serial number, or the last pieces, on real connections.

    The data is committed, so it is deleted afterwards by SQL: done moves cannot be deleted.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            location = env.company.service_quarantine_location_id
            self.partner_id = env["res.partner"].create({"name": "Raced Borrower"}).id
            self.product_ids, self.loan_ids = [], []
            for tracking in ("serial", "none"):
                product = env["product.product"].create(
                    {"name": "Raced Pump", "type": "consu", "is_storable": True, "tracking": tracking}
                )
                lot = env["stock.lot"]
                if tracking == "serial":
                    lot = lot.create({"name": "RACED-1", "product_id": product.id, "company_id": env.company.id})
                env["stock.quant"]._update_available_quantity(product, location, 1, lot_id=lot)
                self.product_ids.append(product.id)
                vals = {
                    "partner_id": self.partner_id,
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "location_id": location.id,
                    "date_due": date(2199, 1, 1),
                }
                self.loan_ids.append(env["service.loan"].create([vals, vals]).ids)
        self.addCleanup(self._delete_all)

    def _get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _delete_all(self):
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            products = env["product.product"].browse(self.product_ids)
            ids = tuple(self.product_ids)
            cr.execute("SELECT id FROM stock_picking WHERE partner_id = %s", [self.partner_id])
            picking_ids = tuple(row[0] for row in cr.fetchall()) or (0,)
            for query in (
                "DELETE FROM stock_move_line WHERE product_id IN %s",
                "DELETE FROM stock_move WHERE product_id IN %s",
            ):
                cr.execute(query, [ids])
            cr.execute("DELETE FROM stock_picking WHERE id IN %s", [picking_ids])
            for query in (
                "DELETE FROM service_loan WHERE product_id IN %s",
                "DELETE FROM stock_quant WHERE product_id IN %s",
                "DELETE FROM stock_lot WHERE product_id IN %s",
            ):
                cr.execute(query, [ids])
            env.invalidate_all()
            products.product_tmpl_id.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _lend(self, cr, number, which):
        # Without the lock the second one would wait for the first for ever.
        cr.execute("SET LOCAL lock_timeout = '5s'")
        self._get_env(cr)["service.loan"].browse(self.loan_ids[number][which]).action_lend()
        self._get_env(cr).flush_all()

    def _count_lent(self, number):
        with self.registry.cursor() as cr:
            domain = [("id", "in", self.loan_ids[number]), ("state", "=", "out")]
            return self._get_env(cr)["service.loan"].search_count(domain)

    def _race(self, number, words_during, words_after):
        with self.registry.cursor() as first:
            self._lend(first, number, 0)
            with self.registry.cursor() as second:
                with self.assertRaisesRegex(UserError, words_during):
                    self._lend(second, number, 1)
                second.rollback()
            first.commit()
        with self.registry.cursor() as second:
            with self.assertRaisesRegex(UserError, words_after):
                self._lend(second, number, 1)
            second.rollback()
        self.assertEqual(self._count_lent(number), 1)

    def test_one_serial_for_two(self):
        self._race(0, "RACED-1 is being moved by somebody else", "RACED-1 is already lent to Raced Borrower")

    def test_last_piece_for_two(self):
        self._race(1, "Raced Pump is being moved by somebody else", "not enough of Raced Pump")

    @mute_logger("odoo.sql_db")
    def test_second_one_with_an_old_view_of_the_data(self):
        with self.registry.cursor() as second:
            second.execute("SELECT count(*) FROM service_loan")
            with self.registry.cursor() as first:
                self._lend(first, 0, 0)
            with self.assertRaises(SerializationFailure):
                self._lend(second, 0, 1)
            second.rollback()
        self.assertEqual(self._count_lent(0), 1)

    def test_one_loan_lent_twice_at_once(self):
        with self.registry.cursor() as first:
            self._lend(first, 0, 0)
            with self.registry.cursor() as second:
                with self.assertRaisesRegex(UserError, "being moved by somebody else"):
                    self._lend(second, 0, 0)
                second.rollback()
        self.assertEqual(self._count_lent(0), 1)
