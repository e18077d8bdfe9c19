# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Python environment in `.odoo/venv`, exactly what requirements.lock says."""

import importlib.util
import shutil
import sys

from . import paths
from .packages import need
from .progress import Failure, digest, is_stamped, run_logged, stamp, step, unstamp

OLDEST = (3, 10)
NEWEST = (3, 13)


def ensure():
    """Make the environment, unless it is already what the lock says."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Failure(
            f"Odoo 19 runs on Python 3.10 to 3.13, not on {sys.version.split()[0]}: "
            "start it as `python3.12 service ...` with one of those."
        )
    key = digest(paths.LOCKFILE, sys.version, str(paths.VENV))
    if is_stamped("venv", key) and paths.PYTHON.exists():
        return
    need("python3-venv", "to make a Python environment", lambda: importlib.util.find_spec("ensurepip"))
    unstamp("venv")
    unstamp("odoo")
    shutil.rmtree(paths.VENV, ignore_errors=True)
    with step("Making the Python environment"):
        run_logged([sys.executable, "-m", "venv", paths.VENV], "venv")
        try:
            run_logged(pip_command(), "pip")
        except Failure as error:
            raise Failure(
                f"The Python packages of requirements.lock could not be installed ({error}): "
                "check the network and start again."
            ) from error
    stamp("venv", key)


def pip_command():
    """Return the command that installs the lock."""
    return [
        paths.PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-script-location",
        f"--cache-dir={paths.cache_dir() / 'pip'}",
        "--require-hashes",
        "--requirement",
        paths.LOCKFILE,
    ]


def site_packages():
    """Return the directory that the environment's packages are in."""
    found = next(iter(sorted(paths.VENV.glob("lib/python3*/site-packages"))), None)
    if not found:
        raise Failure("The Python environment is incomplete: remove .odoo/venv and start again.")
    return found
