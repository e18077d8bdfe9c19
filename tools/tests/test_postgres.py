# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The embedded server's user."""

import sys

from tools import postgres

PROBE = """#!{python}
import os, sys
sys.exit(0 if os.geteuid() and os.access(__file__, os.X_OK) else 3)
"""


def test_owner_passes_directories_that_are_closed_to_others(tmp_path, monkeypatch):
    """initdb asks the kernel whether it may run postgres, also in a checkout that only root can enter."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    probe = folder / "probe"
    probe.write_text(PROBE.format(python=sys.executable), encoding="utf-8")
    probe.chmod(0o755)
    monkeypatch.setattr(postgres, "bin_dir", lambda: folder)
    assert postgres.as_owner("probe").returncode == 0
