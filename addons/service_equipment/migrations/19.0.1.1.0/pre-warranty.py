# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools.sql import column_exists, create_column

# Stored computed columns that stay empty on the rows that exist.
COLUMNS = (
    ("service_component", "warranty_months", "int4"),
    ("service_component", "vendor_id", "int4"),
    ("service_component", "vendor_warranty_end", "date"),
    ("service_equipment", "vendor_id", "int4"),
    ("service_equipment", "vendor_warranty_end", "date"),
)


def migrate(cr, version):
    """Products with a warranty keep it as their own; rows that exist keep the warranty they have.

    The columns are made here: left to the update they would be computed for every row, and a component that was
    built in years ago would get the terms of today.
    """
    if not column_exists(cr, "product_template", "warranty_policy"):
        create_column(cr, "product_template", "warranty_policy", "varchar")
        cr.execute(
            """
            UPDATE product_template
               SET warranty_policy = CASE
                       WHEN coalesce(warranty_parts_months, 0) > 0 OR coalesce(warranty_labour_months, 0) > 0
                       THEN 'own'
                       ELSE 'category'
                   END
            """
        )
    for table, column, column_type in COLUMNS:
        if not column_exists(cr, table, column):
            create_column(cr, table, column, column_type)
