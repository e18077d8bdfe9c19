# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which team is competent for a call: the narrowest match.

Plain values in, plain values out. A team says for which customers, products, categories of products, symptoms,
service areas and types of calls it is competent; what it says nothing about it takes from everywhere. A team matches a
call when **all** it says matches. Of those that match the narrowest wins, compared from left to right: customer,
product, category (the deeper the narrower), symptom (likewise), area, type; then the lower sequence, then the lower
key.

>>> pumps = Competence(1, 10, categories=frozenset({7}))
>>> deep_well_pumps = Competence(2, 20, categories=frozenset({8}), areas=frozenset({3}))
>>> anything = Competence(3, 1)
>>> call = Subject(product=50, categories=(8, 7), area=3)
>>> [match.key for match in rank(call, [anything, pumps, deep_well_pumps])]
[2, 1, 3]
>>> rank(call, [deep_well_pumps])[0].matched
('category', 'area')
>>> [(match.key, match.missed) for match in rank(Subject(categories=(7,), area=4), [deep_well_pumps, pumps])]
[(1, ()), (2, ('category', 'area'))]
"""

from dataclasses import dataclass
from typing import NamedTuple

# What a competence may speak of, the narrowest first.
SCOPES = ("customer", "product", "category", "symptom", "area", "type")
NOTHING = frozenset()


@dataclass(frozen=True)
class Competence:
    """What a team is competent for; an empty set means everything.

    :ivar key: identifier of the team
    :ivar sequence: the lower one wins between equals
    """

    key: int
    sequence: int = 10
    customers: frozenset = NOTHING
    products: frozenset = NOTHING
    categories: frozenset = NOTHING
    symptoms: frozenset = NOTHING
    areas: frozenset = NOTHING
    types: frozenset = NOTHING


@dataclass(frozen=True)
class Subject:
    """What a call is about; None or an empty tuple where it is not known.

    :ivar categories: of the product and those above it, the deepest first
    :ivar symptoms: the symptom and those above it, the deepest first
    """

    customer: int | None = None
    product: int | None = None
    categories: tuple = ()
    symptoms: tuple = ()
    area: int | None = None
    type: int | None = None


class Match(NamedTuple):
    """How a team fits a call.

    :ivar matched: scopes of which the team speaks and that fit
    :ivar missed: scopes of which it speaks and that don't
    """

    key: int
    matched: tuple
    missed: tuple


def rank(subject, competences):
    """Return a :class:`Match` for each competence, the best first: whoever misses nothing, then the narrowest.

    :param Subject subject: what the call is about
    :param competences: iterable of :class:`Competence`
    """
    return [match for _order, match in sorted(_weigh(subject, competence) for competence in competences)]


def choose(subject, competences):
    """Return the best :class:`Match` that misses nothing, or None.

    >>> choose(Subject(type=2), [Competence(1, types=frozenset({1}))]) is None
    True
    """
    best = next(iter(rank(subject, competences)), None)
    return best if best and not best.missed else None


def _weigh(subject, competence):
    """Return (sort key, match) of a competence for a call."""
    depths = {
        "customer": _find(competence.customers, (subject.customer,)),
        "product": _find(competence.products, (subject.product,)),
        "category": _find(competence.categories, subject.categories),
        "symptom": _find(competence.symptoms, subject.symptoms),
        "area": _find(competence.areas, (subject.area,)),
        "type": _find(competence.types, (subject.type,)),
    }
    matched = tuple(scope for scope in SCOPES if (depths[scope] or 0) > 0)
    missed = tuple(scope for scope in SCOPES if depths[scope] is None)
    narrowness = tuple(-(depths[scope] or 0) for scope in SCOPES)
    return (len(missed), narrowness, competence.sequence, competence.key), Match(competence.key, matched, missed)


def _find(wanted, path):
    """Return how deep the first of ``path`` that is wanted lies: 0 when all are, None when none is."""
    if not wanted:
        return 0
    return next((len(path) - index for index, value in enumerate(path) if value in wanted), None)
