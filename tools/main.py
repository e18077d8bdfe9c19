# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The command line of `./service`."""

import argparse
import os
import signal
import subprocess
import sys

from . import alltests, bench, databases, lint, odoo, paths, postgres, pot, run, setup, shot
from .progress import Failure


def main(arguments=None):
    """Run what the command line asks for and return the exit code."""
    options = parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    try:
        postgres.keep_apart(options.db_host)
        return options.function(options) or 0
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"{error.filename} may not be used ({error.strerror}): give it to your user.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./service", description="Run, test and look at the service suite.")
    verbs = top.add_subparsers(metavar="VERB", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--db-host", help="a real PostgreSQL server instead of the embedded one (or set PGHOST)")

    def verb(name, function, text):
        one = verbs.add_parser(name, help=text, description=text, parents=[common])
        one.set_defaults(function=function)
        return one

    run.add_arguments(verb("run", run.run, "make the demo database, start the server, print who can log in"))
    shot.add_arguments(verb("shot", shot.run, "take pictures of pages with a headless browser"))
    lint.add_arguments(verb("lint", lint.run, "check the code: ruff, pylint, the gates of Odoo's test_lint"))
    bench.add_arguments(verb("bench", bench.run, "measure the scenarios of benchmarks/ beside their floors"))
    pot.add_arguments(verb("pot", pot.run, "export the terms to translate, and bring the .po files up to them"))
    shell = verb("shell", run_shell, "an Odoo shell; reads a script from standard input")
    shell.add_argument("--db", required=True, help="name of the database")
    add_database_verb(verb("db", run_database, "make, drop and list databases"))
    execute = verb("exec", run_command, "run a command with the environment and the database server at hand")
    execute.add_argument("command", nargs=argparse.REMAINDER, help="as in: ./service exec psql NAME")
    test = verb("test", alltests.run, "run every test, or those of some files")
    test.add_argument("paths", nargs="*", help="test files or directories")
    test.add_argument("-k", dest="expression", help="only tests that match, as pytest's -k")
    test.add_argument("--db", help="run on this database instead of fresh ones")
    test.add_argument("--fast", action="store_true", help="with --db: update the modules of the paths and test once")
    test.add_argument("--no-update", action="store_true", help="with --fast: do not update the modules first")
    return top


def add_database_verb(one):
    """Add the arguments of `db`."""
    one.add_argument("action", choices=("new", "drop", "list"))
    one.add_argument("name", nargs="?", help="name of the database")
    one.add_argument("--from", dest="origin", help="copy this database or template (base, deps, deps-demo)")
    one.add_argument("--modules", default="", help="install these modules, separated by commas")
    one.add_argument("--demo", action="store_true", help="with demo data")


def run_shell(options):
    """Open Odoo's shell on a database."""
    setup.ensure_odoo()
    with postgres.server(options.db_host) as variables:
        command = odoo.command("shell", "--database", options.db, "--no-http", "--log-level=warn")
        return subprocess.run(command, env=odoo.surroundings(variables), check=False).returncode


def run_database(options):
    """Make, drop or list databases."""
    setup.ensure_odoo()
    if options.action != "list" and not options.name:
        raise Failure(f"Say which database: `./service db {options.action} NAME`.")
    with postgres.server(options.db_host) as variables:
        if options.action == "list":
            for name, size, _comment in databases.names(variables):
                print(f"{name:40} {size}")
        elif options.action == "drop":
            databases.drop(variables, options.name)
        else:
            modules = [name for name in options.modules.split(",") if name]
            databases.create(variables, options.name, options.origin, modules, options.demo)


def run_command(options):
    """Run any command with the environment's programs first on the path and the way to the database server."""
    setup.ensure_odoo()
    if not options.command:
        raise Failure("Say which command: `./service exec psql NAME`.")
    with postgres.server(options.db_host) as variables:
        path = os.pathsep.join([str(paths.VENV / "bin"), str(postgres.bin_dir()), os.environ.get("PATH", "")])
        surroundings = {**odoo.surroundings(variables), "PATH": path, "ODOO_RC": str(paths.CONF)}
        try:
            return subprocess.run(options.command, env=surroundings, check=False).returncode
        except FileNotFoundError as error:
            raise Failure(f"There is no command {options.command[0]}.") from error
