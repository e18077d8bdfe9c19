# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Who may read the ledger: the groups of the fields that lead to it.
LEDGER_READERS = (
    "service_billing.group_service_billing_user,"
    "service_contract.group_service_contract_user,"
    "service_equipment.group_service_auditor"
)

# Who may read invoices.
INVOICE_READERS = "account.group_account_invoice,account.group_account_readonly"
