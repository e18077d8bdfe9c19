# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages of the machine: installed where we may, named where we may not."""

import os
import shutil

from .progress import Failure, is_stamped, run_logged, say, stamp, step


def is_root():
    """Tell whether we may install packages."""
    return os.geteuid() == 0


def need(package, reason, is_there):
    """Make sure that a Debian package is installed.

    :param package: name of the package
    :param reason: what it is for, as in "to print PDF reports"
    :param is_there: function that tells whether it is already there
    """
    if is_there():
        return
    advice = f"The Debian package {package} is needed {reason}: run `sudo apt-get install {package}` and start again."
    if not is_root() or not shutil.which("apt-get"):
        raise Failure(advice)
    with step(f"Installing {package}"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            install(package, environment)
        except Failure as error:
            raise Failure(f"{advice} Installing it from here failed: {error}") from error


def want(package, reason, is_there):
    """Install a Debian package, or say what does not work without it. Installing is tried once only.

    Takes what :func:`need` takes.
    """
    if is_there():
        return
    tried = f"tried-{package}"
    if is_stamped(tried, package) and is_root():
        say(f"Without {package}, needed {reason}, everything else works: see `apt-get install {package}`.")
        return
    try:
        need(package, reason, is_there)
    except Failure as error:
        say(f"{error} Everything else works without it.")
        stamp(tried, package)


def install(package, environment):
    """Install a package with apt; fetch the lists first only when it is unknown or gone."""
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", package]
    try:
        run_logged(command, "apt", env=environment)
    except Failure:
        run_logged(["apt-get", "update", "--quiet"], "apt", env=environment)
        run_logged(command, "apt", env=environment)


def browser():
    """Return the path of the browser, or None."""
    for name in ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    return None
