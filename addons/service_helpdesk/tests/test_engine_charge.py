# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest
import unittest
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.service_contract.engine.entitlement import Bucket

from ..engine import charge as engine
from ..engine.charge import Line, plan

settings.register_profile("service", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("service")

YEAR = date(2026, 1, 1), date(2026, 12, 31)
QUANTITIES = st.integers(1, 400).map(lambda quarters: Decimal(quarters) / 4)


def _bucket(key, left, overdraft=False):
    return Bucket(key, *YEAR, Decimal(left), overdraft)


def _line(key, quantity=1, call="call", **values):
    values = {"kind": "labour", "payer": "contract", "term": "from_buckets", **values}
    return Line(key, call, quantity=Decimal(quantity), **values)


def _outcome(charge):
    return charge.payer, str(charge.free), str(charge.chargeable), charge.why


class TestChargeEngine(unittest.TestCase):
    """Who pays for lines of work: every way out of `plan`."""

    def test_doctest(self):
        self.assertEqual(doctest.testmod(engine).failed, 0)

    def test_each_reason(self):
        hours = [_bucket("hours", 4)]
        for line, outcome in (
            (_line(1, payer="customer", term="chargeable"), ("customer", "0", "1", "not_covered")),
            (_line(1, term="chargeable"), ("customer", "0", "1", "chargeable")),
            (_line(1, term="included"), ("contract", "1", "0", "included")),
            (_line(1, buckets=("hours",)), ("contract", "1", "0", "quota")),
            (_line(1, 5, buckets=("hours",)), ("contract", "4", "1", "quota")),
            (_line(1), ("contract", "0", "1", "empty")),
            (_line(1, buckets=None), ("contract", "0", "1", "no_free_call")),
            (_line(1, buckets=("hours",), decision="free"), ("goodwill", "1", "0", "by_hand")),
            (_line(1, term="included", decision="chargeable"), ("customer", "0", "1", "by_hand")),
            (_line(1, 5, payer="warranty", buckets=("hours",)), ("warranty", "5", "0", "quota")),
        ):
            with self.subTest(line=line):
                self.assertEqual(_outcome(plan([line], hours)[1]), outcome)

    def test_a_free_call_is_taken_once_and_waives(self):
        calls = [_bucket("calls", 1)]
        waived = {"kind": "travel", "buckets": None, "is_waived": True, "call_buckets": ("calls",)}
        charges = plan([_line(1, **waived), _line(2, **waived), _line(3, call="other", **waived)], calls)
        self.assertEqual([charge.why for charge in charges.values()], ["free_call", "free_call", "no_free_call"])
        self.assertEqual([charge.call_takes for charge in charges.values()], [[("calls", Decimal(1))], [], []])

    def test_a_call_that_began_without_a_free_call_gets_none_later(self):
        line = _line(1, kind="travel", buckets=None, is_waived=True, call_buckets=("calls",))
        self.assertEqual(plan([line], [_bucket("calls", 1)], started=["call"])[1].why, "no_free_call")
        self.assertEqual(plan([line], [], free_calls={"call": "calls"}, started=["call"])[1].free_call, "calls")

    def test_goodwill_takes_no_free_call(self):
        given_away = _line(1, call_buckets=("calls",), decision="free")
        waived = _line(2, kind="travel", buckets=None, is_waived=True, call_buckets=("calls",))
        charges = plan([given_away, waived], [_bucket("calls", 1)])
        self.assertEqual(charges[1].call_takes, [])
        self.assertEqual(charges[2].why, "free_call")

    @given(st.lists(QUANTITIES, min_size=1, max_size=8), QUANTITIES)
    def test_nothing_is_lost_and_nothing_overdrawn(self, quantities, left):
        lines = [_line(index, quantity, buckets=("hours",)) for index, quantity in enumerate(quantities)]
        charges = plan(lines, [_bucket("hours", left)]).values()
        for quantity, charge in zip(quantities, charges, strict=True):
            self.assertEqual(charge.free + charge.chargeable, quantity)
        taken = sum(share for charge in charges for _key, share in charge.takes)
        self.assertEqual(taken, min(left, sum(quantities)))

    @given(st.lists(QUANTITIES, min_size=1, max_size=8), QUANTITIES)
    def test_all_at_once_is_one_after_the_other(self, quantities, left):
        lines = [_line(index, quantity, buckets=("hours",)) for index, quantity in enumerate(quantities)]
        together = plan(lines, [_bucket("hours", left)])
        for line in lines:
            charge = plan([line], [_bucket("hours", left)])[line.key]
            left -= sum(share for _key, share in charge.takes)
            self.assertEqual(together[line.key], charge)
