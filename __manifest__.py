# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Management",
    "summary": "After-sales service: equipment, contracts, calls, visits and billing as one",
    "description": (
        "Installs the five service modules together and bundles their rights into roles: call taker, dispatcher, "
        "engineer, contract manager, accountant and others. With demo data it tells one customer's story, from "
        "the delivered unit to the posted invoice."
    ),
    "version": "19.0.1.3.0",
    "category": "Services/Service",
    "author": "Service Management founders",
    "license": "LGPL-3",
    "icon": "/service_equipment/static/description/icon.png",
    "application": True,
    "depends": [
        "service_equipment",
        "service_contract",
        "service_helpdesk",
        "service_planning",
        "service_billing",
    ],
    "data": [
        "security/service_management_groups.xml",
    ],
    "demo": [
        "demo/service_management_users_demo.xml",
        "demo/service_management_base_demo.xml",
        "demo/service_management_units_demo.xml",
        "demo/service_management_story_demo.xml",
        "demo/service_management_today_demo.xml",
        "demo/service_management_register_demo.xml",
        "demo/service_management_contracts_demo.xml",
        "demo/service_management_helpdesk_demo.xml",
    ],
    "assets": {
        "web.assets_tests": ["service_management/static/tests/tours/*.js"],
    },
}
