# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a unit is made of, and how two such builds differ: values in, values out."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import starmap


@dataclass(frozen=True, order=True)
class Part:
    """One row of a build; two parts are equal when nobody could tell them apart.

    `path` names the places from the unit down to the part, `installed` is the ISO day on which it went in
    and tells pieces without serial number apart, `rows` are the caller's keys of the rows behind it.

    >>> Part(("Drive",), 7, rows=(1,)) == Part(("Drive",), 7, rows=(2,))
    True
    """

    path: tuple
    product: int
    serial: str = ""
    version: str = ""
    quantity: Decimal = Decimal(1)
    installed: str = ""
    rows: tuple = field(default=(), compare=False)


@dataclass(frozen=True)
class Difference:
    """One place at which two builds differ: added, removed, replaced, or changed in some fields."""

    kind: str
    before: Part | None
    after: Part | None
    fields: tuple = ()

    @property
    def path(self):
        return (self.after or self.before).path


def compare(before, after):
    """Return how one build became another.

    Parts are matched within their place, the most alike first: nothing differs, the same piece (product and
    serial number), the same product, any product.

    :param before: iterable of `Part`
    :param after: iterable of `Part`
    :return: list of `Difference`, in the order of the places

    >>> old = [Part(("Drive",), 7, "M-1"), Part(("Drive", "Fan"), 8), Part(("Lamp",), 9, quantity=Decimal(4))]
    >>> new = [Part(("Drive",), 7, "M-2"), Part(("Lamp",), 9, quantity=Decimal(3)), Part(("Lid",), 5)]
    >>> [(difference.kind, difference.path, difference.fields) for difference in compare(old, new)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('replaced', ('Drive',), ()), ('removed', ('Drive', 'Fan'), ()), ('changed', ('Lamp',), ('quantity',)),
     ('added', ('Lid',), ())]
    >>> compare(old, old)
    []
    """
    lefts, rights = _by_path(before), _by_path(after)
    differences = []
    for path in sorted(lefts.keys() | rights.keys(), key=path_key):
        differences += _compare_place(lefts.get(path, []), rights.get(path, []))
    return differences


def _by_path(parts):
    places = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part, part.rows)):
        places[part.path].append(part)
    return places


def _compare_place(lefts, rights):
    """Compare the parts of one place; the likeness of a pair falls from step to step."""
    pairs = []
    for likeness in (_identity, _piece, _product, _place):
        found, lefts, rights = _pair(lefts, rights, likeness)
        pairs += found
    differences = [difference for difference in starmap(_differ, pairs) if difference]
    differences += [Difference("removed", left, None) for left in lefts]
    return differences + [Difference("added", None, right) for right in rights]


def _identity(part):
    installed = "" if part.serial else part.installed
    return part.product, part.serial, part.version, part.quantity, installed


def _piece(part):
    return part.product, part.serial


def _product(part):
    return part.product


def _place(part):
    return part.path


def _pair(lefts, rights, likeness):
    """Pair the parts that have the same likeness, the larger quantities first.

    :return: list of pairs, and the parts without partner on the left and on the right
    """
    waiting = defaultdict(list)
    for right in sorted(rights, key=_size):
        waiting[likeness(right)].append(right)
    pairs, alone = [], []
    for left in sorted(lefts, key=_size, reverse=True):
        partners = waiting[likeness(left)]
        if partners:
            pairs.append((left, partners.pop()))
        else:
            alone.append(left)
    return pairs, alone, [right for partners in waiting.values() for right in partners]


def _size(part):
    return part.quantity, part, part.rows


def _differ(before, after):
    """Return the difference of two parts of one place, or None."""
    if _identity(before) == _identity(after):
        return None
    changed = tuple(name for name in ("version", "quantity") if getattr(before, name) != getattr(after, name))
    is_same_piece = after.serial or before.installed == after.installed or before.quantity != after.quantity
    if _piece(before) == _piece(after) and changed and is_same_piece:
        return Difference("changed", before, after, changed)
    return Difference("replaced", before, after)


def apply(parts, differences):
    """Return the build that a list of differences makes of a build.

    :param parts: iterable of `Part`
    :param differences: iterable of `Difference`
    :return: sorted list of `Part`
    :raise ValueError: when a difference takes away what is not there
    """
    parts = sorted(parts)
    for difference in differences:
        if difference.before:
            parts.remove(difference.before)
        if difference.after:
            parts.append(difference.after)
    return sorted(parts)


def pool(parts, versions=None):
    """Put the parts of one place and product together, whatever their serial numbers.

    :param parts: iterable of `Part`
    :param versions: only keep the versions of these (path, product) pairs; of all when None
    :return: list of `Part` without serial number and day; several versions are joined by commas

    >>> [part] = pool([Part(("Lamp",), 9, "L-1"), Part(("Lamp",), 9, "L-2", version="2")])
    >>> part.quantity, part.serial, part.version
    (Decimal('2'), '', '2')
    """
    groups = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part, part.rows)):
        groups[part.path, part.product].append(part)
    pooled = []
    for key, group in groups.items():
        names = {part.version for part in group if part.version} if versions is None or key in versions else ()
        pooled.append(
            replace(
                group[0],
                serial="",
                installed="",
                version=", ".join(sorted(names)),
                quantity=sum(part.quantity for part in group),
                rows=tuple(row for part in group for row in part.rows),
            )
        )
    return pooled


def compare_design(expected, actual):
    """Return how a build differs from its design: added is extra, removed is missing, replaced is another product.

    Serial numbers do not count, nor do versions where the design names none, nor in how many rows a
    quantity is written down.

    :param expected: iterable of `Part`, as designed
    :param actual: iterable of `Part`, as maintained
    :return: list of `Difference`

    >>> design = [Part(("Lamp",), 9, quantity=Decimal(2))]
    >>> compare_design(design, [Part(("Lamp",), 9, "L-1"), Part(("Lamp",), 9, "L-2", version="2")])
    []
    """
    expected = pool(expected)
    versions = {(part.path, part.product) for part in expected if part.version}
    return compare(expected, pool(actual, versions))


def natural_key(text):
    """Return a key by which texts sort as people number things.

    >>> sorted(["Slot 10", "slot 2", "Slot 1"], key=natural_key)
    ['Slot 1', 'slot 2', 'Slot 10']
    """
    runs = re.split(r"([0-9]+)", text.lower())
    return [(int(run), "") if index % 2 else (0, run) for index, run in enumerate(runs)]


def path_key(path):
    """Return the key by which the places of a build sort, what a part contains behind it."""
    return [(natural_key(place), place) for place in path]
