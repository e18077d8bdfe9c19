# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ask the same questions beside few records and beside many, and compare the work that they take.

No scenario of its own: `scale` and `call_scale` fill the books and say what is asked.
"""

import random

from lxml import etree
from run import watch_work

LIMIT = 1.2
# Each question is asked in so many rounds of so many seconds of work at least, in turn with the control.
ROUNDS = 5
WORK = 0.25


def say(text):
    """Show how far a long preparation is."""
    print(f"  {text}", flush=True)


def read_fields(model, arch):
    """Return the specification of what a view reads of a model: relations with their names."""
    specification = {}
    for node in etree.fromstring(arch).xpath("//field[not(ancestor::field)]"):
        field = model._fields[node.get("name")]
        specification[field.name] = {"fields": {"display_name": {}}} if field.relational else {}
    return specification


class Questions:
    """Questions to a server, and how much work they take; a subclass says which.

    Question and control are asked in turn, and of each the round with the least work counts: what else the machine does
    only ever adds to it.
    """

    # Each question is asked about so many records.
    sample = 10

    def questions(self):
        """Return what is asked: dict of label to function of a record's number."""
        raise NotImplementedError

    def control(self, _number):
        """Read what knows nothing of the records: what it takes longer beside many is the machine's doing."""
        self.env["res.lang"].sudo().search([], limit=80).read(["name", "code"])
        self.env["ir.module.module"].sudo().search([], limit=80).read(["name", "shortdesc", "state", "category_id"])

    def measure(self, size):
        """Ask about some of so many records; return {label: (milliseconds, those of the control, queries)}."""
        numbers = random.Random(1).choices(range(1, size + 1), k=self.sample)
        found = {}
        for label, ask in self.questions().items():
            # The first times fill the caches of the registry and of PostgreSQL: a warm server is measured.
            for number in numbers:
                queries = self.ask(ask, number)
            rounds = [(self.time(ask, numbers), self.time(self.control, numbers)) for _round in range(ROUNDS)]
            found[label] = (*(min(times) for times in zip(*rounds, strict=True)), queries)
            say(f"{label}: {found[label][0]:.1f} ms, {queries} queries")
        return found

    def time(self, ask, numbers):
        """Return the milliseconds of work of one question, asked until enough of it is spent."""
        turns, start = 0, watch_work(self.env)
        while (spent := watch_work(self.env) - start) < WORK:
            for number in numbers:
                self.ask(ask, number)
            turns += len(numbers)
        return 1000 * spent / turns

    def ask(self, ask, number):
        """Ask one thing with cold record caches and return the number of queries."""
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        ask(number)
        return self.env.cr.sql_log_count - before


def compare(books, screens_class, sizes):
    """Fill books to a small and to a large size, ask everything beside each, and print what it took.

    :param books: has ``grow(size)``
    :param screens_class: a :class:`Questions`, made of the books once they hold something
    """
    screens, results = None, []
    for size in sizes:
        books.grow(size)
        screens = screens or screens_class(books)
        results.append(screens.measure(size))
    print_ratios(sizes, *results)


def print_ratios(sizes, small, large):
    """Print what each question took beside few and beside many records, and the ratio beyond that of the control."""
    print(f"\n{'milliseconds of work (control)':34} {sizes[0]:>16,} {sizes[-1]:>16,} {'ratio':>7} {'queries':>9}")
    for label, (milliseconds, control, queries) in small.items():
        more, more_control, more_queries = large[label]
        ratio = more / more_control / (milliseconds / control)
        mark = "" if ratio <= LIMIT else f"  over {LIMIT}"
        print(
            f"{label:34} {milliseconds:>8.1f} ({control:>5.1f}) {more:>8.1f} ({more_control:>5.1f})"
            f" {ratio:>7.2f} {queries:>4}/{more_queries:<4}{mark}"
        )
