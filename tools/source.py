# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19: the tree of ODOO_PATH when given, else Debian's package unpacked in `.odoo/src`."""

import contextlib
import os
import re
import shutil
import tarfile
from pathlib import Path

from . import apt_source, environment, paths
from .progress import Failure, digest, is_stamped, run_logged, stamp, step, unstamp

SERIES = "19.0"
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
FONT_AWESOME = "font-awesome@4.7.0"
# Part of Odoo's bundle list but not of Debian's package. It blurs backgrounds in video calls; empty, nothing misses it.
LEFT_OUT = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
OTHER_VERSION = (
    "What was found is Odoo {found}, but the suite needs Odoo 19.0: "
    "set ODOO_PATH to the directory of an Odoo 19.0 (a git clone or an unpacked release) and start again."
)


def ensure():
    """Put Odoo 19 on the environment's path."""
    folder = tree()
    if series(folder) != SERIES:
        raise Failure(OTHER_VERSION.format(found=series(folder) or "of an unknown version"))
    key = digest(str(folder))
    if is_stamped("odoo", key):
        return
    (environment.site_packages() / "odoo19.pth").write_text(f"{folder}\n", encoding="utf-8")
    stamp("odoo", key)


def tree():
    """Return the directory that holds the Python package odoo."""
    return given_tree() or unpacked_tree()


def given_tree():
    """Return the directory in ODOO_PATH that holds the Python package odoo, or None when not given."""
    given = os.environ.get("ODOO_PATH")
    if not given:
        return None
    folder = Path(given).expanduser().resolve()
    if not (folder / "odoo" / "release.py").is_file():
        raise Failure(f"ODOO_PATH is {given}, which has no odoo/release.py: set it to the directory of an Odoo 19.0.")
    return folder


def unpacked_tree():
    """Return the directory of Debian's Odoo, unpacked first when it is not there."""
    folder = paths.SOURCE / "usr" / "lib" / "python3" / "dist-packages"
    key = digest(PACKAGES, FONT_AWESOME, LEFT_OUT)
    if is_stamped("source", key) and folder.is_dir():
        return folder
    unstamp("source")
    unstamp("odoo")
    unfinished = paths.STATE / "src.unfinished"
    for old in (unfinished, paths.SOURCE):
        shutil.rmtree(old, ignore_errors=True)
    debs = apt_source.download(PACKAGES)
    icons = download_icons()
    with step("Unpacking Odoo"):
        unpack(debs, icons, unfinished)
        unfinished.rename(paths.SOURCE)
    stamp("source", key)
    return folder


def unpack(debs, icons, target):
    """Unpack the packages and the icon font into `target`, and fill what Debian left out."""
    for deb in debs:
        with removed_when_broken(deb):
            run_logged(["dpkg-deb", "--extract", deb, target], "unpack")
    fonts = target / "usr" / "share" / "fonts-font-awesome" / "fonts"
    fonts.mkdir(parents=True)
    with removed_when_broken(icons), tarfile.open(icons) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.startswith("package/fonts/"):
                (fonts / Path(member.name).name).write_bytes(archive.extractfile(member).read())
    packages = target / "usr" / "lib" / "python3" / "dist-packages"
    # Modules without their data, which stand in the way of the whole ones in odoo/addons.
    shutil.rmtree(packages / "addons")
    for path in LEFT_OUT:
        file = packages / "odoo" / "addons" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


@contextlib.contextmanager
def removed_when_broken(file):
    """Remove a file from the cache when it cannot be unpacked, so that the next start downloads it again."""
    try:
        yield
    except (Failure, tarfile.TarError, EOFError, OSError) as error:
        file.unlink(missing_ok=True)
        raise Failure(f"{file.name} could not be unpacked ({error}) and was removed: start again.") from error


def download_icons():
    """Return the path of Font Awesome's archive in the cache, downloaded first when it is not there."""
    folder = paths.cache_dir() / "npm"
    archive = folder / "font-awesome-4.7.0.tgz"
    if archive.is_file():
        return archive
    if not shutil.which("npm"):
        raise Failure("npm is needed once, to download the icon font: run `sudo apt-get install npm` and start again.")
    with step("Downloading Font Awesome"):
        unfinished = folder / "unfinished"
        unfinished.mkdir(parents=True, exist_ok=True)
        try:
            run_logged(["npm", "pack", FONT_AWESOME, "--silent"], "npm", cwd=unfinished)
        except Failure as error:
            raise Failure(
                f"Font Awesome could not be downloaded ({error}): check the network and start again."
            ) from error
        (unfinished / archive.name).replace(archive)
    return archive


def series(folder):
    """Return the series of an Odoo tree, as in "19.0", or None when it cannot be read."""
    text = (folder / "odoo" / "release.py").read_text(encoding="utf-8")
    found = re.search(r"^version_info\s*=\s*\(['\"]?([\w~]+)['\"]?,\s*(\d+)", text, re.MULTILINE)
    return f"{found[1]}.{found[2]}" if found else None


def addons_path():
    """Return the directories with Odoo's modules and the suite's, in order."""
    return [folder for folder in (tree() / "addons", tree() / "odoo" / "addons", paths.FARM) if folder.is_dir()]
