# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Contracts",
    "summary": "What we promised: contracts, coverage, service levels and quotas",
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
        "data/service_call_type_data.xml",
        "data/service_contract_type_data.xml",
        "data/ir_cron_data.xml",
    ],
}
