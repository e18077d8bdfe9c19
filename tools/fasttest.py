# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run pytest-odoo on a database that exists."""

import subprocess

from . import databases, farm, odoo, paths, postgres, setup
from .progress import Failure, step


def run(options):
    """Update the modules of the given paths in a database and run the tests there."""
    setup.ensure()
    targets = [farm.in_farm(path.split("::")[0]) for path in options.paths]
    suffixes = [path.partition("::")[1:] for path in options.paths]
    with postgres.server(options.db_host) as variables:
        if not databases.exists(variables, options.db):
            raise Failure(
                f"There is no database {options.db}: make it with `./service db new {options.db} --from deps`."
            )
        modules = sorted({module_of(target) for target in targets})
        if not options.no_update:
            with step(f"Updating {', '.join(modules)} in {options.db}"):
                odoo.install(variables, options.db, modules, update=True)
        arguments = [f"{target}{''.join(suffix)}" for target, suffix in zip(targets, suffixes, strict=True)]
        return subprocess.run(
            pytest_command(options.db, arguments, options.expression), env=odoo.surroundings(variables), check=False
        ).returncode


def module_of(target):
    """Return the module that a path in the farm belongs to."""
    return target.relative_to(paths.FARM).parts[0]


def pytest_command(database, arguments, expression=None):
    """Return the command that runs tests on a database."""
    command = [
        str(paths.PYTHON),
        "-m",
        "pytest",
        f"--rootdir={paths.STATE}",
        f"--confcutdir={paths.STATE}",
        "--config-file=" + str(paths.ROOT / "pyproject.toml"),
        f"--odoo-config={paths.CONF}",
        f"--odoo-database={database}",
        "--odoo-http",
        "--odoo-log-level=warn",
        "--doctest-modules",
    ]
    return [*command, *(["-k", expression] if expression else []), *arguments]
