# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools.sql import column_exists, create_column

SETTINGS = (
    ("res_company", "service_contract_activates_when_signed"),
    ("service_contract", "activates_when_signed"),
)
TABLES = ("service_contract", "service_coverage", "service_contract_period", "service_entitlement")


def migrate(cr, version):
    """No contract was offered before there were offers: add the columns without asking every row."""
    for table in TABLES:
        if not column_exists(cr, table, "is_offered"):
            create_column(cr, table, "is_offered", "boolean")
    # The contracts' own setting is filled from the company's, whose column would come later.
    for table, column in SETTINGS:
        if not column_exists(cr, table, column):
            create_column(cr, table, column, "boolean")
