// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// From the customer's unit to a loan that goes out and comes back, as a user without stock rights.
registry.category("web_tour.tours").add("service_equipment_loan_tour", {
    steps: () => [
        {
            content: "Lend a replacement",
            trigger: "button[name='action_lend_replacement']:contains('Lend a Replacement')",
            run: "click",
        },
        {
            content: "The customer and the product are filled in",
            trigger: ".o_field_widget[name='partner_id'] input:value('Rossi Spa')",
        },
        {
            content: "Choose the serial number",
            trigger: ".o_field_widget[name='lot_id'] input",
            run: "edit TOUR-POOL",
        },
        {
            trigger: ".ui-menu-item > a:contains('TOUR-POOL')",
            run: "click",
        },
        {
            content: "Lend",
            trigger: "button[name='action_lend']",
            run: "click",
        },
        {
            content: "Take it back",
            trigger: "button[name='action_return']",
            run: "click",
        },
        {
            content: "It is damaged",
            trigger: ".modal .o_field_widget[name='condition'] .o_radio_item:contains('Damaged') input",
            run: "click",
        },
        {
            content: "It goes to the quarantine",
            trigger: ".modal .o_field_widget[name='destination']:contains('Quarantine')",
        },
        {
            trigger: ".modal button[name='action_return']",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Returned')",
        },
    ],
});
