# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name


class Killed(BaseException):
    """What nobody catches: the process ends here, and what it had not committed is gone."""


class Connection:
    """An environment on a connection of its own, committed at the end."""

    def __init__(self, registry):
        self.cursor = registry.cursor()

    def __enter__(self):
        cr = self.cursor.__enter__()
        return api.Environment(cr, SUPERUSER_ID, {})

    def __exit__(self, *exc_info):
        return self.cursor.__exit__(*exc_info)


class CrashCase(BaseCase):
    """Real transactions, killed half-way or at once with others; what was made is deleted in the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.ids = {}
        self.addCleanup(self._delete_all)

    def connect(self):
        """Return a connection, to be used with ``with``."""
        return Connection(self.registry)

    def _keep(self, records):
        """Remember records that are to be deleted in the end; the last ones go first."""
        self.ids[records._name] = [*self.ids.get(records._name, []), *records.ids]

    def _delete_all(self):
        with self.connect() as env:
            for model, ids in reversed(self.ids.items()):
                env[model].browse(ids).exists().unlink()
