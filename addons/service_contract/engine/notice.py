# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When a contract may end at the earliest, by the notice that was agreed.

The day on which the notice arrives does not count: thirty days from 1 June are over on 1 July. Months keep the day of
the month as far as the month has it, always counted from the day of arrival.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3}


def notice_over(received, count, unit):
    """Return the day on which a notice period is over: the first day that may be the last of the contract.

    :param received: the day on which the notice arrived
    :param count: length of the notice period
    :param unit: ``day`` or ``month``

    >>> from datetime import date
    >>> notice_over(date(2026, 6, 1), 30, "day"), notice_over(date(2026, 1, 31), 1, "month")
    (datetime.date(2026, 7, 1), datetime.date(2026, 2, 28))
    """
    return received + (timedelta(days=count) if unit == "day" else relativedelta(months=count))


def end_of(day, unit):
    """Return the last day of the calendar month or quarter in which a day lies.

    >>> from datetime import date
    >>> end_of(date(2028, 2, 3), "month"), end_of(date(2026, 5, 31), "quarter")
    (datetime.date(2028, 2, 29), datetime.date(2026, 6, 30))
    """
    months = MONTHS[unit]
    first = day.replace(day=1, month=day.month - (day.month - 1) % months)
    return first + relativedelta(months=months) - ONE_DAY


def end_of_term(day, term_end, next_end):
    """Return the end of the term in which a day lies, where each term is as long as that from one end to the next.

    The ends are counted from the first one, never from each other, so that the end of a month stays one.

    >>> from datetime import date
    >>> end_of_term(date(2027, 2, 1), date(2026, 8, 31), date(2027, 2, 28))
    datetime.date(2027, 2, 28)
    >>> end_of_term(date(2027, 3, 1), date(2026, 8, 31), date(2027, 2, 28))
    datetime.date(2027, 8, 31)
    """
    after, next_after = term_end + ONE_DAY, next_end + ONE_DAY
    length = relativedelta(next_after, after)
    if length.days:
        length = relativedelta(days=(next_after - after).days)
    terms = 0
    while after + length * terms - ONE_DAY < day:
        terms += 1
    return after + length * terms - ONE_DAY
