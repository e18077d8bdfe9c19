# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The site and the product of covered units stand on the rows: filled in one go instead of row by row."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Add and fill the columns; running it again changes nothing."""
    for column, source in (("unit_site_id", "site_id"), ("unit_product_id", "product_id")):
        if column_exists(cr, "service_coverage", column):
            continue
        create_column(cr, "service_coverage", column, "int4")
        cr.execute(
            f"""
            UPDATE service_coverage row
               SET {column} = unit.{source}
              FROM service_equipment unit
             WHERE unit.id = row.equipment_id
            """
        )
