# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools.sql import column_exists, create_column

TABLES = ("service_contract", "service_coverage", "service_contract_period", "service_entitlement")


def migrate(cr, version):
    """No contract was offered before there were offers: add the columns without asking every row."""
    for table in TABLES:
        if not column_exists(cr, table, "is_offered"):
            create_column(cr, table, "is_offered", "boolean")
