# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order in which solutions are suggested for a call.

What was typed counts first, then how near a solution is to the very product and fault, then how often it helped:

    score = (words + nearness) * success

- *words*: how well the text matches, 0 to 1 (PostgreSQL's ``ts_rank`` with normalization 32);
- *nearness*: 0.5 for the very product, 0.2 for its category, and 0.3 for each fault in common, at most 0.6;
- *success*: the share of calls on which it helped, as if it had been tried twice before, once with success (rule of
  succession), so that a new solution is neither first nor last: ``(helped + 1) / (tried + 2)``.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

NEARNESS_BY_MATCH = {"product": 0.5, "category": 0.2, "general": 0.0}
FAULT_NEARNESS = 0.3
MAX_FAULT_NEARNESS = 0.6


class Trouble(NamedTuple):
    """What solutions are asked for.

    :param text: what was typed; its last word may be incomplete
    :param product: `product.product` that it is about, may be empty
    :param version: key of the unit's version, or None
    :param faults: `service.fault` that were found, may be empty
    """

    text: str
    product: Any
    version: str | None
    faults: Any


@dataclass(frozen=True)
class Candidate:
    """A solution that may help.

    :param key: what stands for it
    :param words: how well its text matches what was typed, 0 to 1
    :param match: ``product``, ``category`` or ``general``
    :param faults: number of faults that it has in common with the call
    :param helped: on how many calls it helped
    :param failed: on how many calls it did not help
    """

    key: object
    words: float = 0.0
    match: str = "general"
    faults: int = 0
    helped: int = 0
    failed: int = 0


def success(helped, failed):
    """Return how likely a solution helps: above 0, below 1.

    >>> success(0, 0), success(8, 0), success(0, 8)
    (0.5, 0.9, 0.1)
    """
    return (helped + 1) / (helped + failed + 2)


def score(candidate):
    """Return how high a candidate stands; 0 when nothing speaks for it.

    >>> typed = Candidate("typed", words=0.4)
    >>> proven = Candidate("proven", words=0.4, helped=8)
    >>> same_product = Candidate("same product", words=0.4, match="product")
    >>> score(typed) < score(proven) < score(same_product)
    True
    >>> score(Candidate("nothing"))
    0.0
    """
    faults = min(candidate.faults * FAULT_NEARNESS, MAX_FAULT_NEARNESS)
    nearness = NEARNESS_BY_MATCH[candidate.match] + faults
    return (candidate.words + nearness) * success(candidate.helped, candidate.failed)


def rank(candidates):
    """Return the candidates that something speaks for, the best first; equal ones in the order of their keys.

    >>> [c.key for c in rank([Candidate(1), Candidate(3, words=0.2), Candidate(2, words=0.2)])]
    [2, 3]
    """
    scored = [(score(candidate), candidate) for candidate in candidates]
    return [
        candidate
        for value, candidate in sorted(scored, key=lambda pair: (-pair[0], pair[1].key))
        if value > 0
    ]
