// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// Two components exchanged with four typed scans, as a user without stock rights.
const scan = (text, words) => [
    {
        content: `Scan ${text}`,
        trigger: ".modal .o_field_widget[name='scan'] input",
        run: `edit ${text} && press Enter`,
    },
    {
        content: `The answer to ${text}`,
        trigger: `.modal .alert:contains('${words}')`,
    },
];

registry.category("web_tour.tours").add("service_equipment_exchange_tour", {
    url: "/odoo/service-equipment",
    steps: () => [
        {
            content: "Open the unit",
            trigger: ".o_data_row .o_data_cell:contains('TOUR-UNIT')",
            run: "click",
        },
        {
            content: "Exchange its components",
            trigger: ".o_statusbar_buttons button:contains('Exchange Components')",
            run: "click",
        },
        ...scan("TOUR-NOTHING", "TOUR-NOTHING is neither in this unit nor in our stock"),
        ...scan("TOUR-OLD", "TOUR-OLD comes out"),
        ...scan("TOUR-NEW", "TOUR-NEW from"),
        ...scan("TOUR-FAN-NEW", "TOUR-FAN-NEW from"),
        {
            content: "What will move",
            trigger: ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('Out: TOUR-FAN-OLD, Quarantine')",
        },
        {
            content: "Exchange",
            trigger: ".modal button[name='action_exchange']",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('2 exchanged')",
        },
        {
            content: "The unit shows its exchanges",
            trigger: "body:not(:has(.modal)) button[name='action_view_exchanges'] .o_stat_value:contains('2')",
        },
        {
            content: "The new serial number is in the unit",
            trigger: ".o_field_widget[name='open_component_ids'] .o_service_component_row:contains('TOUR-FAN-NEW')",
        },
    ],
});
