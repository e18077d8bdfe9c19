// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// An engineer's visit on the phone, from My Visits to the report.
registry.category("web_tour.tours").add("service_visit_engineer", {
    url: "/odoo/my-visits",
    steps: () => [
        { content: "Today's visit", trigger: ".o_kanban_record:contains('Pump leaks')", run: "click" },
        { content: "Set out", trigger: "button[name='action_start_travel']", run: "click" },
        { content: "Arrive", trigger: "button[name='action_start_work']", run: "click" },
        { content: "Record labour", trigger: "button[name='action_add_labour']", run: "click" },
        { trigger: ".modal .o_field_widget[name='quantity'] input", run: "edit 1.5" },
        { trigger: ".modal footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name='work_ids'] .o_kanban_record:contains('Labour')" },
        { content: "What was done", trigger: ".o_field_widget[name='result'] textarea", run: "edit Seal replaced" },
        { content: "Complete without a signature", trigger: "button[name='action_complete']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "The report is kept", trigger: "button[name='action_open_report']" },
    ],
});
