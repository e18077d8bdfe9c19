# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run every test: the tools, each module with only its predecessors, all of them with demo data, and uninstalling.

Two lanes run side by side. The lane `chain` installs module after module without demo data, the link modules last, and
tests each in a copy of the database; at its end it uninstalls them from the last to the first. The lane `demo` has
everything but the link modules, and demo data.
"""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from xml.etree import ElementTree

from . import databases, farm, fasttest, odoo, paths, postgres, setup
from .progress import Failure, run_logged, say

REPORTS = "test"
UNINSTALL = """
env['ir.module.module'].search([('name', '=', {name!r})]).button_immediate_uninstall()
"""
CHECK_GONE = """
left = env['ir.model'].search([('model', '=like', 'service.%')]).mapped('model')
assert not left, left
assert env['res.partner'].create({'name': 'After'}).display_name == 'After'
"""


@dataclass
class Tally:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        """Add another tally to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Lane:
    """A sequence of test runs on databases of its own; several lanes print into the same terminal, line by line."""

    printing = threading.Lock()

    def __init__(self, name, variables):
        self.name = name
        self.variables = variables
        self.tally = Tally()
        self.made = []

    def say(self, text):
        """Print one line of progress."""
        with self.printing:
            say(f"{self.name}: {text}")

    def database(self, name):
        """Return the name of a database of this lane that does not exist; it is dropped at the end."""
        name = f"test-{self.name}-{name}"
        databases.drop(self.variables, name)
        self.made.append(name)
        return name

    def clean(self):
        """Drop what this lane made."""
        for name in self.made:
            databases.drop(self.variables, name)

    def test(self, database, targets, title):
        """Run tests on a database and count them; print what failed."""
        report = paths.LOGS / f"{REPORTS}-{self.name}-{title}.xml"
        report.unlink(missing_ok=True)
        command = [*fasttest.pytest_command(database, [str(target) for target in targets]), f"--junitxml={report}"]
        self.count(command, report, title, odoo.surroundings(self.variables))

    def count(self, command, report, title, surroundings=None):
        """Run a pytest command, add its figures to the tally, and print its output where a test failed."""
        result = subprocess.run(
            command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        report.with_suffix(".log").write_text(result.stdout, encoding="utf-8")
        tally = read_report(report)
        if result.returncode and not tally.failed:
            tally.failed += 1
        self.tally.add(tally)
        self.say(f"{title}: {tally}")
        if tally.failed:
            with self.printing:
                sys.stdout.write(result.stdout)
                sys.stdout.flush()


def run(options):
    """Run all tests, or those of the given paths; the last line tells how many passed and failed."""
    if options.db:
        return fasttest.run(options)
    setup.ensure()
    if options.paths or options.expression:
        return run_some(options)
    with postgres.server(options.db_host) as variables:
        databases.ensure_template(variables, "base")
        lanes = [(Lane("chain", variables), run_chain), (Lane("demo", variables), run_demo)]
        total = run_tools(Lane("tools", variables))
        with ThreadPoolExecutor(len(lanes)) as pool:
            for finished in [pool.submit(run_lane, lane, function) for lane, function in lanes]:
                total.add(finished.result())
    print(total, flush=True)
    return 1 if total.failed else 0


def run_some(options):
    """Run the tests of some paths on a fresh database with the whole suite installed."""
    named = [farm.in_farm(path.split("::")[0]) for path in options.paths]
    targets = [
        f"{target}{''.join(path.partition('::')[1:])}" for target, path in zip(named, options.paths, strict=True)
    ] or [target for module in paths.suite_modules() for target in targets_of(module)]
    with (
        postgres.server(options.db_host) as variables,
        databases.temporary(variables, "test-some", origin="deps", modules=paths.suite_modules()) as name,
    ):
        command = fasttest.pytest_command(name, targets, options.expression)
        return subprocess.run(command, env=odoo.surroundings(variables), check=False).returncode


def run_lane(lane, function):
    """Run one lane; a failure in its set-up counts as a failed test and is printed."""
    try:
        function(lane)
    except Failure as failure:
        lane.say(str(failure))
        lane.tally.failed += 1
    finally:
        lane.clean()
    return lane.tally


def run_tools(lane):
    """Test the tools themselves."""
    report = paths.LOGS / f"{REPORTS}-tools.xml"
    report.unlink(missing_ok=True)
    command = [str(paths.PYTHON), "-m", "pytest", "-p", "no:odoo", "-p", "no:pytest_odoo"]
    lane.count([*command, str(paths.ROOT / "tools" / "tests"), f"--junitxml={report}"], report, "tools")
    return lane.tally


def run_chain(lane):
    """Install module after module without demo data, test each there, and uninstall them in the end."""
    installed = "template-base"
    for module in [*paths.suite_modules(), *paths.link_modules()]:
        database = lane.database(module)
        databases.copy(lane.variables, installed, database)
        lane.say(f"installing {module}")
        odoo.install(lane.variables, database, [module])
        databases.check_installed(lane.variables, database, [module])
        scratch = lane.database(f"{module}-run")
        databases.copy(lane.variables, database, scratch)
        lane.test(scratch, targets_of(module), module)
        databases.drop(lane.variables, scratch)
        installed = database
    uninstall(lane, installed)


def run_demo(lane):
    """Install everything with demo data and run all tests there."""
    databases.ensure_template(lane.variables, "deps-demo")
    database = lane.database("all")
    databases.copy(lane.variables, "template-deps-demo", database)
    lane.say("installing everything with demo data")
    odoo.install(lane.variables, database, paths.suite_modules(), demo=True)
    databases.check_installed(lane.variables, database, paths.suite_modules())
    for module in paths.suite_modules():
        lane.test(database, targets_of(module), f"{module} with demo data")


def uninstall(lane, database):
    """Uninstall the modules from the last to the first, and see that a working database is left."""
    for module in reversed([*paths.suite_modules(), *paths.link_modules()]):
        lane.say(f"uninstalling {module}")
        script(lane, database, UNINSTALL.format(name=module), f"uninstall-{module}")
    script(lane, database, CHECK_GONE, "uninstalled")
    lane.tally.passed += 1


def script(lane, database, text, title):
    """Run a script in Odoo's shell; fail when it raises or logs an error."""
    log = f"{REPORTS}-{lane.name}-{title}"
    source = paths.LOGS / f"{log}.py"
    source.write_text(text, encoding="utf-8")
    with source.open(encoding="utf-8") as stream:
        command = odoo.command("shell", "--database", database, "--no-http", "--log-level=warn")
        path = run_logged(command, log, env=odoo.surroundings(lane.variables), stdin=stream)
    output = path.read_text(encoding="utf-8", errors="replace")
    problems = [*odoo.problems(output), *(line for line in output.splitlines() if line.startswith("Traceback"))]
    if problems:
        raise Failure(f"{title} failed: {problems[0]} (all of it is in {path}).")


def targets_of(module):
    """Return the directories of a module that hold tests, in the farm."""
    folder = paths.FARM / module
    return [target for target in (folder / "engine", folder / "tests") if target.is_dir()]


def read_report(report):
    """Return the tally of a JUnit report; nothing when there is none."""
    if not report.is_file():
        return Tally()
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Tally(count["tests"] - failed - count["skipped"], failed, count["skipped"])
