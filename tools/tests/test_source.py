# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where Odoo comes from: a tree that is given, or Debian's package, downloaded once per user."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from tools import apt_source, environment, paths, progress, source

RELEASE = {
    "19.0": "version_info = (19, 0, 0, FINAL, 0, '')\n",
    "18.0": "version_info = (18, 0, 0, FINAL, 0, '')\n",
    "saas~19.1": "version_info = ('saas~19', 1, 0, FINAL, 0, '')\n",
}


def make_tree(folder, series):
    """Make what counts as Odoo."""
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(RELEASE[series], encoding="ascii")
    return folder


@pytest.fixture
def site(checkout, monkeypatch):
    """Return the directory of the environment's packages."""
    folder = paths.VENV / "lib" / "python3.11" / "site-packages"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("series", RELEASE)
def test_series_is_read_from_the_tree(tmp_path, series):
    assert source.series(make_tree(tmp_path, series)) == series


def test_a_given_tree_comes_first(site, tmp_path, monkeypatch):
    tree = make_tree(tmp_path / "given", "19.0")
    monkeypatch.setenv("ODOO_PATH", str(tree))
    source.ensure()
    assert (site / "odoo19.pth").read_text() == f"{tree}\n"


@pytest.mark.parametrize("series", ["18.0", "saas~19.1"])
def test_another_version_is_refused_in_one_sentence(site, tmp_path, monkeypatch, series):
    monkeypatch.setenv("ODOO_PATH", str(make_tree(tmp_path / "given", series)))
    with pytest.raises(progress.Failure, match=f"is Odoo {series}, but the suite needs Odoo 19.0: set ODOO_PATH"):
        source.ensure()
    assert not (site / "odoo19.pth").exists()


def test_a_tree_that_becomes_another_version_is_refused_too(site, tmp_path, monkeypatch):
    tree = make_tree(tmp_path / "given", "19.0")
    monkeypatch.setenv("ODOO_PATH", str(tree))
    source.ensure()
    (tree / "odoo" / "release.py").write_text(RELEASE["18.0"], encoding="ascii")
    with pytest.raises(progress.Failure, match=r"Odoo 18\.0"):
        source.ensure()


def test_a_tree_without_odoo_is_refused(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    with pytest.raises(progress.Failure, match="has no odoo/release.py"):
        source.given_tree()


# ------------------------------------------------------------
# Downloads
# ------------------------------------------------------------


@pytest.fixture
def mirror(checkout, tmp_path, monkeypatch):
    """Return a machine with apt sources of its own."""
    monkeypatch.setenv("DEBIAN_MIRROR", "https://archive.example/debian")
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(apt_source, "KEYRING", keyring)
    monkeypatch.setattr(apt_source.shutil, "which", lambda name: f"/usr/bin/{name}")


def give_packages(words, options):
    """Do what `apt-get download` does."""
    for name in words[words.index("download") + 1 :]:
        (options["cwd"] / f"{name}_1_all.deb").write_text(name)


def test_packages_are_downloaded_once_per_user(mirror, commands):
    commands.effects = {"download": give_packages}
    first = apt_source.download(["odoo-19", "libjs-jquery"])
    assert [file.name for file in first] == ["odoo-19_1_all.deb", "libjs-jquery_1_all.deb"]
    assert all(paths.cache_dir() in file.parents for file in first)
    commands.clear()
    assert apt_source.download(["odoo-19", "libjs-jquery"]) == first
    assert not commands


def test_only_what_is_missing_is_downloaded(mirror, commands):
    commands.effects = {"download": give_packages}
    apt_source.download(["odoo-19"])
    commands.clear()
    apt_source.download(["odoo-19", "libjs-jquery"])
    assert commands[-1].endswith("download libjs-jquery")


def test_without_a_network_it_says_so_and_goes_on_later(mirror, commands):
    commands.effects = {"download": give_packages}
    commands.fail = ("update",)
    with pytest.raises(progress.Failure, match="could not be downloaded .*: check the network, or set ODOO_PATH"):
        apt_source.download(["odoo-19"])
    commands.fail = ()
    assert apt_source.download(["odoo-19"])


def test_the_private_lists_leave_the_machines_alone(tmp_path):
    options = " ".join(apt_source.apt_options(tmp_path))
    for name in ("Dir::Etc::SourceList=/dev/null", f"Dir::State::Lists={tmp_path}", f"Dir::Cache={tmp_path}"):
        assert name in options


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("sources.list", "deb https://one.example/debian bookworm main\n", "https://one.example/debian"),
        ("sources.list", "deb [signed-by=/k.gpg] http://one.example/debian/ sid main\n", "http://one.example/debian/"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: http://two.example/debian\n", "http://two.example/debian"),
        ("sources.list", "deb http://one.example/debian-security bookworm-security main\n", None),
        ("sources.list", "# deb http://one.example/debian bookworm main\n", None),
        ("sources.list.d/other.list", "deb https://vendor.example/apt stable main\n", None),
    ],
)
def test_the_mirror_is_the_machines_own(tmp_path, name, text, found):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="ascii")
    assert apt_source.machine_mirror(tmp_path) == found


