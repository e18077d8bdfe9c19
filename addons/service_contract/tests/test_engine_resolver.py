# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import fields
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.resolver import Refusal, Request, Row, mismatch, rank, resolve

PROFILE = settings(derandomize=True, deadline=None, max_examples=200)
START, END = date(2026, 1, 1), date(2026, 12, 31)
REQUEST = Request(
    day=date(2026, 4, 15),
    equipment=7,
    product=70,
    categories=(1, 2, 3),
    zones=frozenset({5}),
    site=4,
    call_type=6,
    open_frames=frozenset({9}),
)
SCOPES = {
    "equipment": 7,
    "products": frozenset({70}),
    "categories": frozenset({2}),
    "zones": frozenset({5}),
    "sites": frozenset({4}),
    "call_types": frozenset({6}),
    "time_frame": 9,
}


def make_row(key, scopes=(), **values):
    return Row(key, **{"date_start": START, "date_end": END, **{scope: SCOPES[scope] for scope in scopes}, **values})


def random_scope(right, wrong):
    """Nothing, what the request has, or something else."""
    return st.sampled_from([None, right, wrong])


any_rows = st.lists(
    st.builds(
        lambda key, scopes, days, **values: make_row(
            key,
            **{name: scope for name, scope in scopes.items() if scope},
            date_start=START + timedelta(days=days[0]),
            date_end=START + timedelta(days=days[1]),
            **values,
        ),
        key=st.integers(1, 99),
        scopes=st.fixed_dictionaries(
            {
                "equipment": random_scope(7, 8),
                "products": random_scope(frozenset({70}), frozenset({71})),
                "categories": st.sampled_from([None, frozenset({1}), frozenset({3, 8}), frozenset({8})]),
                "zones": random_scope(frozenset({5}), frozenset({8})),
                "sites": random_scope(frozenset({4}), frozenset({8})),
                "contract_sites": random_scope(frozenset({4, 8}), frozenset({8})),
                "call_types": random_scope(frozenset({6}), frozenset({8})),
                "time_frame": random_scope(9, 8),
            }
        ),
        days=st.tuples(st.integers(0, 200), st.integers(0, 364)).map(sorted),
        sequence=st.integers(1, 3),
        refusals=st.sampled_from([(), (Refusal("blocked"),), (Refusal("suspended", START, START),)]),
    ),
    max_size=9,
    unique_by=lambda row: row.key,
)


def told(verdicts):
    """What is said of each row, as plain values."""
    return {verdict.row.key: (verdict.code, verdict.detail) for verdict in verdicts}


rows = st.lists(
    st.builds(
        make_row,
        key=st.integers(1, 99),
        scopes=st.sets(st.sampled_from(sorted(SCOPES))),
        sequence=st.integers(1, 3),
        date_start=st.integers(0, 200).map(lambda days: START + timedelta(days=days)),
    ),
    max_size=7,
    unique_by=lambda row: row.key,
)


