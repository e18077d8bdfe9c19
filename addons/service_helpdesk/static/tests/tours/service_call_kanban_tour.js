// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A call is dragged to the stage on hold, which has no reason of its own: the call taker is asked for one.
registry.category("web_tour.tours").add("service_call_kanban_tour", {
    steps: () => [
        {
            content: "Drag it to the stage on hold",
            trigger: ".o_kanban_group:not(:contains('On hold')) .o_kanban_record:contains('Tour: dragged')",
            run: "drag_and_drop(.o_kanban_group:contains('On hold'))",
        },
        {
            content: "Why does it wait?",
            trigger: ".modal:contains('Say why call') footer .btn-primary:contains('Put on Hold')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Tour: a part",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item > a:contains('Tour: a part')",
            run: "click",
        },
        {
            trigger: ".modal footer button[name='action_apply']",
            run: "click",
        },
        {
            content: "There it is",
            trigger: ".o_kanban_group:contains('On hold') .o_kanban_record:contains('Tour: dragged')",
        },
    ],
});
