# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a recurring duty is due: always counted from its own first day, never chained.

>>> from datetime import date
>>> [next_due(date(2026, 1, 31), 1, after) for after in (None, date(2026, 1, 31), date(2026, 2, 28))]
[datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 31)]
"""

from dateutil.relativedelta import relativedelta


def next_due(first, months, after=None):
    """Return the first nominal date after a day: ``P(k) = first + k * months``, clamped to the month's length.

    >>> from datetime import date
    >>> next_due(date(2026, 3, 1), 3, date(2026, 7, 15))
    datetime.date(2026, 9, 1)

    :param first: first due date
    :param months: length of the interval, at least one
    :param after: the nominal date that was met last, None for none
    """
    if after is None or after < first:
        return first
    index = ((after.year - first.year) * 12 + after.month - first.month) // months
    due = first + relativedelta(months=index * months)
    while due <= after:
        index += 1
        due = first + relativedelta(months=index * months)
    return due
