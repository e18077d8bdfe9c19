# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import doctest
import io
import re

from pypdf import PdfReader
from pypdf.generic import ContentStream
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel, QRRSBlock, QRUtil

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from ..engine import label, qr
from .common import EquipmentCase

MM = 72 / 25.4


def multiply(first, second):
    """Return the product of two transformations of a PDF."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]


def read_qr(svg):
    """Read the text in the drawing of a QR code (ISO/IEC 18004), as a scanner does that sees it clean."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    dark = {(int(row), int(column)) for column, row in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
    version = (size - 17) // 4
    frame = QRCode(version, QRErrorCorrectLevel.M)
    frame.moduleCount = size
    information = int("".join("1" if (8, column) in dark else "0" for column in (0, 1, 2, 3, 4)), 2) ^ 0b10101
    mask = QRUtil.getMask(information & 0b111)
    bits = [((row, column) in dark) != bool(mask(row, column)) for column, row in frame.dataPosIterator()]
    words = [int("".join("01"[bit] for bit in bits[start : start + 8]), 2) for start in range(0, len(bits) - 7, 8)]
    counts = [block.dataCount for block in QRRSBlock.getRSBlocks(version, QRErrorCorrectLevel.M)]
    blocks = [[] for _count in counts]
    stream = iter(words)
    for turn in range(max(counts)):
        for block, count in zip(blocks, counts, strict=True):
            if turn < count:
                block.append(next(stream))
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    length = int(data[4:12], 2)
    return int(data[12 : 12 + 8 * length], 2).to_bytes(length, "big").decode()


@tagged("post_install", "-at_install")
class TestLabelEngine(EquipmentCase):
    """The sheets."""

    def test_doctests(self):
        for module in (label, qr):
            self.assertFalse(doctest.testmod(module).failed)

    def test_labels_lie_on_their_sheet(self):
        for name, layout in label.LAYOUTS.items():
            places = label.place_labels(layout, layout.per_page)
            with self.subTest(layout=name):
                self.assertEqual(len(set(places)), layout.per_page)
                self.assertEqual({page for page, _left, _top in places}, {0})
                self.assertLessEqual(max(left for _page, left, _top in places) + layout.width, layout.page_width)
                self.assertLessEqual(max(top for _page, _left, top in places) + layout.height, layout.page_height)
                self.assertGreaterEqual(layout.pitch_x, layout.width)
                self.assertGreaterEqual(layout.pitch_y, layout.height)


@tagged("post_install", "-at_install")
class TestScan(EquipmentCase):
    """The unit that a text means."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("SN 77a", asset_code="Rossi/7")
        cls.Equipment = cls.env["service.equipment"].with_user(cls.user_equipment)

    def test_every_text_on_the_label(self):
        url = self.unit.with_user(self.user_equipment)._get_label_url()
        key = self.unit.label_key
        for text in (url, f"https://an-older-name.example/service/unit/{key}", f"{url}/", f"{url}?x=1", key,
                     self.unit.name, "SN 77a", "sn77A", " ROSSI/7\n"):
            with self.subTest(text=text):
                self.assertEqual(self.Equipment._find_by_scan(text), self.unit)

    def test_nothing_but_exact(self):
        self.unit._ensure_label_key()
        for text in ("", None, "SN 7", "/service/unit/guess", self.unit.label_key[:-1], "%", "New"):
            with self.subTest(text=text):
                self.assertFalse(self.Equipment._find_by_scan(text))

    def test_other_company_is_not_found(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self._new_unit(company_id=company.id, partner_id=False, site_id=False, asset_code="X-1")
        self.assertFalse(self.Equipment._find_by_scan("X-1"))
        self.assertFalse(self.Equipment._find_by_scan(other._get_label_url()))
        self.user_equipment.company_ids += company
        self.assertEqual(self.Equipment.with_context(allowed_company_ids=company.ids)._find_by_scan("X-1"), other)

    def test_same_serial_of_two_products(self):
        twin = self._new_unit("SN 77A", product_id=self._new_product("Fan").id)
        self.assertEqual(self.Equipment._find_by_scan("SN 77A"), self.unit + twin)
        twin.action_retire()
        self.assertEqual(self.Equipment._find_by_scan("SN 77A"), self.unit)

    def test_retired_unit_is_found_when_alone(self):
        self.unit.action_retire()
        self.unit.active = False
        self.assertEqual(self.Equipment._find_by_scan("SN 77a"), self.unit)

    def test_every_search_is_served_by_an_index(self):
        """A table as small as the tests' would be read whole: that may not be, here."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        for column in ("label_key", "name_key", "serial_key", "asset_key"):
            self.env.cr.execute(
                f"EXPLAIN SELECT id FROM service_equipment WHERE {column} IN ('X')"
            )
            plan = "\n".join(row[0] for row in self.env.cr.fetchall())
            with self.subTest(column=column):
                self.assertRegex(plan, rf"Index Cond: \(+{column}\)?::text = 'X'")


