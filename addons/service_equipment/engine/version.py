# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Versions of units and components, in an order that a database can compare."""

import re

WIDTH = 6
PARTS = 7


def version_key(version):
    """Return a text of digits that sorts as the version does, in any collation; empty for no version.

    A version is read as runs of digits and runs of letters; all else separates them. A number comes
    after a letter, and a letter after nothing; of a run, six digits or the first four letters count,
    and of a version seven runs.

    :param version: str such as "2.10b", or False
    :return: str of 49 digits, or ""

    >>> version_key("1.9") < version_key("1.10") < version_key("1.10a") < version_key("1.10.1") < version_key("2")
    True
    >>> version_key("v2.0") == version_key("V2.0"), version_key("1.0") == version_key("1")
    (True, False)
    >>> version_key(False), version_key(" - ")
    ('', '')
    """
    runs = re.findall(r"[0-9]+|[a-z]+", (version or "").lower())
    if not runs:
        return ""
    return "".join(_run_key(run) for run in runs[:PARTS]).ljust(PARTS * (WIDTH + 1), "0")


def _run_key(run):
    if run.isdigit():
        return "2" + run[-WIDTH:].rjust(WIDTH, "0")
    number = 0
    for letter in run[:4].ljust(4, "`"):
        number = number * 27 + ord(letter) - ord("`")
    return "1" + str(number).rjust(WIDTH, "0")
