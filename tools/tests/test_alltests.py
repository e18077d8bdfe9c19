# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tally of the whole test run."""

import sys

import pytest

from tools import alltests
from tools.alltests import Lane, Tally
from tools.progress import Failure

REPORT = '<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>'


def test_report_is_read(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    assert alltests.read_report(report) == Tally(passed=3, failed=3, skipped=3)
    assert alltests.read_report(tmp_path / "none.xml") == Tally()


def test_tallies_add_up_and_tell():
    tally = Tally(2, 0, 1)
    tally.add(Tally(3, 1, 0))
    assert str(tally) == "5 passed, 1 failed, 1 skipped"


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "print('no report')\nraise SystemExit(1)"])
def test_a_run_that_breaks_counts_as_failed(tmp_path, code):
    lane = Lane("lane", {})
    lane.count([sys.executable, "-c", code], tmp_path / "report.xml", "title")
    assert lane.tally == Tally(failed=1)


def test_a_set_up_that_breaks_counts_as_failed(monkeypatch):
    def broken(_lane):
        raise Failure("Nothing works.")

    lane = Lane("lane", {})
    assert alltests.run_lane(lane, broken) == Tally(failed=1)
