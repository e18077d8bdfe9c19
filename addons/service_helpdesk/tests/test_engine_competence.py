# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import doctest

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import competence
from ..engine.competence import Competence, Subject, choose, rank

some = st.frozensets(st.integers(1, 3), max_size=2)
competences = st.lists(
    st.builds(
        Competence,
        key=st.integers(1, 99),
        sequence=st.integers(1, 3),
        customers=some,
        products=some,
        categories=some,
        symptoms=some,
        areas=some,
        types=some,
    ),
    max_size=5,
    unique_by=lambda one: one.key,
)
one = st.integers(1, 3) | st.none()
path = st.lists(st.integers(1, 3), unique=True).map(tuple)
subjects = st.builds(Subject, customer=one, product=one, categories=path, symptoms=path, area=one, type=one)


@tagged("post_install", "-at_install")
class TestCompetence(BaseCase):
    """Which team is competent."""

    def test_examples(self):
        self.assertEqual(doctest.testmod(competence).failed, 0)

    def test_narrowness_is_compared_from_left_to_right(self):
        call = Subject(customer=1, product=2, categories=(4, 3), symptoms=(6, 5), area=7, type=8)
        narrower_first = [
            Competence(1, 99, customers=frozenset({1})),
            Competence(2, 99, products=frozenset({2})),
            Competence(3, 99, categories=frozenset({4})),
            Competence(4, 99, categories=frozenset({3}), types=frozenset({8})),
            Competence(5, 99, categories=frozenset({3})),
            Competence(6, 99, symptoms=frozenset({6})),
            Competence(7, 99, areas=frozenset({7})),
            Competence(8, 99, types=frozenset({8})),
            Competence(9, 1),
            Competence(10, 1),
        ]
        self.assertEqual([match.key for match in rank(call, narrower_first[::-1])], list(range(1, 11)))

    @settings(deadline=None)
    @given(subjects, competences)
    def test_the_order_of_the_teams_does_not_matter(self, subject, teams):
        self.assertEqual(rank(subject, teams), rank(subject, teams[::-1]))

    @settings(deadline=None)
    @given(subjects, competences)
    def test_who_is_chosen_misses_nothing(self, subject, teams):
        match = choose(subject, teams)
        if match:
            self.assertFalse(match.missed)
        else:
            self.assertTrue(all(match.missed for match in rank(subject, teams)))
