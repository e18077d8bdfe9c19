# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Service Equipment: Kits and Production",
    "summary": "Delivered kits become units with their components",
    "description": (
        "A kit is delivered as its components. Where its product is service equipment, each kit that was delivered "
        "in full is registered as a unit, with the serial numbers of its components."
    ),
    "version": "19.0.1.0.0",
    "category": "Services/Service",
    "license": "LGPL-3",
    "author": "Service Management founders",
    "depends": ["service_equipment", "mrp"],
    "auto_install": True,
}
