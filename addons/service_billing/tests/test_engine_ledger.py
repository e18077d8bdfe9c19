# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The worked figures of rules.md 5, and properties that hold for any figures."""

import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.service_billing.engine.ledger import (
    Period,
    Row,
    Schedule,
    covered_days,
    deltas,
    nominal_periods,
    nominal_start,
    slice_amount,
)

settings.register_profile('service', derandomize=True, deadline=None, max_examples=200)
settings.load_profile('service')

D = Decimal
MONTHLY = Schedule(date(2026, 3, 1))
YEAR = (date(2026, 3, 12), date(2027, 3, 11))


def book(found, ledger=None):
    """Return the ledger after a run wrote what it found."""
    ledger = dict(ledger or {})
    for delta in found:
        entry = (delta.key, delta.period)
        ledger[entry] = ledger.get(entry, D(0)) + delta.amount
    return ledger


def amounts(found):
    return [str(delta.amount) for delta in found]


class TestWorkedFigures(unittest.TestCase):

    def test_end_of_month_anchor(self):
        anchored = Schedule(date(2026, 1, 31))
        self.assertEqual(
            [nominal_start(anchored, k) for k in range(5)],
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)])

    def test_leap_year_anchor(self):
        yearly = Schedule(date(2024, 2, 29), unit='year')
        self.assertEqual(
            [nominal_start(yearly, k) for k in (-1, 0, 1, 4)],
            [date(2023, 2, 28), date(2024, 2, 29), date(2025, 2, 28), date(2028, 2, 29)])

    def test_intervals(self):
        for unit, count, second in [
            ('week', 2, date(2026, 3, 15)), ('month', 2, date(2026, 5, 1)),
            ('quarter', 1, date(2026, 6, 1)), ('year', 1, date(2027, 3, 1)),
        ]:
            with self.subTest(unit=unit):
                schedule = Schedule(date(2026, 3, 1), count, unit)
                self.assertEqual(nominal_start(schedule, 1), second)
                self.assertEqual(
                    list(nominal_periods(schedule, second, second))[0].start, second)
                self.assertEqual(
                    next(nominal_periods(schedule, second - timedelta(days=1), second)),
                    Period(date(2026, 3, 1), second - timedelta(days=1)))

    def test_periods_before_the_anchor(self):
        self.assertEqual(
            list(nominal_periods(Schedule(date(2026, 3, 31)), date(2026, 2, 1), date(2026, 3, 1))),
            [Period(date(2026, 1, 31), date(2026, 2, 27)), Period(date(2026, 2, 28), date(2026, 3, 30))])

    def test_slices_add_up(self):
        july = Period(date(2026, 7, 1), date(2026, 7, 31))
        schedule = Schedule(july.start)
        cuts = [Period(date(2026, 7, a), date(2026, 7, b)) for a, b in [(1, 10), (11, 20), (21, 31)]]
        self.assertEqual(
            [str(slice_amount(D(100), july, cut, schedule)) for cut in cuts], ['32.26', '32.26', '35.48'])

    def test_change_of_price_inside_a_period(self):
        rows = [
            Row('old', date(2026, 7, 1), date(2026, 7, 15), D(100)),
            Row('new', date(2026, 7, 16), date(2026, 7, 31), D(130)),
        ]
        self.assertEqual(amounts(deltas(rows, MONTHLY, date(2026, 7, 1))), ['48.39', '67.10'])

    def test_unit_added_inside_a_period(self):
        found = deltas([Row('unit', *YEAR, D(100))], MONTHLY, date(2026, 3, 12))
        self.assertEqual(amounts(found), ['64.52'])

    def test_unit_removed_after_billing(self):
        billed = book(deltas([Row('unit', *YEAR, D(100))], MONTHLY, date(2026, 6, 1)))
        found = deltas(
            [Row('unit', YEAR[0], date(2026, 6, 10), D(100))], MONTHLY, date(2026, 6, 20), billed=billed)
        self.assertEqual(amounts(found), ['-66.67'])
        self.assertEqual(found[0].period, Period(date(2026, 6, 1), date(2026, 6, 30)))

    def test_new_price_after_billing(self):
        billed = book(deltas([Row('old', *YEAR, D(100))], MONTHLY, date(2026, 7, 1)))
        rows = [
            Row('old', YEAR[0], date(2026, 7, 15), D(100)),
            Row('new', date(2026, 7, 16), YEAR[1], D(130)),
        ]
        found = deltas(rows, MONTHLY, date(2026, 7, 16), billed=billed)
        self.assertEqual(sum(delta.amount for delta in found), D('15.49'))

    def test_story(self):
        """Story step 7: two units, the second removed on 10 April, billed in March, April and May."""
        units = [Row(1, *YEAR, D(100)), Row(2, *YEAR, D(100))]
        march = deltas(units, MONTHLY, date(2026, 3, 12))
        self.assertEqual(amounts(march), ['64.52', '64.52'])
        ledger = book(march)
        april = deltas(units, MONTHLY, date(2026, 4, 1), billed=ledger)
        self.assertEqual(amounts(april), ['100.00', '100.00'])
        ledger = book(april, ledger)
        units[1] = Row(2, YEAR[0], date(2026, 4, 10), D(100))
        may = deltas(units, MONTHLY, date(2026, 5, 1), billed=ledger)
        self.assertEqual(
            [(delta.key, delta.period.start, delta.amount) for delta in may],
            [(2, date(2026, 4, 1), D('-66.67')), (1, date(2026, 5, 1), D(100))])

    def test_suspension_gives_back_its_days(self):
        unit = Row('unit', *YEAR, D(100))
        billed = book(deltas([unit], MONTHLY, date(2026, 7, 1)))
        pause = Period(date(2026, 7, 11), date(2026, 7, 20))
        found = deltas([unit], MONTHLY, date(2026, 7, 1), [pause], billed)
        self.assertEqual(amounts(found), ['-32.26'])

    def test_catching_up(self):
        found = deltas([Row('unit', *YEAR, D(100))], MONTHLY, date(2026, 6, 15))
        self.assertEqual(
            [(delta.period.start.month, delta.amount) for delta in found],
            [(3, D('64.52')), (4, D(100)), (5, D(100)), (6, D(100))])

    def test_arrears(self):
        arrears = Schedule(date(2026, 3, 1), timing='arrears')
        unit = Row('unit', *YEAR, D(100))
        self.assertEqual(amounts(deltas([unit], arrears, date(2026, 3, 30))), [])
        self.assertEqual(amounts(deltas([unit], arrears, date(2026, 3, 31))), ['64.52'])
        self.assertEqual(len(deltas([unit], arrears, date(2027, 3, 30))), 12)
        self.assertEqual(len(deltas([unit], arrears, date(2027, 3, 31))), 13)

    def test_full_mode(self):
        full = Schedule(date(2026, 3, 1), mode='full')
        self.assertEqual(amounts(deltas([Row('unit', *YEAR, D(100))], full, date(2026, 3, 1))), ['100.00'])
        rows = [
            Row('old', YEAR[0], date(2026, 7, 15), D(100), line='unit'),
            Row('new', date(2026, 7, 16), YEAR[1], D(130), line='unit'),
        ]
        july = [delta for delta in deltas(rows, full, date(2026, 8, 1)) if delta.period.start >= date(2026, 7, 1)]
        self.assertEqual([(delta.key, delta.amount) for delta in july], [('old', D(100)), ('new', D(130))])

    def test_30_360(self):
        schedule = Schedule(date(2026, 2, 1), mode='30_360')
        half = Row('unit', date(2026, 2, 16), date(2026, 12, 31), D(100))
        self.assertEqual(amounts(deltas([half], schedule, date(2026, 3, 1))), ['50.00', '100.00'])

    def test_one_off(self):
        once = Schedule(date(2026, 3, 1), unit='once')
        row = Row('set-up', date(2026, 4, 5), date(2027, 3, 11), D(250))
        self.assertEqual(deltas([row], once, date(2026, 4, 4)), [])
        found = deltas([row], once, date(2026, 4, 5))
        self.assertEqual(amounts(found), ['250.00'])
        shorter = Row('set-up', row.start, date(2026, 5, 1), D(250))
        self.assertEqual(deltas([shorter], once, date(2026, 6, 1), billed=book(found)), [])

    def test_row_taken_back_altogether(self):
        unit = Row('unit', *YEAR, D(100))
        billed = book(deltas([unit], MONTHLY, date(2026, 4, 1)))
        gone = Row('unit', YEAR[0], YEAR[0] - timedelta(days=1), D(100))
        self.assertEqual(amounts(deltas([gone], MONTHLY, date(2026, 4, 1), billed=billed)), ['-64.52', '-100.00'])
        self.assertEqual(amounts(deltas([], MONTHLY, date(2026, 4, 1), billed=billed)), ['-64.52', '-100.00'])

    def test_anchor_moved_after_billing(self):
        unit = Row('unit', date(2026, 3, 1), date(2027, 2, 28), D(100))
        billed = book(deltas([unit], MONTHLY, date(2026, 3, 1)))
        moved = Schedule(date(2026, 3, 16))
        found = deltas([unit], moved, date(2026, 3, 1), billed=billed)
        # 16 February to 15 March at 15 of 28 days, and the whole of the old period back
        self.assertEqual(
            [(delta.period.start, delta.amount) for delta in found],
            [(date(2026, 2, 16), D('53.57')), (date(2026, 3, 1), D('-100.00'))])

    def test_coarse_currency_step(self):
        swiss = Schedule(date(2026, 3, 1), step=D('0.05'))
        self.assertEqual(amounts(deltas([Row('unit', *YEAR, D(100))], swiss, date(2026, 3, 1))), ['64.50'])


