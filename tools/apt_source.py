# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Packages of Debian unstable, downloaded with apt and private lists: the machine's own stay as they are."""

import os
import re
import shutil
from pathlib import Path

from . import paths
from .packages import need
from .progress import Failure, run_logged, step

SUITE = "sid"
SOURCES = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
INSTEAD = "set ODOO_PATH to the directory of an Odoo 19.0 (a git clone or an unpacked release) and start again"


def download(packages):
    """Return the package files in the cache, downloaded first when one is not there.

    :param packages: names of packages of Debian unstable
    """
    folder = paths.cache_dir() / "debian"
    missing = [name for name in packages if not cached(folder, name)]
    if missing:
        if not shutil.which("apt-get"):
            raise Failure(f"apt-get is not here, and Odoo comes from Debian: {INSTEAD}.")
        with step("Downloading Odoo (130 MB, kept in the cache)"):
            fetch(folder, missing)
    return [cached(folder, name) for name in packages]


def cached(folder, name):
    """Return the newest file of package `name` in the cache, or None."""
    return max(folder.glob(f"{name}_*.deb"), default=None, key=lambda file: file.stat().st_mtime)


def fetch(folder, packages):
    """Download packages into `folder`, whole files only."""
    work = folder / "unfinished"
    shutil.rmtree(work, ignore_errors=True)
    for name in ("parts", "lists/partial", "cache/archives/partial", "debs"):
        (work / name).mkdir(parents=True)
    (work / "parts" / "unstable.list").write_text(source_line(), encoding="utf-8")
    options = apt_options(work)
    try:
        run_logged(["apt-get", *options, "update"], "apt-unstable")
        run_logged(["apt-get", *options, "download", *packages], "apt-unstable", cwd=work / "debs")
    except Failure as error:
        raise Failure(f"Odoo could not be downloaded ({error}): check the network, or {INSTEAD}.") from error
    for deb in (work / "debs").glob("*.deb"):
        deb.replace(folder / deb.name)
    shutil.rmtree(work)


def apt_options(work):
    """Return apt's options that keep it to the private directory `work`."""
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": work / "parts",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "APT::Update::Error-Mode": "any",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def source_line():
    """Return the line for Debian unstable at the mirror that this machine already uses."""
    mirror = os.environ.get("DEBIAN_MIRROR") or machine_mirror()
    if not mirror:
        raise Failure(
            "No Debian archive is among this machine's apt sources, and Odoo comes from Debian: "
            f"name one in DEBIAN_MIRROR (https://.../debian), or {INSTEAD}."
        )
    need("debian-archive-keyring", "to check what comes from Debian", KEYRING.is_file)
    return f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n"


def machine_mirror(sources=SOURCES):
    """Return the address of the first Debian archive among apt's sources, in both formats, or None.

    Archives of security updates and of other vendors have another path than `/debian`.
    """
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix not in (".list", ".sources") or not file.is_file():
            continue
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            found = re.match(
                r"(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:.*?)((?:https?|mirror\+file|file):\S*?/debian/?)(?:\s|$)", line
            )
            if found:
                return found[1]
    return None
