// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// From the unit's list of components to a done exchange, as a user without stock rights.
registry.category("web_tour.tours").add("service_equipment_exchange_tour", {
    url: "/odoo/service-equipment",
    steps: () => [
        {
            content: "Open the unit",
            trigger: ".o_data_row .o_data_cell:contains('TOUR-UNIT')",
            run: "click",
        },
        {
            content: "Exchange the listed component",
            trigger: ".o_field_widget[name='open_component_ids'] .o_service_component_row .o_service_component_exchange",
            run: "click",
        },
        {
            content: "The old part is filled in",
            trigger: ".o_field_widget[name='old_lot_id'] input:value('TOUR-OLD')",
        },
        {
            content: "The new part is like the old one",
            trigger: ".o_field_widget[name='new_product_id'] input:value('Tour Part')",
        },
        {
            content: "Choose its serial number",
            trigger: ".o_field_widget[name='new_lot_id'] input",
            run: "edit TOUR-NEW",
        },
        {
            trigger: ".ui-menu-item > a:contains('TOUR-NEW')",
            run: "click",
        },
        {
            content: "Exchange",
            trigger: "button[name='action_done']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Done')",
        },
        {
            content: "Back to the unit",
            trigger: ".o_breadcrumb a:contains('TOUR-UNIT')",
            run: "click",
        },
        {
            content: "The new serial number is in the unit",
            trigger: ".o_field_widget[name='open_component_ids'] .o_service_component_row:contains('TOUR-NEW')",
        },
    ],
});
