# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import SQL, sql

from odoo.addons.service_equipment.engine.version import version_key


def migrate(cr, version):
    """Fill the keys of the versions of units and components, one statement per version that is in use."""
    for table in ("service_equipment", "service_component"):
        if not sql.column_exists(cr, table, "version_key"):
            sql.create_column(cr, table, "version_key", "varchar")
            _fill(cr, SQL.identifier(table))


def _fill(cr, table):
    cr.execute(SQL("SELECT DISTINCT version FROM %s WHERE version IS NOT NULL", table))
    for (text,) in cr.fetchall():
        key = version_key(text)
        if key:
            cr.execute(SQL("UPDATE %s SET version_key = %s WHERE version = %s", table, key, text))
