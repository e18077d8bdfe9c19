# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.entitlement import Bucket, order, split

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)
YEAR = date(2026, 1, 1)

quantities = st.decimals(0, 50, places=2)
days = st.integers(0, 400).map(lambda number: YEAR + timedelta(days=number))
buckets = st.lists(
    st.builds(Bucket, key=st.integers(), start=days, end=days, left=quantities, overdraft=st.booleans()),
    max_size=6,
    unique_by=lambda bucket: bucket.key,
)


@tagged("post_install", "-at_install")
class TestEntitlementEngine(BaseCase):
    """The order of rules.md 4, and that nothing is lost or made in splitting."""

    def _bucket(self, key, start=1, end=12, left=10, **kwargs):
        return Bucket(key, date(2026, start, 1), date(2026, end, 28), Decimal(left), **kwargs)

    def test_order(self):
        early = self._bucket("early", end=6)
        old = self._bucket("old", start=1)
        young = self._bucket("young", start=3)
        first = self._bucket("first", start=3, sequence=-1)
        found = order([young, old, first, early])
        self.assertEqual([bucket.key for bucket in found], ["early", "old", "first", "young"])
        self.assertEqual(order([young, old, early], preferred="young")[0], young)

    def test_split(self):
        for quantity, lefts, shares, rest in [
            (3, [4], [3], 0),
            (2, [1], [1], 1),
            (5, [3, 10], [3, 2], 0),
            (5, [0, 2, 2], [2, 2], 1),
            (0, [4], [], 0),
        ]:
            with self.subTest(quantity=quantity, lefts=lefts):
                found = split(Decimal(quantity), [self._bucket(key, left=left) for key, left in enumerate(lefts)])
                self.assertEqual([share for _key, share in found[0]], shares)
                self.assertEqual(found[1], rest)

    def test_overdraft_comes_last(self):
        """A bucket that may go below zero doesn't spare the ones after it."""
        lenient = self._bucket("lenient", left=1, overdraft=True)
        strict = self._bucket("strict", left=2)
        found = split(Decimal(5), [lenient, strict])
        self.assertEqual(found, ([("lenient", Decimal(3)), ("strict", Decimal(2))], Decimal(0)))

    def test_overdrawn_bucket_gives_nothing(self):
        found = split(Decimal(1), [self._bucket("below", left=-2)])
        self.assertEqual(found, ([], Decimal(1)))

    @PROFILE
    @given(quantities, buckets)
    def test_nothing_is_lost_or_made(self, quantity, found):
        shares, rest = split(quantity, found)
        self.assertEqual(sum((share for _key, share in shares), rest), quantity)
        self.assertGreaterEqual(rest, 0)
        self.assertTrue(all(share > 0 for _key, share in shares))

    @PROFILE
    @given(quantities, buckets)
    def test_no_bucket_gives_more_than_it_may(self, quantity, found):
        by_key = {bucket.key: bucket for bucket in found}
        shares, rest = split(quantity, found)
        for key, share in shares:
            self.assertTrue(by_key[key].overdraft or share <= by_key[key].left)
        if any(bucket.overdraft for bucket in found):
            self.assertEqual(rest, 0)

    @PROFILE
    @given(buckets, st.randoms())
    def test_order_does_not_depend_on_the_input(self, found, random):
        shuffled = list(found)
        random.shuffle(shuffled)

        def ranks(ordered):
            return [(bucket.end, bucket.start) for bucket in ordered]

        self.assertEqual(ranks(order(shuffled)), ranks(order(found)))
