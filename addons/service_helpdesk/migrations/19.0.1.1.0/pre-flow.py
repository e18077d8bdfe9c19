# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Open calls that nobody has taken say since when; found here once, since computing them takes each call apart."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Fill what would be computed for every call ever logged; running it again changes nothing."""
    if column_exists(cr, "service_call", "unassigned_since"):
        return
    create_column(cr, "service_call", "team_match", "varchar")
    create_column(cr, "service_call", "unassigned_level", "int4")
    create_column(cr, "service_call", "unassigned_alarm_at", "timestamp")
    create_column(cr, "service_call", "unassigned_since", "timestamp")
    cr.execute(
        """
        UPDATE service_call
           SET unassigned_since = date_trunc('second', COALESCE(create_date, raised_at)), unassigned_level = 0
         WHERE closed_at IS NULL AND user_id IS NULL AND allocated_at IS NULL
        """
    )
