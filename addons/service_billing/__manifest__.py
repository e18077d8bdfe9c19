# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Billing",
    "summary": "What it costs and what we charge: billing ledger, invoices, profit per contract",
    "description": (
        "A billing ledger for contracts and work: pro rata to the cent, credits for what was removed, nothing "
        "billed twice. Draft invoices are Odoo's own, and each contract shows its profit."
    ),
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Service Management founders",
    "category": "Services/Service",
    "depends": ["service_planning", "account", "sale_management", "sale_stock", "stock_account", "hr_hourly_cost"],
    "data": [
        "security/service_billing_groups.xml",
        "security/ir.model.access.csv",
        "security/service_billing_security.xml",
        "data/ir_sequence_data.xml",
        "views/service_charge_views.xml",
        "views/service_billing_run_views.xml",
        "views/service_contract_views.xml",
        "views/service_work_views.xml",
        "views/service_equipment_views.xml",
        "views/account_move_views.xml",
        "views/service_billing_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["service_billing/static/tests/tours/*.js"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
