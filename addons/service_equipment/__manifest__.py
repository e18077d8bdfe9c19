# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Equipment",
    "summary": "Register of installed units: warranty, components, exchanges",
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
        "views/service_equipment_menus.xml",
        "views/service_equipment_views.xml",
        "views/service_exchange_views.xml",
    ],
}
