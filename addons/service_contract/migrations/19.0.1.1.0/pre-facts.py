# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Count the calls of the suite's own helpdesk type as failures; a choice made since then stays."""
    if column_exists(cr, "service_call_type", "is_failure"):
        return
    create_column(cr, "service_call_type", "is_failure", "bool")
    cr.execute(
        """
        UPDATE service_call_type type
           SET is_failure = TRUE
          FROM ir_model_data data
         WHERE data.model = 'service.call.type' AND data.res_id = type.id
           AND data.module = 'service_contract' AND data.name = 'call_type_helpdesk'
        """
    )
