# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service bench`: the scenarios of benchmarks/ on a database with the suite."""

import os
import subprocess

from . import databases, odoo, paths, postgres, setup
from .progress import Failure


def add_arguments(one):
    """Add the arguments of `bench`."""
    one.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="of benchmarks/; all when none is named")
    one.add_argument("--db", help="measure on this database, with the whole suite, instead of a fresh one")


def run(options):
    """Measure; a database made for it is dropped."""
    check_scenarios(options.scenarios)
    setup.ensure_odoo()
    with postgres.server(options.db_host) as variables:
        if options.db:
            if not databases.exists(variables, options.db):
                raise Failure(f"There is no database {options.db}: leave --db out for a fresh one.")
            return measure(variables, options.db, options.scenarios)
        name = f"bench-{os.getpid()}"
        with databases.temporary(variables, name, origin="deps", modules=paths.suite_modules()):
            return measure(variables, name, options.scenarios)


def check_scenarios(wanted):
    """Fail in one sentence, before anything is made, when there is no such scenario."""
    known = sorted(file.stem for file in (paths.ROOT / "benchmarks").glob("*.py") if file.stem != "run")
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise Failure(f"There is no scenario {unknown[0]}: there are {', '.join(known)}.")


def measure(variables, database, scenarios):
    """Run the scenarios on a database that exists and return the exit code."""
    return subprocess.run(
        [str(paths.PYTHON), str(paths.ROOT / "benchmarks" / "run.py"), "--db", database, *scenarios],
        env=odoo.surroundings({**variables, "ODOO_RC": str(paths.CONF)}),
        check=False,
    ).returncode
