// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A call taker logs a call by a serial number, sees cover and deadline, takes it and puts it on hold.
registry.category("web_tour.tours").add("service_call_tour", {
    url: "/odoo/service-calls",
    steps: () => [
        {
            content: "New call",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "What is it about",
            trigger: ".o_field_widget[name='subject'] textarea",
            run: "edit Tour: pump leaks",
        },
        {
            content: "The serial number finds the unit",
            trigger: ".o_field_widget[name='equipment_id'] input",
            run: "edit HD-1001",
        },
        {
            trigger: ".ui-menu-item > a:contains('HD-1001')",
            run: "click",
        },
        {
            content: "The customer follows, and the cover is shown before saving",
            trigger: ".o_field_widget[name='partner_id'] input:value('Rossi Spa')",
        },
        {
            trigger: "div[name='promise'] .o_field_widget[name='cover_source']:contains('Contract')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The deadline is told in words",
            trigger: "div[name='deadline']:contains('due in')",
        },
        {
            content: "Take it",
            trigger: "button[name='action_assign_to_me']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Allocated')",
        },
        {
            content: "Put it on hold",
            trigger: "button[name='action_open_pause']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "click",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item > a:not(:has(.o_m2o_dropdown_option))",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('On hold')",
        },
    ],
});
