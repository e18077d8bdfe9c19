# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Helpdesk",
    "summary": "Calls, their cover, their deadlines, and the work done on them",
    "description": (
        "Calls that arrive by phone, e-mail or portal get their number, cover, priority and deadlines at once. "
        "Their clocks run in the working time of the site, and the work done on them is charged by the contract."
    ),
    "version": "19.0.1.0.0",
    "category": "Services/Service",
    "author": "Service Management founders",
    "license": "LGPL-3",
    "depends": ["service_contract", "rating"],
    "data": [
        "security/service_helpdesk_groups.xml",
        "security/ir.model.access.csv",
        "security/service_helpdesk_security.xml",
        "data/ir_sequence_data.xml",
        "data/ir_cron_data.xml",
        "data/service_call_stage_data.xml",
        "data/product_data.xml",
        "data/mail_template_data.xml",
        "views/service_call_views.xml",
        "views/service_work_views.xml",
        "views/service_team_views.xml",
        "views/service_call_stage_views.xml",
        "views/service_sla_clock_views.xml",
        "views/service_exchange_views.xml",
        "views/res_partner_views.xml",
        "views/service_equipment_views.xml",
        "views/service_contract_views.xml",
        "views/service_consumption_views.xml",
        "views/service_downtime_views.xml",
        "views/product_template_views.xml",
        "views/service_helpdesk_menus.xml",
        "views/service_call_portal_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "service_helpdesk/static/src/portal/portal.scss",
        ],
        "web.assets_tests": [
            "service_helpdesk/static/tests/tours/**/*",
        ],
    },
}
