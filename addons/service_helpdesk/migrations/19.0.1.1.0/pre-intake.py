# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The shipped call types get the rules with which a new database begins."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Fill what the shipped types begin with: the data is not updated, and a default is not enough."""
    if column_exists(cr, "service_call_type", "is_complaint"):
        return
    create_column(cr, "service_call_type", "is_portal", "bool")
    create_column(cr, "service_call_type", "is_complaint", "bool")
    create_column(cr, "service_call_type", "need_original", "varchar")
    # Customers could choose every type that is no preventive maintenance.
    cr.execute("UPDATE service_call_type SET is_portal = is_preventive IS NOT TRUE")
    cr.execute(
        """
        UPDATE service_call_type type
           SET is_complaint = TRUE, need_original = 'log'
          FROM ir_model_data data
         WHERE data.model = 'service.call.type' AND data.res_id = type.id
           AND data.module = 'service_contract' AND data.name = 'call_type_complaint'
        """
    )
