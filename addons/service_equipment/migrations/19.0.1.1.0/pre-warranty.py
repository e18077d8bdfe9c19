# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools.sql import column_exists, create_column


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
    if not column_exists(cr, "service_component", "warranty_months"):
        create_column(cr, "service_component", "warranty_months", "int4")
