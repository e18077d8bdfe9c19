# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import sql


def migrate(cr, version):
    """Fill the search keys and the model of every unit in one statement each."""
    for column in ("name_key", "asset_key"):
        if not sql.column_exists(cr, "service_equipment", column):
            sql.create_column(cr, "service_equipment", column, "varchar")
    cr.execute(
        r"""
        UPDATE service_equipment
           SET name_key = upper(regexp_replace(name, '\s', '', 'g')),
               asset_key = nullif(upper(regexp_replace(asset_code, '\s', '', 'g')), '')
         WHERE name_key IS NULL
        """
    )
    if not sql.column_exists(cr, "service_equipment", "product_tmpl_id"):
        sql.create_column(cr, "service_equipment", "product_tmpl_id", "int4")
    cr.execute(
        """
        UPDATE service_equipment equipment
           SET product_tmpl_id = product.product_tmpl_id
          FROM product_product product
         WHERE product.id = equipment.product_id AND equipment.product_tmpl_id IS NULL
        """
    )
    # The index for beginnings takes its place.
    cr.execute("DROP INDEX IF EXISTS service_equipment__serial_key_index")
