# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything that must be there before Odoo runs. Each part is made once; a half-made one is made again."""

import shutil
from pathlib import Path

from . import environment, odoo, packages, paths, source
from .progress import locked

# Programs of the machine: package, what it is for, function that tells whether it is there.
PROGRAMS = (
    ("wkhtmltopdf", "to print PDF reports", lambda: shutil.which("wkhtmltopdf")),
    ("chromium", "for browser tours and screenshots", packages.browser),
    ("dovecot-imapd", "to test mail through a real server", lambda: Path("/usr/lib/dovecot/imap").exists()),
)


def ensure(strict=True):
    """Set up what is missing.

    :param strict: fail when one of PROGRAMS cannot be installed, as for tests; otherwise only say so
    """
    ensure_odoo()
    with locked("setup"):
        for package, reason, is_there in PROGRAMS:
            (packages.need if strict else packages.want)(package, reason, is_there)


def ensure_odoo():
    """Set up what Odoo itself needs and nothing more."""
    paths.STATE.mkdir(exist_ok=True)
    with locked("setup"):
        environment.ensure()
        source.ensure()
        odoo.configure()
