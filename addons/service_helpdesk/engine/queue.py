# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of the queue: priority, earliest open deadline, weight of the zone, age (rules.md 8).

The order is one sortable text per call, so that the database can keep it in an
index and a page of the queue needs no sorting. It depends on the call alone:
no call's key changes because another one was logged.
"""

from datetime import datetime

MAX_WEIGHT = 9999.99
_NEVER = "9" * 14


def queue_key(priority, deadline, zone_weight, raised_at, is_closed=False):
    """Return the text by which calls are ordered, first served first.

    :param priority: ``'0'`` (low) to ``'3'`` (urgent)
    :param deadline: earliest open deadline, naive UTC, or None
    :param zone_weight: weight of the call's zone, clamped to 0 .. 9999.99
    :param raised_at: instant at which the call was raised, naive UTC
    :param is_closed: closed calls come after all open ones
    :return: text; the smaller, the earlier

    >>> noon, evening = datetime(2026, 4, 7, 12), datetime(2026, 4, 7, 18)
    >>> urgent = queue_key('3', evening, 1, evening)
    >>> normal = queue_key('1', noon, 1, noon)
    >>> undated = queue_key('1', None, 5, noon)
    >>> sorted([undated, normal, urgent]) == [urgent, normal, undated]
    True
    >>> queue_key('1', noon, 2, evening) < queue_key('1', noon, 1, noon)
    True
    """
    weight = min(max(zone_weight or 0.0, 0.0), MAX_WEIGHT)
    return "-".join(
        (
            "1" if is_closed else "0",
            str(9 - int(priority or 0)),
            _stamp(deadline),
            f"{MAX_WEIGHT - weight:07.2f}",
            _stamp(raised_at),
        )
    )


def _stamp(instant):
    return instant.strftime("%Y%m%d%H%M%S") if isinstance(instant, datetime) else _NEVER
