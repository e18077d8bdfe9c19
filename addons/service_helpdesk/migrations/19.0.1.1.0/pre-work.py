# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls that were logged before have no estimate: the column is made here, so that nothing is computed for each."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Make the column of the estimate; running it again changes nothing."""
    if not column_exists(cr, "service_call", "hours_estimated"):
        create_column(cr, "service_call", "hours_estimated", "float8")
