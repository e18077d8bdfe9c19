# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Contracts",
    "summary": "What we promised: contracts, coverage, service levels and quotas",
    "description": (
        "Service contracts with periods, covered units, prices, service levels and quotas of free calls and "
        "hours. One resolver says for every unit and kind of work who pays, and why."
    ),
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Service Management founders",
    "category": "Services/Service",
    "depends": ["analytic", "resource", "service_equipment"],
    "data": [
        "security/service_contract_groups.xml",
        "security/ir.model.access.csv",
        "security/service_contract_security.xml",
        "data/ir_sequence_data.xml",
        "data/account_analytic_plan_data.xml",
        "data/product_product_data.xml",
        "data/res_groups_data.xml",
        "data/service_call_type_data.xml",
        "data/service_contract_type_data.xml",
        "data/ir_cron_data.xml",
        "wizard/service_contract_change_views.xml",
        "wizard/service_coverage_change_views.xml",
        "views/service_coverage_views.xml",
        "views/service_contract_views.xml",
        "views/service_contract_type_views.xml",
        "views/service_call_type_views.xml",
        "views/service_sla_policy_views.xml",
        "views/service_entitlement_views.xml",
        "views/service_equipment_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "views/service_contract_portal_templates.xml",
        "views/service_contract_menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_tests": ["service_contract/static/tests/tours/**/*.js"],
    },
}
