# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which coverage row wins (rules.md 2).

Plain values in, plain values out. A row matches when all its filled scopes match; among those that match the narrowest
wins, compared from left to right by :data:`CRITERIA`. Every row considered gets a :class:`Verdict` that says why it won
or lost; the caller turns the verdict's code into a sentence.

>>> request = Request(day=date(2026, 4, 1), equipment=7, site=3)
>>> whole = Row(1, date(2026, 1, 1), date(2026, 12, 31))
>>> unit = Row(2, date(2026, 1, 1), date(2026, 12, 31), equipment=7)
>>> winner, verdicts = resolve(request, [whole, unit])
>>> winner.key
2
>>> [(verdict.row.key, verdict.code, verdict.detail) for verdict in verdicts]
[(2, 'won', None), (1, 'lost', 'equipment')]
"""

from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter, itemgetter
from typing import NamedTuple

EMPTY = frozenset()

# From left to right, what makes a row narrower than another, then what decides between equally narrow ones.
CRITERIA = (
    "equipment",
    "product",
    "category",
    "zone",
    "site",
    "call_type",
    "time_frame",
    "sequence",
    "date_start",
    "age",
)
# What keeps a row from covering, in the order in which it is looked at; a refusal of the contract says why itself.
MISMATCHES = ("equipment", "product", "category", "zone", "site", "contract_site", "call_type", "not_begun", "ended",
              "time_frame")  # fmt: skip
WON = ("won", None)
LOST = tuple(("lost", criterion) for criterion in CRITERIA)
by_key = attrgetter("key")


class Request(NamedTuple):
    """What is asked about.

    :ivar day: the date at the site
    :ivar categories: the product's category and those above it, from the root down
    :ivar zones: the zone of the unit, or those of the site
    :ivar open_frames: keys of the time frames in which the instant lies
    """

    day: date
    equipment: object = None
    product: object = None
    categories: tuple = ()
    zones: frozenset = EMPTY
    site: object = None
    call_type: object = None
    open_frames: frozenset = EMPTY


@dataclass(frozen=True)
class Refusal:
    """Days on which a contract refuses cover.

    :ivar code: why, for the caller
    :ivar start: first day, None for ever since
    :ivar end: last day, None for ever after
    """

    code: str
    start: date | None = None
    end: date | None = None

    def is_on(self, day):
        """Tell whether cover is refused on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(slots=True, eq=False)
class Row:
    """One coverage row. It is the same for every call of a batch, and so are its verdicts.

    :ivar key: what the caller knows the row by; of equal rows the lower key wins
    :ivar contract_sites: the sites of the contract, which bind a row without a unit and without own sites
    :ivar refusals: when the contract refuses cover, first reason first
    """

    key: object
    date_start: date
    date_end: date
    equipment: object = None
    products: frozenset = EMPTY
    categories: frozenset = EMPTY
    zones: frozenset = EMPTY
    sites: frozenset = EMPTY
    contract_sites: frozenset = EMPTY
    call_types: frozenset = EMPTY
    time_frame: object = None
    sequence: int = 10
    refusals: tuple = ()
    _rank: tuple = field(init=False, repr=False, default=None)
    _verdicts: dict = field(init=False, repr=False, default_factory=dict)

    def verdict(self, outcome):
        """Return the row's verdict for an outcome (code, detail): always the same object."""
        found = self._verdicts.get(outcome)
        if not found:
            found = self._verdicts[outcome] = Verdict(self, *outcome)
        return found


@dataclass(slots=True, eq=False)
class Verdict:
    """Why a row won or lost.

    :ivar code: ``won``, ``lost``, ``refused``, or one of MISMATCHES
    :ivar detail: of CRITERIA what a lost row lost by, or the code of the refusal
    """

    row: Row
    code: str
    detail: str | None = None


def resolve(request, rows):
    """Return the winning row, or None, and the verdict on every row.

    The winner comes first, then the other rows that match from the narrowest to the widest, then the rest as given.

    :param request: :class:`Request`
    :param rows: iterable of :class:`Row`
    """
    mismatches, matching = [], []
    refusals = refusal = None
    for row in rows:
        if row.refusals is not refusals:  # the rows of a contract share them
            refusals = row.refusals
            refusal = _find_refusal(refusals, request.day)
        outcome = _find_mismatch(request, row, refusal)
        if outcome:
            mismatches.append(row._verdicts.get(outcome) or row.verdict(outcome))
        else:
            matching.append((rank(request, row), row))
    if not matching:
        return None, mismatches
    matching.sort(key=itemgetter(0))
    best, winner = matching[0]
    verdicts = [winner.verdict(WON)]
    verdicts.extend(row.verdict(_decisive(best, other)) for other, row in matching[1:])
    return winner, verdicts + mismatches


def mismatch(request, row):
    """Return the code, and its detail, of the first thing that keeps a row from covering; (None, None) when it covers.

    >>> mismatch(Request(day=date(2026, 4, 1), site=3), Row(1, date(2026, 1, 1), date(2026, 3, 31)))
    ('ended', None)
    """
    return _find_mismatch(request, row, _find_refusal(row.refusals, request.day)) or (None, None)


def rank(request, row):
    """Return the sort key of a row that matches: the lower, the narrower. Its items follow :data:`CRITERIA`."""
    if row.categories:
        return _build_rank(row, _category_depth(request, row))
    if not row._rank:
        row._rank = _build_rank(row, 0)
    return row._rank


def _build_rank(row, category_depth):
    return (
        not row.equipment,
        not row.products,
        -category_depth,
        not row.zones,
        not row.sites,
        not row.call_types,
        not row.time_frame,
        row.sequence,
        -row.date_start.toordinal(),
        row.key,
    )


def _category_depth(request, row):
    """Return how deep in the product's path the row's deepest matching category is."""
    return max(depth for depth, category in enumerate(request.categories, 1) if category in row.categories)


def _find_refusal(refusals, day):
    """Return the outcome of the first refusal on a day, or None."""
    return next((("refused", refusal.code) for refusal in refusals if refusal.is_on(day)), None)


def _find_mismatch(request, row, refusal):  # noqa: PLR0911, PLR0912 (a table of rules: the first that fails answers)
    """Return the outcome (code, detail) of the first thing that keeps a row from covering, None when it covers.

    :param refusal: the outcome of the row's refusals on that day, or None
    """
    if row.equipment and row.equipment != request.equipment:
        return "equipment", None
    if row.products and request.product not in row.products:
        return "product", None
    if row.categories and row.categories.isdisjoint(request.categories):
        return "category", None
    if row.zones and row.zones.isdisjoint(request.zones):
        return "zone", None
    if row.sites:
        if request.site not in row.sites:
            return "site", None
    elif row.contract_sites and not row.equipment and request.site not in row.contract_sites:
        return "contract_site", None
    if row.call_types and request.call_type not in row.call_types:
        return "call_type", None
    if refusal:
        return refusal
    if request.day < row.date_start:
        return "not_begun", None
    if request.day > row.date_end:
        return "ended", None
    if row.time_frame and row.time_frame not in request.open_frames:
        return "time_frame", None
    return None


def _decisive(best, other):
    """Return the outcome of a row that lost: by the first criterion in which the best rank is another."""
    for outcome, ours, theirs in zip(LOST, best, other, strict=True):
        if ours != theirs:
            return outcome
    raise ValueError("Two rows with one key.")
