// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// The contract of the story, made by hand: customer, type, unit with price, free calls, activated.
registry.category("web_tour.tours").add("service_contract_tour", {
    url: "/odoo/service-contracts",
    steps: () => [
        {
            content: "Make a contract",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "For the customer",
            trigger: ".o_field_widget[name='partner_id'] input",
            run: "edit Rossi Spa",
        },
        {
            trigger: ".ui-menu-item > a:contains('Rossi Spa')",
            run: "click",
        },
        {
            content: "Of a type that takes from quotas",
            trigger: ".o_field_widget[name='type_id'] input",
            run: "edit Free calls",
        },
        {
            trigger: ".ui-menu-item > a:contains('Free calls and hours')",
            run: "click",
        },
        {
            content: "Cover a unit",
            trigger: ".o_field_widget[name='coverage_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='coverage_ids'] .o_selected_row .o_field_widget[name='equipment_id'] input",
            run: "edit P-1",
        },
        {
            trigger: ".ui-menu-item > a:contains('P-1')",
            run: "click",
        },
        {
            content: "At a price",
            trigger: ".o_field_widget[name='coverage_ids'] .o_selected_row .o_field_widget[name='price'] input",
            run: "edit 100",
        },
        {
            content: "Add a period with quotas",
            trigger: ".o_notebook .nav-link[name='periods']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='period_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='period_ids'] .o_selected_row .o_field_widget[name='free_calls'] input",
            run: "edit 2",
        },
        {
            trigger: ".o_field_widget[name='period_ids'] .o_selected_row .o_field_widget[name='free_hours'] input",
            run: "edit 4",
        },
        {
            content: "Activate",
            trigger: "button[name='action_activate']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')",
        },
        {
            content: "The quotas are there",
            trigger: ".o_notebook .nav-link[name='periods']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='current_entitlement_ids'] .o_data_row:contains('Free Hours')",
        },
        {
            content: "Change the price of the unit from today on",
            trigger: ".o_notebook .nav-link[name='coverage']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='coverage_ids'] .o_data_row button:has(.fa-tag)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='price'] input",
            run: "edit 130",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='coverage_ids'] .o_data_row:contains('130.00')",
        },
        {
            content: "Suspend the contract",
            trigger: ".o_statusbar_buttons button:contains('Suspend')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Plant closed",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button:contains('Resume')",
        },
    ],
});
