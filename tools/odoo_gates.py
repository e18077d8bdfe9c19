# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A pytest plugin that keeps Odoo's own gates (its module test_lint) to the modules in $SERVICE_MODULES.

Those that read the registry look at Odoo's models as well, so that an override of ours is compared with what it
overrides. Warnings of a gate about our modules fail the session too.
"""

import logging
import os

# Inverse fields whose index is another one than test_index knows.
INDEXED_OTHERWISE = ("service.consumption.reversal_of_id",)  # by its unique index


class Warnings(logging.Handler):
    """Keeps what gates only warn about."""

    def __init__(self, names):
        """Keep warnings that name one of the modules `names`."""
        super().__init__(logging.WARNING)
        self.names = names
        self.found = []

    def emit(self, record):
        """Keep one."""
        text = record.getMessage()
        if any(name in text for name in self.names):
            self.found.append(text)


WARNINGS = Warnings(os.environ["SERVICE_MODULES"].split(","))


def pytest_sessionstart():
    """Replace what the gates ask for the modules to look at, before they are imported."""
    import odoo.modules  # noqa: PLC0415  (pytest-odoo has configured Odoo only now)
    from odoo.modules import Manifest  # noqa: PLC0415

    names = WARNINGS.names
    logging.getLogger("odoo.addons.test_lint").addHandler(WARNINGS)
    Manifest.all_addon_manifests = staticmethod(lambda: [Manifest.for_addon(name) for name in names])
    odoo.modules.get_modules = lambda: names

    from odoo.addons.test_lint.tests import test_docstring, test_index  # noqa: PLC0415

    test_index.BTREE_INDEX_IGNORE_FIELDS.update(INDEXED_OTHERWISE)
    test_docstring.MODULES_TO_LINT_ONLY_PUBLIC_METHODS = tuple(names)
    test_docstring.MODULES_TO_LINT = ()


def pytest_sessionfinish(session):
    """Fail when a gate warned about one of our modules."""
    for text in WARNINGS.found:
        print(f"\nWARNING {text}")
    if WARNINGS.found and not session.exitstatus:
        session.exitstatus = 1
