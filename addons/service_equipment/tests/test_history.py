# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import EquipmentCase


class HistoryCase(EquipmentCase):
    """A unit delivered by a transfer, with exchanges."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lot = cls._new_lot("H-1", cls.product, cls.stock)
        cls.picking = cls._validate(cls._new_delivery(lot))
        cls.unit = cls.env["service.equipment"].search([("lot_id", "=", lot.id)])
        cls.unit.date_installed = date(2026, 11, 20)

    @classmethod
    def _exchange(cls, serial, unit=None):
        """Put a new part into the unit."""
        exchange = cls.env["service.exchange"].create(
            {
                "equipment_id": (unit or cls.unit).id,
                "new_product_id": cls.part.id,
                "new_lot_id": cls._new_lot(serial, location=cls.van).id,
                "location_id": cls.van.id,
            }
        )
        exchange.action_done()
        return exchange


@tagged("post_install", "-at_install")
class TestHistory(HistoryCase):
    """What the time line tells, to whom, and at which cost."""

    def test_newest_first(self):
        exchange = self._exchange("H-NEW")
        entries = self.unit.with_user(self.user_auditor).history()
        self.assertEqual(
            [(entry["date"], entry["kind"], entry["res_model"], entry["res_id"]) for entry in entries],
            [
                ("2026-11-20", "installed", "service.equipment", self.unit.id),
                ("2026-11-18", "exchange", "service.exchange", exchange.id),
                ("2026-11-18", "delivered", "stock.picking", self.picking.id),
            ],
        )

    def test_filters(self):
        self._exchange("H-NEW")
        unit = self.unit.with_user(self.user_equipment)

        def kinds(**filters):
            return [entry["kind"] for entry in unit.history(**filters)]

        self.assertEqual(kinds(date_from="2026-11-19"), ["installed"])
        self.assertEqual(kinds(date_from=date(2026, 11, 20), date_to=date(2026, 11, 20)), ["installed"])
        self.assertEqual(kinds(date_to="2026-11-18"), ["exchange", "delivered"])
        self.assertEqual(kinds(kinds=["exchange", "no such kind"]), ["exchange"])
        self.assertEqual(kinds(kinds=[]), [])

    def test_wrong_period(self):
        for period in (("2026-11-19", "2026-11-18"), ("soon", None)):
            with self.subTest(period=period), self.assertRaises(UserError):
                self.unit.history(*period)

    def test_page_opens_only_what_the_user_may_read(self):
        exchange = self._exchange("H-NEW")

        def opened(user):
            entries = self.unit.with_user(user).get_history_page()["entries"]
            return {(entry["res_model"], entry["res_id"]) for entry in entries if entry["can_open"]}

        self.assertEqual(opened(self.user_equipment), {("service.exchange", exchange.id)})
        self.user_equipment.group_ids += self.env.ref("stock.group_stock_user")
        self.assertEqual(
            opened(self.user_equipment), {("service.exchange", exchange.id), ("stock.picking", self.picking.id)}
        )

    def test_page_names_the_kinds_present(self):
        self._exchange("H-NEW")
        self._exchange("H-NEWER")
        page = self.unit.with_user(self.user_auditor).get_history_page()
        self.assertEqual(
            [(kind["kind"], kind["count"]) for kind in page["kinds"]],
            [("delivered", 1), ("installed", 1), ("exchange", 2)],
        )
        self.assertTrue(all(kind["label"] and kind["icon"].startswith("fa-") for kind in page["kinds"]))

    def test_every_kind_has_a_label_and_an_icon(self):
        Equipment = self.env["service.equipment"]
        self.assertFalse(Equipment._get_portal_history_kinds() - set(Equipment._get_history_kinds()))
        self.assertFalse(set(Equipment._get_history_icons()) - set(Equipment._get_history_kinds()))

    def test_portal_gets_no_history_by_api(self):
        unit = self.unit.with_user(self.user_portal)
        for method in (unit.history, unit.get_history_page, unit.action_print_history):
            with self.subTest(method=method.__name__), self.assertRaises(AccessError):
                method()

    def test_customer_sees_no_earlier_owner(self):
        lot = self.unit.lot_id
        self._return(self.picking, lot)
        with freeze_time("2026-12-01 12:00:00"):
            self._validate(self._new_delivery(lot, partner=self.other_customer))
            self.assertEqual(self.unit.partner_id, self.other_customer)
            entries = self.unit.sudo()._get_portal_history()
        self.assertEqual([(entry["date"], entry["kind"]) for entry in entries], [("2026-12-01", "delivered")])
        self.assertIn("Bianchi", entries[0]["text"])
        self.assertEqual(set(entries[0]), {"date", "kind", "title", "text"})

    def _count(self, unit):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        unit.with_user(self.user_manager).get_history_page()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        """As many queries for n entries as for 2n."""
        self._count(self.unit)
        for number in range(5):
            self._exchange(f"H-A{number}")
        small = self._count(self.unit)
        for number in range(5):
            self._exchange(f"H-B{number}")
        large = self._count(self.unit)
        self.assertEqual(small, large)
        self.assertEqual(len(self.unit.history()), 12)
        self.assertLessEqual(large, 40)

    def test_transfers_are_found_by_an_index(self):
        """The moves of one serial number are not searched among all moves.

        A table as small as the tests' would be read whole: that may not be, here. The real query asks for the
        company too, which is no less selective; benchmarks/scale.py measures it.
        """
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM stock_move_line WHERE lot_id IN %s AND state = 'done'",
            [(self.unit.lot_id.id,)],
        )
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("stock_move_line_service_lot_idx", plan)


@tagged("post_install", "-at_install")
class TestHistoryReport(HistoryCase, HttpCase):
    """The printed history."""

    def _render(self, data, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.user_equipment)
        html = report._render_qweb_html("service_equipment.report_history", self.unit.ids, data=data)[0]
        return html.decode()

    def test_prints_what_is_filtered(self):
        self._exchange("H-NEW")
        unit = self.unit.with_user(self.user_equipment)
        action = unit.action_print_history(kinds=["exchange"], search="h-new")
        self.assertEqual(action["report_name"], "service_equipment.report_history")
        page = self._render(action["data"])
        self.assertIn("H-NEW", page)
        self.assertNotIn(self.picking.name, page)
        self.assertIn(self.picking.name, self._render({}))

    def test_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.env["ir.module.module"]._load_module_terms(["service_equipment"], ["it_IT"])
        self.customer.lang = "it_IT"
        self.assertIn("Consegnat", self._render({}))

    def test_stranger_prints_nothing(self):
        for user in (self.user_portal, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._render({}, user)

    def test_portal_report_url_is_closed(self):
        self.authenticate("eq_portal", "eq_portal")
        with self.assertLogs("odoo.http", "WARNING"):
            page = self.url_open(f"/report/html/service_equipment.report_history/{self.unit.id}")
        self.assertNotIn(self.picking.name, page.text)
        self.assertGreaterEqual(page.status_code, 400)

    def test_screen(self):
        self._exchange("H-NEW")
        self.start_tour(
            f"/odoo/service-equipment/{self.unit.id}", "service_equipment_history_tour", login="eq_manager"
        )
