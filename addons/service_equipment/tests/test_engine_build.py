# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.build import Part, apply, compare, compare_design, path_key, pool

PROFILE = settings(derandomize=True, deadline=None, max_examples=300)

# Few values, so that parts meet in one place and look alike.
parts = st.builds(
    Part,
    path=st.lists(st.sampled_from(["A", "B", "Slot 2", "Slot 10"]), min_size=1, max_size=3).map(tuple),
    product=st.integers(1, 3),
    serial=st.sampled_from(["", "", "S1", "S2"]),
    version=st.sampled_from(["", "1.9", "1.10"]),
    quantity=st.integers(1, 4).map(Decimal),
    installed=st.sampled_from(["", "2026-01-01", "2026-06-01"]),
    rows=st.tuples(st.integers(1, 99)),
)
builds = st.lists(parts, max_size=12)
JANUARY, JUNE = "2026-01-01", "2026-06-01"


@tagged("post_install", "-at_install")
class TestBuildEngine(BaseCase):
    def test_worked_cases(self):
        cases = [
            ("same serial taken out and put back", {"serial": "S", "installed": JUNE}, []),
            ("another serial", {"serial": "T"}, [("replaced", ())]),
            ("another product", {"product": 2}, [("replaced", ())]),
            ("another version of the same piece", {"serial": "S", "version": "2"}, [("changed", ("version",))]),
            ("a new piece of another version", {"serial": "T", "version": "2"}, [("replaced", ())]),
            ("elsewhere", {"path": ("B",)}, [("removed", ()), ("added", ())]),
        ]
        before = Part(("A",), 1, "S", installed=JANUARY)
        for name, values, expected in cases:
            after = Part(**{"path": ("A",), "product": 1, "serial": "S", "installed": JANUARY, **values})
            with self.subTest(name):
                found = [(difference.kind, difference.fields) for difference in compare([before], [after])]
                self.assertEqual(found, expected)

    def test_pieces_without_serial(self):
        before = [Part(("A",), 1, quantity=Decimal(4), installed=JANUARY)]
        like = [Part(("A",), 1, quantity=Decimal(4), installed=JUNE)]
        self.assertEqual([difference.kind for difference in compare(before, like)], ["replaced"])
        corrected = [Part(("A",), 1, quantity=Decimal(4), version="2", installed=JANUARY)]
        self.assertEqual([difference.kind for difference in compare(before, corrected)], ["changed"])
        # One of four was exchanged: the rest stands in a row of its own.
        rest = [Part(("A",), 1, quantity=Decimal(quantity), installed=JUNE) for quantity in (1, 3)]
        first, second = compare(before, rest)
        self.assertEqual((first.kind, first.after.quantity), ("changed", 3))
        self.assertEqual((second.kind, second.after.quantity), ("added", 1))

    def test_pieces_of_one_place_find_their_like(self):
        before = [Part(("A",), 1, serial) for serial in ("S1", "S2", "S3")]
        after = [Part(("A",), 1, serial) for serial in ("S3", "S4", "S1")]
        [difference] = compare(before, after)
        self.assertEqual((difference.before.serial, difference.after.serial), ("S2", "S4"))

    def test_design_worked_cases(self):
        design = [
            Part(("A",), 1, version="1.0"),
            Part(("A", "Lamp"), 2, quantity=Decimal(4)),
            Part(("B",), 3),
        ]
        cases = [
            ("as designed, in several rows", [("A", 1, "1.0", 1), ("A/Lamp", 2, "", 1), ("A/Lamp", 2, "", 3)], ["B"]),
            ("another version", [("A", 1, "1.1", 1)], ["A", "A/Lamp", "B"]),
            ("too few", [("A", 1, "1.0", 1), ("A/Lamp", 2, "9", 3), ("B", 3, "7", 1)], ["A/Lamp"]),
            ("other product", [("A", 1, "1.0", 1), ("A/Lamp", 2, "", 4), ("B", 9, "", 1)], ["B"]),
            ("extra", [("A", 1, "1.0", 1), ("A/Lamp", 2, "", 4), ("B", 3, "", 1), ("C", 3, "", 1)], ["C"]),
        ]
        for name, rows, expected in cases:
            actual = [
                Part(tuple(path.split("/")), product, f"S{index}", version, Decimal(quantity))
                for index, (path, product, version, quantity) in enumerate(rows)
            ]
            with self.subTest(name):
                found = ["/".join(difference.path) for difference in compare_design(design, actual)]
                self.assertEqual(found, expected)

    def test_places_sort_as_people_number_them(self):
        paths = [("Slot 10",), ("Slot 2", "B"), ("Slot 2",), ("Slot 1", "Z")]
        self.assertEqual(sorted(paths, key=path_key), [("Slot 1", "Z"), ("Slot 2",), ("Slot 2", "B"), ("Slot 10",)])

    @PROFILE
    @given(builds)
    def test_a_build_is_like_itself(self, build):
        self.assertEqual(compare(build, build), [])
        self.assertEqual(compare_design(build, build), [])

    @PROFILE
    @given(builds, builds)
    def test_the_difference_leads_from_one_to_the_other(self, before, after):
        without_days = [part if not part.serial else Part(*_values(part)) for part in before]
        target = [part if not part.serial else Part(*_values(part)) for part in after]
        self.assertEqual(apply(without_days, compare(without_days, target)), sorted(target))

    @PROFILE
    @given(builds, builds, st.randoms(use_true_random=False))
    def test_the_order_of_rows_is_irrelevant(self, before, after, random):
        expected = compare(before, after)
        random.shuffle(before)
        random.shuffle(after)
        found = compare(before, after)
        self.assertEqual(found, expected)
        self.assertEqual(_rows(found), _rows(expected))

    @PROFILE
    @given(builds, builds)
    def test_there_and_back(self, before, after):
        opposite = {"added": "removed", "removed": "added"}
        there = sorted(difference.kind for difference in compare(before, after))
        back = sorted(opposite.get(difference.kind, difference.kind) for difference in compare(after, before))
        self.assertEqual(there, back)

    @PROFILE
    @given(builds)
    def test_pooling_keeps_quantities_and_rows(self, build):
        pooled = pool(build)
        self.assertEqual(sum(part.quantity for part in pooled), sum(part.quantity for part in build))
        self.assertCountEqual(*([row for part in some for row in part.rows] for some in (build, pooled)))
        self.assertEqual(sorted(pool(pooled)), sorted(pooled))


def _values(part):
    return part.path, part.product, part.serial, part.version, part.quantity


def _rows(differences):
    return [[part and part.rows for part in (difference.before, difference.after)] for difference in differences]
