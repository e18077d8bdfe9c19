# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Planning",
    "summary": "Engineers, visits, the engineer's day on a phone, signed intervention reports",
    "description": (
        "Visits of engineers on a calendar, carried out on the phone: travel, work, parts and the customer's "
        "signature. What was done becomes an intervention report as PDF."
    ),
    "version": "19.0.1.0.1",
    "category": "Services/Service",
    "author": "Service Management founders",
    "license": "LGPL-3",
    "depends": ["service_helpdesk", "hr_skills", "project", "crm"],
    "data": [
        "security/service_planning_groups.xml",
        "security/ir.model.access.csv",
        "security/service_visit_security.xml",
        "data/service_visit_data.xml",
        "report/service_visit_report.xml",
        "report/service_visit_report_templates.xml",
        "views/service_visit_views.xml",
        "views/service_visit_engineer_views.xml",
        "views/service_work_views.xml",
        "views/service_exchange_views.xml",
        "views/service_call_views.xml",
        "views/service_contract_views.xml",
        "views/resource_resource_views.xml",
        "views/service_call_portal_templates.xml",
        "views/service_visit_portal_templates.xml",
        "views/service_planning_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["service_planning/static/tests/tours/*.js"],
    },
}
