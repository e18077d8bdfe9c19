# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service shot`: pictures of one page, or of those in a list, from a server that runs or one started for it."""

import argparse
import contextlib
import json
import os
import subprocess
from pathlib import Path

from . import databases, odoo, packages, paths, postgres, setup
from .progress import Failure
from .run import DEMO_DATABASE
from .server import serving

DEFAULTS = {"login": None, "url": "/odoo", "width": 1280, "height": 800, "full": False, "steps": []}


class Step(argparse.Action):
    """Collect --click, --wait and --type in the order in which they are given."""

    def __call__(self, parser, namespace, values, option_string=None):
        """Add one step."""
        namespace.steps = [*namespace.steps, [option_string.lstrip("-"), values]]


def add_arguments(one):
    """Add the arguments of `shot`."""
    one.add_argument("--login", help="user, whose password is the same; none for a visitor")
    one.add_argument("--url", default="/odoo", help="path of the page, as in /odoo/calls")
    one.add_argument("--width", type=int, default=1280, help="width in pixels; up to 600 it is a phone")
    one.add_argument("--height", type=int, default=800)
    one.add_argument("--full", action="store_true", help="the full height of the page")
    one.add_argument("--out", default="shot.png", help="the PNG file to write")
    for kind in ("click", "wait", "type"):
        words = 'SELECTOR=TEXT' if kind == "type" else "SELECTOR"
        one.add_argument(f"--{kind}", action=Step, dest="steps", default=[], metavar=words, help=HELP[kind])
    one.add_argument("--list", dest="file", help="take the pictures of this JSON file, see docs")
    one.add_argument("--db", default=DEMO_DATABASE, help=f"database of the server to start (default {DEMO_DATABASE})")
    one.add_argument("--port", type=int, help="use the server that runs on this port instead of starting one")


HELP = {
    "click": "click there: CSS, or text=Words for a button or link; may be repeated, in order",
    "wait": "wait until it is there",
    "type": "put a text into a field",
}


def run(options):
    """Take the pictures."""
    setup.ensure()
    shots = read_list(options.file) if options.file else [from_options(options)]
    with contextlib.ExitStack() as stack:
        port = options.port
        if not port:
            variables = stack.enter_context(postgres.server(options.db_host))
            if not databases.exists(variables, options.db):
                raise Failure(
                    f"There is no database {options.db}: name another with --db, or start `./service run` once."
                )
            port = odoo.free_port()
            stack.enter_context(serving(variables, options.db, port))
        work = {"base": f"http://127.0.0.1:{port}", "db": options.db, "browser": packages.browser(), "shots": shots}
        return subprocess.run(
            [str(paths.PYTHON), "-m", "tools.shots"],
            input=json.dumps(work),
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(paths.ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        ).returncode


def from_options(options):
    """Return the shot that the command line describes."""
    shot = {key: getattr(options, key) for key in DEFAULTS}
    return {**shot, "file": str(Path(options.out).resolve())}


def read_list(file):
    """Return the shots of a JSON file, a list of objects with the keys of DEFAULTS and `file`, below the root."""
    try:
        shots = json.loads(Path(file).read_text(encoding="utf-8"))
        return [{**DEFAULTS, **shot, "file": str(paths.ROOT / shot["file"])} for shot in shots]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{file} is no list of pictures ({error}): see tools/shot.py for its form.") from error
