# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A checkout of its own per test, and a record of the commands that would have been run."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import paths, progress  # noqa: E402

BELOW_STATE = {
    "VENV": "venv",
    "PYTHON": "venv/bin/python",
    "SOURCE": "src",
    "FARM": "addons",
    "PGDATA": "pg",
    "DATA": "data",
    "LOGS": "log",
    "STAMPS": "stamps",
    "LOCKS": "locks",
    "CONF": "odoo.conf",
}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return the root of an empty checkout that all paths lead to; nothing of this machine's set-up is seen."""
    root = tmp_path / "checkout"
    state = root / ".odoo"
    state.mkdir(parents=True)
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "STATE", state)
    for name, below in BELOW_STATE.items():
        monkeypatch.setattr(paths, name, state / below)
    monkeypatch.setattr(paths, "LOCKFILE", root / "requirements.lock")
    paths.LOCKFILE.write_text("nothing\n", encoding="ascii")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("ODOO_PATH", "PGHOST", "DEBIAN_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def commands(monkeypatch):
    """Replace the running of commands in every tool; return the list of what was asked for.

    ``commands.fail`` holds words: a command with one of them fails as without a network. ``commands.effects`` holds
    functions by such a word, called with the command and the options.
    """

    class Commands(list):
        fail = ()
        effects = {}

    asked = Commands()

    def run_logged(command, log_name, **options):
        words = [str(part) for part in command]
        asked.append(" ".join(words))
        if any(word in words for word in asked.fail):
            raise progress.Failure(f"`{progress.command_line(words)}` failed: no network (all of it is in {log_name})")
        for word, effect in asked.effects.items():
            if word in words:
                effect(words, options)

    for name, module in list(sys.modules.items()):
        if name.startswith("tools.") and hasattr(module, "run_logged"):
            monkeypatch.setattr(module, "run_logged", run_logged)
    return asked
