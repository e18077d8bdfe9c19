# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service lint`: ruff, pylint with Odoo's and the OCA's checkers, and the gates of Odoo's own module test_lint."""

import os
import subprocess

from . import databases, odoo, paths, postgres, setup, source
from .progress import Failure, step

CHECKS = ("ruff", "pylint", "gates")
# What pylint-odoo asks for and the house style does not: we are not the OCA; hooks and computes return nothing; a large
# model is several files on purpose; without a description Odoo reads README.md as reStructuredText, with noise.
# (Here, as pyproject.toml cannot leave out parts of a group.)
NOT_ASKED = "manifest-required-author,manifest-deprecated-key,missing-return,consider-merging-classes-inherited"
TEST_LINT = "odoo/addons/test_lint/tests"


def add_arguments(one):
    """Add the arguments of `lint`."""
    one.add_argument("checks", nargs="*", metavar="CHECK", help=f"of {', '.join(CHECKS)}; all when none is named")
    one.add_argument("--db", help="for the gates: read this database, with the whole suite, instead of a fresh one")


def run(options):
    """Run the checks asked for, all of them even when one finds something."""
    unknown = sorted(set(options.checks) - set(CHECKS))
    if unknown:
        raise Failure(f"There is no check {unknown[0]}: there are {', '.join(CHECKS)}.")
    setup.ensure_odoo()
    found = [name for name in options.checks or CHECKS if not RUN[name](options)]
    if found:
        raise Failure(f"{' and '.join(found)} found something: see above.")
    print("Nothing found")


def run_ruff(_options):
    """Check style and common errors; pyproject.toml says which."""
    with step("ruff"):
        return passes([paths.PYTHON, "-m", "ruff", "check", "--quiet", "--output-format=concise", paths.ROOT])


def run_pylint(_options):
    """Check the modules with pylint and the checkers of Odoo and of the OCA."""
    checkers = (test_lint(), source.tree())
    variables = {
        "PYTHONPATH": os.pathsep.join(str(path) for path in checkers),
        "ADDONS_PATH": str(paths.FARM),
    }
    modules = [f"addons/{name}" for name in (*paths.chain_modules(), *paths.link_modules())]
    with step("pylint"):
        options = (f"--rcfile={paths.ROOT / 'pyproject.toml'}", f"--jobs={os.cpu_count()}", f"--disable={NOT_ASKED}")
        return passes([paths.PYTHON, "-m", "pylint", *options, *modules], variables)


def run_gates(options):
    """Run Odoo's own gates on a database with the suite."""
    with postgres.server(options.db_host) as variables:
        if options.db:
            return gates(variables, options.db)
        name = f"lint-{os.getpid()}"
        with databases.temporary(variables, name, origin="deps", modules=paths.suite_modules()):
            return gates(variables, name)


def gates(variables, database):
    """Run the gates on a database that exists."""
    if not databases.exists(variables, database):
        raise Failure(f"There is no database {database}: leave --db out for a fresh one.")
    folder = test_lint()
    command = [
        *(paths.PYTHON, "-m", "pytest", "-p", "tools.odoo_gates", "--tb=line"),
        *(f"--rootdir={folder}", f"--confcutdir={folder}", f"--config-file={paths.ROOT / 'pyproject.toml'}"),
        *(f"--odoo-config={paths.CONF}", f"--odoo-database={database}", "--odoo-log-level=warn"),
        *(folder / name for name in GATES if (folder / name).is_file()),
    ]
    with step("Odoo's gates"):
        modules = ",".join(paths.suite_modules())
        return passes(command, {**variables, "PYTHONPATH": str(paths.ROOT), "SERVICE_MODULES": modules})


def test_lint():
    """Return the directory of Odoo's gates and checkers."""
    folder = source.tree() / TEST_LINT
    return folder if folder.is_dir() else source.tree() / "addons/test_lint/tests"


def passes(command, variables=None):
    """Run a command in the root, with its output here, and tell whether it found nothing."""
    surroundings = odoo.surroundings({"PYTHONDONTWRITEBYTECODE": "1", **(variables or {})})
    result = subprocess.run([str(part) for part in command], cwd=paths.ROOT, env=surroundings, check=False)
    return result.returncode == 0


RUN = {"ruff": run_ruff, "pylint": run_pylint, "gates": run_gates}
# Gates of test_lint that read files, and those that read the registry. The rest is for Odoo's own repository, or is
# done by pylint with Odoo's checkers.
GATES = (
    "test_docstring.py",
    "test_dunderinit.py",
    "test_i18n.py",
    "test_index.py",
    "test_jstranslate.py",
    "test_l10n.py",
    "test_manifests.py",
    "test_naming.py",
    "test_onchange_domains.py",
    "test_orm_import.py",
    "test_override_signatures.py",
    "test_pofile.py",
    "test_routes.py",
    "test_test_holes.py",
)