@tagged("post_install", "-at_install")
class TestLabel(EquipmentCase):
    """Printing labels, as a reader of the register."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_reader = cls._new_user("eq_reader", "service_equipment.group_service_equipment_reader")
        cls.units = cls.env["service.equipment"].concat(
            *(cls._new_unit(f"L-{number}", asset_code=f"ASSET-{number}") for number in range(3))
        )

    def _new_wizard(self, units=None, **vals):
        units = self.units if units is None else units
        Wizard = self.env["service.equipment.label"].with_user(self.user_reader)
        return Wizard.with_context(active_model="service.equipment", active_ids=units.ids).create(vals)

    def _render(self, wizard):
        """Return the printed page of a wizard, as text of HTML."""
        report = self.env["ir.actions.report"].with_user(wizard.env.user)
        return report._render_qweb_html("service_equipment.report_label", wizard.ids)[0].decode()

    def test_key_is_made_once_and_cannot_be_guessed(self):
        self.assertFalse(any(self.units.mapped("label_key")))
        self._new_wizard().action_print()
        keys = self.units.mapped("label_key")
        self.assertEqual(len(set(keys)), 3)
        self.assertTrue(all(len(key) == 16 for key in keys))
        self._new_wizard().action_print()
        self.assertEqual(self.units.mapped("label_key"), keys)
        self.assertFalse(self.units[0].copy().label_key)

    def test_queries_do_not_grow_with_the_units(self):
        def count(units):
            wizard = self._new_wizard(units)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_print()
            wizard._get_pages()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def new_units(number):
            return self.env["service.equipment"].concat(*(self._new_unit() for _unit in range(number)))

        count(new_units(1))
        small, large = count(new_units(5)), count(new_units(10))
        self.assertLessEqual(large - small, 1, f"{small} queries for 5 labels, {large} for 10")

    def test_qr_code_holds_the_address(self):
        url = f"{self.units[0].get_base_url()}/service/unit/"
        page = self._render(self._new_wizard(self.units[0]))
        codes = re.findall(r"<svg[^>]*crispEdges.*?</svg>", page, re.DOTALL)
        self.assertEqual([read_qr(code) for code in codes], [url + self.units[0].label_key])
        image = self.units[0]._get_label_qr().removeprefix("data:image/svg+xml;base64,")
        self.assertEqual(read_qr(base64.b64decode(image).decode()), url + self.units[0].label_key)

    def test_what_to_print(self):
        # A name that fits into one line of a label.
        self.company.name = "Servizi Srl"
        page = self._render(self._new_wizard())
        for text in ("Pump", "L-1", "ASSET-1", "Rossi Spa", self.company.name, self.units[1].name):
            self.assertIn(text, page)
        page = self._render(self._new_wizard(show_asset_code=False, show_customer=False, show_company=False))
        for text in ("ASSET-1", "Rossi Spa", self.company.name):
            self.assertNotIn(text, page)

    def test_first_free_label(self):
        page = self._render(self._new_wizard(layout="2x7", start_position=14))
        places = re.findall(r'class="o_service_label" x="([\d.]+)" y="([\d.]+)"', page)
        self.assertEqual(places, [("106.25", "243.75"), ("4.65", "15.15"), ("106.25", "15.15")])
        self.assertEqual(page.count('class="o_service_label_page"'), 2)

    def test_bad_input(self):
        for units, vals in (
            (self.units.browse(), {}),
            (self.units, {"start_position": 0}),
            (self.units, {"start_position": 25}),
            (self.units, {"copies": 0}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._new_wizard(units, **vals).action_print()
        self.assertFalse(any(self.units.mapped("label_key")))

    def test_form_counts_before_it_prints(self):
        Wizard = self.env["service.equipment.label"].with_user(self.user_reader)
        with Form(Wizard.with_context(active_model="service.equipment", active_ids=self.units.ids)) as form:
            self.assertEqual((form.label_count, form.page_count), (3, 1))
            form.start_position = 24
            form.copies = 2
            self.assertEqual((form.label_count, form.page_count), (6, 2))
            form.layout = "roll"
            self.assertEqual(form.page_count, 6)

    def test_who_may_print(self):
        for user in (self.user_auditor, self.user_employee, self.user_portal, self.user_stock):
            Wizard = self.env["service.equipment.label"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Wizard.create({"equipment_ids": self.units.ids})
        self.assertFalse(any(self.units.mapped("label_key")))

    def test_labels_of_others_are_closed(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self._new_unit(company_id=company.id, partner_id=False, site_id=False)
        with self.assertRaises(AccessError):
            self._new_wizard(other).action_print()


@tagged("post_install", "-at_install")
class TestLabelPdf(EquipmentCase, HttpCase):
    """The PDF itself: one label per unit, where the sheet has its labels."""

    def _print(self, units, **vals):
        wizard = self.env["service.equipment.label"].with_user(self.user_equipment)
        wizard = wizard.create({"equipment_ids": units.ids, **vals})
        report = self.env["ir.actions.report"].with_user(self.user_equipment).with_context(force_report_rendering=True)
        content = report._render_qweb_pdf(wizard.action_print()["report_name"], wizard.ids)[0]
        return PdfReader(io.BytesIO(content))

    def _find_codes(self, page):
        """Return the places and sides of the QR codes drawn on a page, in mm from the left and from the top."""
        matrix, stack, points, found = [1, 0, 0, 1, 0, 0], [], [], []
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
            if operator == b"q":
                stack.append(matrix)
            elif operator == b"Q":
                matrix = stack.pop()
            elif operator == b"cm":
                matrix = multiply([float(operand) for operand in operands], matrix)
            elif operator in (b"m", b"l"):
                x, y = map(float, operands)
                points.append((x * matrix[0] + y * matrix[2] + matrix[4], x * matrix[1] + y * matrix[3] + matrix[5]))
            elif operator in (b"f", b"n", b"S"):
                # A code is one path of hundreds of fields.
                if operator == b"f" and len(points) > 1000:
                    columns, rows = ([point[axis] / MM for point in points] for axis in (0, 1))
                    top = float(page.mediabox.height) / MM - max(rows)
                    found.append((min(columns), top, max(columns) - min(columns)))
                points = []
        return found

    def test_sheet(self):
        units = self.env["service.equipment"].concat(*(self._new_unit() for _number in range(26)))
        pdf = self._print(units, layout="3x8", start_position=2)
        self.assertEqual(len(pdf.pages), 2)
        self.assertAlmostEqual(float(pdf.pages[0].mediabox.width) / MM, 210, delta=1)
        layout = label.LAYOUTS["3x8"]
        found = [(page, *code) for page in range(2) for code in self._find_codes(pdf.pages[page])]
        self.assertEqual(len(found), 26)
        for code, place in zip(found, label.place_labels(layout, 26, start=2), strict=True):
            with self.subTest(place=place):
                self.assertEqual(code[0], place[0])
                self.assertAlmostEqual(code[1], place[1] + layout.margin, delta=0.5)
                self.assertAlmostEqual(code[2], place[2] + layout.margin, delta=0.5)
                self.assertAlmostEqual(code[3], layout.qr, delta=0.5)

    def test_roll(self):
        units = self._new_unit("R-1") + self._new_unit("R-2")
        pdf = self._print(units, layout="roll")
        self.assertEqual(len(pdf.pages), 2)
        for page in pdf.pages:
            self.assertAlmostEqual(float(page.mediabox.width) / MM, 62, delta=1)
            self.assertAlmostEqual(float(page.mediabox.height) / MM, 29, delta=1)
            [(left, top, side)] = self._find_codes(page)
            self.assertAlmostEqual(left, 2, delta=0.5)
            self.assertAlmostEqual(top, 2, delta=0.5)
            self.assertAlmostEqual(side, 25, delta=0.5)


@tagged("post_install", "-at_install")
class TestLabelAddress(EquipmentCase, HttpCase):
    """Where the QR code leads, for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._new_unit("SCAN-1")
        cls.path = cls.unit._get_label_url().removeprefix(cls.unit.get_base_url())
        cls.foreign = cls._new_unit("SCAN-2", partner_id=cls.other_customer.id, site_id=False)

    def _follow(self, login, path=None):
        self.authenticate(login, login)
        return self.url_open(path or self.path, allow_redirects=False)

    def test_back_office(self):
        response = self._follow("eq_user")
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith(f"/odoo/service-equipment/{self.unit.id}"))

    def test_customer(self):
        response = self._follow("eq_portal")
        self.assertTrue(response.headers["Location"].endswith(self.unit.access_url))
        self.assertIn("SCAN-1", self.url_open(self.path).text)

    def test_visitor_learns_nothing(self):
        answers = []
        for path in (self.path, "/service/unit/AAAAAAAAAAAAAAAA"):
            response = self._follow(None, path)
            self.assertIn("/web/login", response.headers["Location"])
            answers.append((response.status_code, response.headers["Location"].replace(path.split("/")[-1], "KEY")))
        self.assertEqual(*answers)
        self.assertNotIn("SCAN-1", self.url_open(self.path).text)

    def test_stranger_is_refused_politely(self):
        paths = (self.foreign._get_label_url().removeprefix(self.foreign.get_base_url()), "/service/unit/guess")
        pages = []
        for path in paths:
            response = self._follow("eq_portal", path)
            self.assertEqual(response.status_code, 404)
            self.assertIn("This label is not for you", response.text)
            self.assertNotIn("SCAN-2", response.text)
            pages.append(response.text.split("<main")[1])
        self.assertEqual(*pages)
        self.assertEqual(self._follow("eq_employee").status_code, 404)

    def test_company_of_the_unit_is_chosen(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.user_equipment.company_ids += company
        other = self._new_unit(company_id=company.id, partner_id=False, site_id=False)
        response = self._follow("eq_user", other._get_label_url().removeprefix(other.get_base_url()))
        self.assertIn(f"cids={company.id}", response.headers["Set-Cookie"])
