// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A manager switches on a cell of the matrix, looks at its rule, and switches it off for one type of call.
registry.category("web_tour.tours").add("service_notification_tour", {
    url: "/odoo/service-notification-matrix",
    steps: () => [
        {
            content: "The owner hears of new calls by mail",
            trigger: "[data-cell='created.owner'] [data-channel='mail']:not(.o_service_matrix_on)",
            run: "click",
        },
        {
            trigger: "[data-cell='created.owner'] [data-channel='mail'].o_service_matrix_on",
        },
        {
            content: "The text behind the cell",
            trigger: "[data-cell='created.owner'] .o_service_matrix_edit",
            run: "click",
        },
        {
            trigger: ".modal .o_service_matrix_rules:contains('Notice to Colleagues')",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Calls of one type are different",
            trigger: ".o_service_matrix select[name='type_id']",
            run: "selectByIndex 1",
        },
        {
            trigger: "[data-cell='created.owner'] [data-channel='mail'].o_service_matrix_inherited",
            run: "click",
        },
        {
            trigger: "[data-cell='created.owner'] [data-channel='mail']:not(.o_service_matrix_on)",
        },
    ],
});
