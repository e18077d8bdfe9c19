# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service pot`: the translation templates of the suite, from Odoo's own export, and .po files that follow."""

import json
import os
import subprocess

from . import databases, odoo, paths, postgres, setup
from .progress import Failure, step


def add_arguments(one):
    """Add the arguments of `pot`."""
    one.add_argument("--check", action="store_true", help="write nothing; fail when a file is not current")
    one.add_argument("--db", help="read this database, with the whole suite, instead of a fresh one")


def run(options):
    """Export the terms from a database of their own and write, or compare, the files."""
    setup.ensure_odoo()
    with postgres.server(options.db_host) as variables:
        if options.db:
            return export(variables, options.db, options.check)
        name = f"pot-{os.getpid()}"
        with databases.temporary(variables, name, origin="deps", modules=paths.suite_modules()):
            return export(variables, name, options.check)


def export(variables, database, check):
    """Write or compare the files and return the exit code."""
    if not databases.exists(variables, database):
        raise Failure(f"There is no database {database}: leave --db out for a fresh one.")
    work = {
        "database": database,
        "configuration": str(paths.CONF),
        "check": check,
        "folders": {name: str(folder(name)) for name in paths.suite_modules()},
    }
    with step("Exporting terms"):
        result = subprocess.run(
            [str(paths.PYTHON), "-m", "tools.pot_files"],
            input=json.dumps(work),
            text=True,
            check=False,
            cwd=paths.ROOT,
            env=odoo.surroundings({**variables, "PYTHONPATH": str(paths.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}),
        )
    if result.returncode and check:
        raise Failure("Translation files are not current: run `./service pot` and commit what it wrote.")
    return result.returncode


def folder(module):
    """Return the directory with a module's translations."""
    home = paths.ROOT if module == paths.UMBRELLA else paths.ROOT / "addons" / module
    return home / "i18n"