class TestProperties(unittest.TestCase):
    days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
    prices = st.decimals('0.01', '99999.99', places=2)
    schedules = st.builds(
        Schedule, anchor=days, count=st.integers(1, 4), unit=st.sampled_from(['week', 'month', 'quarter', 'year']),
        timing=st.sampled_from(['advance', 'arrears']), mode=st.sampled_from(['days', '30_360']),
        step=st.sampled_from([D('0.01'), D('0.05'), D('0.001'), D(1)]))
    suspensions = st.lists(st.tuples(days, days).map(lambda ends: Period(*sorted(ends))), max_size=3)

    @given(schedules, prices, days, st.lists(st.integers(0, 365), max_size=5))
    def test_any_cutting_adds_up(self, schedule, price, day, cuts):
        period = next(nominal_periods(schedule, day, day))
        starts = sorted({period.start, *(
            period.start + timedelta(days=cut) for cut in cuts if period.start + timedelta(days=cut) <= period.end)})
        ends = [start - timedelta(days=1) for start in starts[1:]] + [period.end]
        pieces = [slice_amount(price, period, Period(*ends), schedule) for ends in zip(starts, ends, strict=True)]
        whole = slice_amount(price, period, period, schedule)
        self.assertEqual(sum(pieces), whole)
        self.assertLessEqual(abs(whole - price), schedule.step / 2)

    @given(schedules, days, days)
    def test_periods_follow_each_other(self, schedule, one, other):
        first_day, last_day = sorted((one, other))
        periods = list(nominal_periods(schedule, first_day, last_day))
        self.assertLessEqual(periods[0].start, first_day)
        self.assertLessEqual(first_day, periods[0].end)
        self.assertLessEqual(last_day, periods[-1].end)
        for before, after in zip(periods, periods[1:], strict=False):
            self.assertEqual(after.start - before.end, timedelta(days=1))

    @given(schedules, prices, days, days, suspensions, days)
    def test_a_second_run_bills_nothing(self, schedule, price, start, end, suspensions, until):
        rows = [Row('unit', start, end, price)]
        billed = book(deltas(rows, schedule, until, suspensions))
        self.assertEqual(deltas(rows, schedule, until, suspensions, billed), [])

    @given(schedules, prices, days, days, suspensions, st.lists(days, min_size=1, max_size=4))
    def test_order_of_runs_does_not_matter(self, schedule, price, start, end, suspensions, runs):
        rows = [Row('unit', start, end, price)]
        ledger = {}
        for until in runs:
            ledger = book(deltas(rows, schedule, until, suspensions, ledger), ledger)
        self.assertEqual(ledger, book(deltas(rows, schedule, max(runs), suspensions)))

    @given(schedules, prices, prices, days, days, days, st.lists(days, min_size=1, max_size=3), st.booleans())
    def test_back_dated_changes_even_out(self, schedule, price, new_price, start, end, change, runs, is_full):
        """Whatever was billed before a change of price, the ledger ends where it would have begun with the change."""
        if is_full:
            schedule = Schedule(schedule.anchor, schedule.count, schedule.unit, schedule.timing, 'full', schedule.step)
        start, change, end = sorted((start, change, end))
        ledger = {}
        for until in runs:
            ledger = book(deltas([Row('old', start, end, price, 'u')], schedule, until, (), ledger), ledger)
        rows = [
            Row('old', start, change - timedelta(days=1), price, 'u'), Row('new', change, end, new_price, 'u')]
        ledger = book(deltas(rows, schedule, max(runs), (), ledger), ledger)
        fresh = book(deltas(rows, schedule, max(runs)))
        self.assertEqual({entry: amount for entry, amount in ledger.items() if amount}, fresh)

    @given(days, days, suspensions)
    def test_covered_days_are_the_days_left(self, start, end, suspensions):
        def each_day(spans):
            return {span.start + timedelta(days=n) for span in spans for n in range((span.end - span.start).days + 1)}
        spans = covered_days(Row('unit', start, end, D(1)), suspensions)
        own = each_day([Period(start, end)]) if start <= end else set()
        self.assertEqual(each_day(spans), own - each_day(suspensions))
