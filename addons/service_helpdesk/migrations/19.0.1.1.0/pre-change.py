# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Change requests that were begun before changes were approved go on without an approval."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Name the shipped type of changes, and how far its calls are; running it again changes nothing."""
    if not column_exists(cr, "service_call_type", "is_change"):
        create_column(cr, "service_call_type", "is_change", "bool")
        cr.execute(
            """
            UPDATE service_call_type type
               SET is_change = TRUE
              FROM ir_model_data data
             WHERE data.model = 'service.call.type' AND data.res_id = type.id
               AND data.module = 'service_contract' AND data.name = 'call_type_change'
            """
        )
    if not column_exists(cr, "service_call", "change_state"):
        create_column(cr, "service_call", "change_state", "varchar")
        cr.execute(
            """
            UPDATE service_call call
               SET change_state = CASE WHEN type.is_change IS NOT TRUE THEN 'draft'
                                       WHEN call.closed_at IS NULL THEN 'approved'
                                       ELSE 'done' END
              FROM service_call_type type
             WHERE type.id = call.type_id
            """
        )