def test_a_machine_without_debian_is_told_what_to_do(checkout, monkeypatch):
    monkeypatch.setattr(apt_source, "machine_mirror", lambda: None)
    with pytest.raises(progress.Failure, match="DEBIAN_MIRROR .*, or set ODOO_PATH"):
        apt_source.source_line()


# ------------------------------------------------------------
# Unpacking
# ------------------------------------------------------------


@pytest.fixture
def downloaded(checkout, monkeypatch, commands):
    """Put all downloads into the cache, and let `dpkg-deb` make a tree."""
    debs = paths.cache_dir() / "debian"
    debs.mkdir(parents=True)
    for name in source.PACKAGES:
        (debs / f"{name}_1_all.deb").touch()
    icons = paths.cache_dir() / "npm" / "font-awesome-4.7.0.tgz"
    icons.parent.mkdir()
    with tarfile.open(icons, "w:gz") as archive:
        member = tarfile.TarInfo("package/fonts/font.woff")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"font"))

    def extract(words, _options):
        folder = Path(words[-1]) / "usr" / "lib" / "python3" / "dist-packages"
        (folder / "addons").mkdir(parents=True, exist_ok=True)
        if not (folder / "odoo").is_dir():
            make_tree(folder, "19.0")

    commands.effects = {"--extract": extract}
    return commands


def test_unpacking_is_done_once(downloaded):
    tree = source.unpacked_tree()
    assert (tree / "odoo" / "release.py").is_file()
    assert (tree / "odoo" / "addons" / source.LEFT_OUT[0]).is_file()
    assert (paths.SOURCE / "usr/share/fonts-font-awesome/fonts/font.woff").read_bytes() == b"font"
    downloaded.clear()
    assert source.unpacked_tree() == tree
    assert not downloaded


def test_half_unpacked_is_unpacked_again(downloaded):
    unfinished = paths.STATE / "src.unfinished"
    unfinished.mkdir()
    (unfinished / "rest").touch()
    (paths.SOURCE / "usr").mkdir(parents=True)
    tree = source.unpacked_tree()
    assert (tree / "odoo" / "release.py").is_file()
    assert not (paths.SOURCE / "rest").exists()
    assert not unfinished.exists()


def test_a_broken_download_is_removed(downloaded):
    broken = paths.cache_dir() / "debian" / "odoo-19_1_all.deb"
    downloaded.fail = ("--extract",)
    with pytest.raises(progress.Failure, match="could not be unpacked .* and was removed: start again"):
        source.unpacked_tree()
    assert not broken.exists()


def test_a_broken_icon_font_is_removed(downloaded):
    icons = paths.cache_dir() / "npm" / "font-awesome-4.7.0.tgz"
    icons.write_bytes(b"half")
    with pytest.raises(progress.Failure, match="start again"):
        source.unpacked_tree()
    assert not icons.exists()


def test_without_npm_the_package_is_named(checkout, monkeypatch):
    monkeypatch.setattr(source.shutil, "which", lambda name: None)
    with pytest.raises(progress.Failure, match="sudo apt-get install npm"):
        source.download_icons()


# ------------------------------------------------------------
# Python
# ------------------------------------------------------------


def make_environment(words, _options):
    """Do what `python -m venv` does."""
    python = Path(words[-1]) / "bin" / "python"
    python.parent.mkdir(parents=True)
    os.symlink("/usr/bin/env", python)


def test_without_a_network_the_environment_is_made_anew_next_time(checkout, commands):
    commands.effects = {"venv": make_environment}
    commands.fail = ("pip",)
    with pytest.raises(progress.Failure, match="could not be installed .*: check the network and start again"):
        environment.ensure()
    (paths.VENV / "half").touch()
    commands.fail = ()
    environment.ensure()
    assert not (paths.VENV / "half").exists()
    commands.clear()
    environment.ensure()
    assert not commands


def test_another_lock_makes_another_environment(checkout, commands):
    commands.effects = {"venv": make_environment}
    environment.ensure()
    commands.clear()
    paths.LOCKFILE.write_text("more\n", encoding="ascii")
    environment.ensure()
    assert len(commands) == 2


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_another_python_is_refused(checkout, monkeypatch, version):
    monkeypatch.setattr(environment.sys, "version_info", version)
    with pytest.raises(progress.Failure, match=r"Python 3\.10 to 3\.13"):
        environment.ensure()


def test_the_lock_names_no_index():
    lock = (Path(__file__).resolve().parents[2] / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert not [line for line in lock.splitlines() if "://" in line or line.startswith(("-i", "-f", "--"))]