@tagged("post_install", "-at_install")
class TestResolverEngine(BaseCase):
    """The ranking of rules.md 2."""

    def test_each_scope_beats_all_those_to_its_right(self):
        names = list(SCOPES)
        for position, name in enumerate(names):
            with self.subTest(name):
                narrow = make_row(2, [name])
                wide = make_row(1, names[position + 1 :])
                winner, verdicts = resolve(REQUEST, [wide, narrow])
                self.assertEqual(winner, narrow)
                self.assertEqual(verdicts[1].code, "lost")

    def test_deeper_category_wins(self):
        shallow, deep = (make_row(key, categories=frozenset({category})) for key, category in ((1, 1), (2, 3)))
        winner, verdicts = resolve(REQUEST, [shallow, deep])
        self.assertEqual(winner, deep)
        self.assertEqual(verdicts[1].detail, "category")

    def test_ties(self):
        for values, criterion in [
            ({"sequence": 5}, "sequence"),
            ({"date_start": date(2026, 2, 1)}, "date_start"),
            ({}, "age"),
        ]:
            with self.subTest(criterion):
                better, other = make_row(1, **values), make_row(2)
                winner, verdicts = resolve(REQUEST, [other, better])
                self.assertEqual(winner, better)
                self.assertEqual(verdicts[1].detail, criterion)

    def test_mismatches(self):
        for values, code in [
            ({"equipment": 8}, "equipment"),
            ({"products": frozenset({71})}, "product"),
            ({"categories": frozenset({8})}, "category"),
            ({"zones": frozenset({8})}, "zone"),
            ({"sites": frozenset({8})}, "site"),
            ({"contract_sites": frozenset({8})}, "contract_site"),
            ({"call_types": frozenset({8})}, "call_type"),
            ({"date_start": date(2026, 4, 16)}, "not_begun"),
            ({"date_end": date(2026, 4, 14)}, "ended"),
            ({"time_frame": 8}, "time_frame"),
        ]:
            with self.subTest(code):
                self.assertEqual(mismatch(REQUEST, make_row(1, **values)), (code, None))
        for values in ({"date_start": REQUEST.day}, {"date_end": REQUEST.day}, {"contract_sites": frozenset({4})}):
            self.assertEqual(mismatch(REQUEST, make_row(1, **values)), (None, None))

    def test_a_unit_or_own_sites_stand_above_the_sites_of_the_contract(self):
        elsewhere = frozenset({8})
        self.assertEqual(mismatch(REQUEST, make_row(1, ["equipment"], contract_sites=elsewhere)), (None, None))
        self.assertEqual(mismatch(REQUEST, make_row(1, ["sites"], contract_sites=elsewhere)), (None, None))

    def test_refusals(self):
        day = REQUEST.day
        for refusal, is_refused in [
            (Refusal("always"), True),
            (Refusal("since", start=day), True),
            (Refusal("until", end=day), True),
            (Refusal("later", start=day + timedelta(days=1)), False),
            (Refusal("before", end=day - timedelta(days=1)), False),
        ]:
            with self.subTest(refusal.code):
                row = make_row(1, refusals=(refusal,))
                self.assertEqual(mismatch(REQUEST, row), ("refused", refusal.code) if is_refused else (None, None))

    @PROFILE
    @given(rows, st.randoms())
    def test_order_of_the_rows_does_not_matter(self, found, random):
        shuffled = list(found)
        random.shuffle(shuffled)
        self.assertEqual(resolve(REQUEST, shuffled)[0], resolve(REQUEST, found)[0])

    @PROFILE
    @given(rows)
    def test_the_winner_beats_each_other_row_alone(self, found):
        winner, verdicts = resolve(REQUEST, found)
        self.assertEqual(len(verdicts), len(found))
        self.assertEqual([verdict.row for verdict in verdicts if verdict.code == "won"], [winner] if winner else [])
        for row in found:
            if row != winner and mismatch(REQUEST, row) == (None, None):
                self.assertEqual(resolve(REQUEST, [row, winner])[0], winner)

    @PROFILE
    @given(rows)
    def test_a_row_that_does_not_match_changes_nothing(self, found):
        stranger = make_row(0, equipment=8)
        self.assertEqual(resolve(REQUEST, [*found, stranger])[0], resolve(REQUEST, found)[0])

    # ------------------------------------------------------------------
    # On any rows
    # ------------------------------------------------------------------

    @PROFILE
    @given(any_rows, st.randoms())
    def test_the_order_of_the_rows_changes_nothing_that_is_said(self, found, random):
        shuffled = list(found)
        random.shuffle(shuffled)
        self.assertEqual(told(resolve(REQUEST, shuffled)[1]), told(resolve(REQUEST, found)[1]))

    @PROFILE
    @given(any_rows)
    def test_every_row_is_explained_exactly_once(self, found):
        winner, verdicts = resolve(REQUEST, found)
        self.assertEqual(sorted(verdict.row.key for verdict in verdicts), sorted(row.key for row in found))
        self.assertEqual([verdict.row for verdict in verdicts if verdict.code == "won"], [winner] if winner else [])

    @PROFILE
    @given(any_rows)
    def test_the_winner_matches_and_is_not_refused(self, found):
        winner, _verdicts = resolve(REQUEST, found)
        matching = [row for row in found if mismatch(REQUEST, row) == (None, None)]
        self.assertEqual(bool(winner), bool(matching))
        if winner:
            self.assertIn(winner, matching)
            self.assertFalse(any(refusal.is_on(REQUEST.day) for refusal in winner.refusals))
            self.assertEqual(rank(REQUEST, winner), min(rank(REQUEST, row) for row in matching))

    @PROFILE
    @given(any_rows)
    def test_removing_a_losing_row_changes_nothing(self, found):
        winner, verdicts = resolve(REQUEST, found)
        before = told(verdicts)
        for loser in found:
            if loser != winner:
                rest = [row for row in found if row != loser]
                left = {key: value for key, value in before.items() if key != loser.key}
                self.assertEqual(told(resolve(REQUEST, rest)[1]), left)

    @PROFILE
    @given(any_rows, any_rows)
    def test_adding_rows_that_do_not_match_changes_nothing(self, found, others):
        taken = {row.key for row in found}
        strangers = [row for row in others if row.key not in taken and mismatch(REQUEST, row) != (None, None)]
        before, after = (told(resolve(REQUEST, rows)[1]) for rows in (found, [*strangers, *found]))
        self.assertEqual({key: after[key] for key in before}, before)

    @PROFILE
    @given(any_rows)
    def test_one_more_matching_scope_wins(self, found):
        """Whoever wins, the same row with one more scope that matches beats it, and all others."""
        winner, _verdicts = resolve(REQUEST, found)
        for name, scope in SCOPES.items():
            if winner and not getattr(winner, name) and not (name == "sites" and winner.contract_sites):
                values = {part.name: getattr(winner, part.name) for part in fields(Row) if part.init}
                narrower = Row(**{**values, "key": 100, name: scope})
                self.assertEqual(resolve(REQUEST, [*found, narrower])[0], narrower)

    @PROFILE
    @given(any_rows)
    def test_a_row_says_the_same_whatever_was_asked_before(self, found):
        """Rows keep their verdicts and ranks: another call between two equal ones changes neither."""
        before = told(resolve(REQUEST, found)[1])
        resolve(REQUEST._replace(categories=(8,), site=8, equipment=8, day=END), found)
        self.assertEqual(told(resolve(REQUEST, found)[1]), before)
