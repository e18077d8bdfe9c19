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

from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True)
class Request:
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


@dataclass(frozen=True)
class Row:
    """One coverage row.

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


@dataclass(frozen=True)
class Verdict:
    """Why a row won or lost.

    :ivar code: ``won``, ``lost``, ``refused``, or what doesn't match: ``equipment``, ``product``, ``category``,
        ``zone``, ``site``, ``contract_site``, ``call_type``, ``not_begun``, ``ended``, ``time_frame``
    :ivar detail: of CRITERIA what a lost row lost by, or the code of the refusal
    """

    row: Row
    code: str
    detail: str | None = None


def resolve(request, rows):
    """Return the winning row, or None, and the verdict on every row: the winner first, the others as given.

    :param request: :class:`Request`
    :param rows: iterable of :class:`Row`
    """
    mismatches = []
    matching = []
    for row in rows:
        code, detail = mismatch(request, row)
        if code:
            mismatches.append(Verdict(row, code, detail))
        else:
            matching.append((rank(request, row), row))
    if not matching:
        return None, mismatches
    matching.sort(key=lambda ranked: ranked[0])
    best, winner = matching[0]
    verdicts = [Verdict(winner, "won")]
    verdicts.extend(Verdict(row, "lost", _decisive(best, other)) for other, row in matching[1:])
    return winner, verdicts + mismatches


def mismatch(request, row):
    """Return the code, and its detail, of the first thing that keeps a row from covering; (None, None) when it covers.

    >>> mismatch(Request(day=date(2026, 4, 1), site=3), Row(1, date(2026, 1, 1), date(2026, 3, 31)))
    ('ended', None)
    """
    refusal = next((refusal.code for refusal in row.refusals if refusal.is_on(request.day)), None)
    checks = (
        ("equipment", row.equipment and row.equipment != request.equipment),
        ("product", row.products and request.product not in row.products),
        ("category", row.categories and row.categories.isdisjoint(request.categories)),
        ("zone", row.zones and row.zones.isdisjoint(request.zones)),
        ("site", row.sites and request.site not in row.sites),
        ("contract_site", _is_off_contract(request, row)),
        ("call_type", row.call_types and request.call_type not in row.call_types),
        ("refused", refusal),
        ("not_begun", request.day < row.date_start),
        ("ended", request.day > row.date_end),
        ("time_frame", row.time_frame and row.time_frame not in request.open_frames),
    )
    code = next((code for code, failed in checks if failed), None)
    return code, refusal if code == "refused" else None


def rank(request, row):
    """Return the sort key of a row that matches: the lower, the narrower. Its items follow :data:`CRITERIA`."""
    return (
        not row.equipment,
        not row.products,
        -_category_depth(request, row),
        not row.zones,
        not row.sites,
        not row.call_types,
        not row.time_frame,
        row.sequence,
        -row.date_start.toordinal(),
        row.key,
    )


def _is_off_contract(request, row):
    return row.contract_sites and not row.equipment and not row.sites and request.site not in row.contract_sites


def _category_depth(request, row):
    """Return how deep in the product's path the row's deepest matching category is, 0 without one."""
    if not row.categories:
        return 0
    return max(depth for depth, category in enumerate(request.categories, 1) if category in row.categories)


def _decisive(best, other):
    return next(criterion for criterion, ours, theirs in zip(CRITERIA, best, other, strict=True) if ours != theirs)
