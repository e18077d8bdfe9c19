# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything that must be there before Odoo runs. Each part is made once; a half-made one is made again."""

import shutil

from . import environment, odoo, packages, paths, source
from .progress import locked


def ensure():
    """Set up what is missing."""
    paths.STATE.mkdir(exist_ok=True)
    with locked("setup"):
        environment.ensure()
        source.ensure()
        packages.need("wkhtmltopdf", "to print PDF reports", lambda: shutil.which("wkhtmltopdf"))
        packages.need("chromium", "for browser tours and screenshots", packages.browser)
        odoo.configure()
