# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Equipment",
    "summary": "Register of installed units: warranty, components, exchanges",
    "description": (
        "A register of the units that were delivered, with serial number, site, warranty and the as-maintained "
        "list of components. Deliveries and returns keep it up to date, and exchanging a component makes the "
        "stock moves."
    ),
    "version": "19.0.1.0.0",
    "category": "Services/Service",
    "license": "LGPL-3",
    "author": "Service Management founders",
    "application": True,
    "depends": ["stock", "portal"],
    "data": [
        "security/service_equipment_groups.xml",
        "security/ir.model.access.csv",
        "security/service_equipment_security.xml",
        "data/service_equipment_data.xml",
        "views/service_exchange_views.xml",
        "views/service_equipment_views.xml",
        "views/service_area_views.xml",
        "views/service_zone_views.xml",
        "views/service_fault_views.xml",
        "views/product_views.xml",
        "views/res_partner_views.xml",
        "views/stock_views.xml",
        "views/service_equipment_portal_templates.xml",
        "views/service_equipment_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["service_equipment/static/tests/tours/**/*.js"],
    },
}
