// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

const { DateTime } = luxon;
const tours = registry.category("web_tour.tours");

// One story, told by the people who live it: each tour begins where the one before ended.

tours.add("service_story_call_taker", {
    url: "/odoo/service-calls/new",
    steps: () => [
        { content: "What the customer says", trigger: ".o_field_widget[name='subject'] textarea", run: "edit Story: labels are torn" },
        { content: "Which unit", trigger: ".o_field_widget[name='equipment_id'] input", run: "edit STORY-1" },
        { trigger: ".ui-menu-item > a:contains('STORY-1')", run: "click" },
        { content: "The contract covers it", trigger: ".o_field_widget[name='cover_source']:contains('Contract')" },
        { trigger: ".o_form_button_save", run: "click" },
        { content: "The deadline in words", trigger: "div[name='deadline']:contains('due in')" },
    ],
});

tours.add("service_story_controller", {
    steps: () => [
        { content: "Plan a visit", trigger: "button[name='action_plan_visit']", run: "click" },
        { content: "On the calendar", trigger: ".o_calendar_view" },
        { content: "Or typed", trigger: "button.o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='call_ids'] .o_tag:contains('Story: labels are torn')" },
        { trigger: ".o_field_widget[name='lead_id'] input", run: "edit Silvio" },
        { trigger: ".ui-menu-item > a:contains('Silvio Storia')", run: "click" },
        {
            trigger: ".o_field_widget[name='date_start'] input[data-field='date_start']",
            run: () => {
                const input = document.querySelector(".o_field_widget[name='date_start'] input[data-field='date_start']");
                input.value = DateTime.now().plus({ hours: 1 }).toFormat("MM/dd/yyyy HH:mm:ss");
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".o_form_button_save", run: "click" },
        { content: "The visit is planned", trigger: ".o_form_saved" },
    ],
});

tours.add("service_story_engineer", {
    steps: () => [
        { content: "Set out", trigger: "button[name='action_start_travel']", run: "click" },
        { content: "Arrive", trigger: "button[name='action_start_work']:contains('Start Work')", run: "click" },
        { content: "Record labour", trigger: "button[name='action_add_labour']", run: "click" },
        { trigger: ".modal .o_field_widget[name='quantity'] input", run: "edit 2" },
        { trigger: ".modal .o_form_button_save, .modal footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name='work_ids'] .o_kanban_record:contains('Labour')" },
        { content: "Complete, unsigned", trigger: "button[name='action_complete']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "The report is kept", trigger: "button[name='action_open_report']" },
    ],
});

tours.add("service_story_validate", {
    url: "/odoo/service-work-validate",
    steps: () => [
        {
            content: "Validate",
            trigger: ".o_data_row:contains('Story: labels are torn') button[name^='action_validate']",
            run: "click",
        },
        { trigger: "body:not(:has(.o_data_row:contains('Story: labels are torn')))" },
    ],
});

tours.add("service_story_accountant", {
    url: "/odoo/service-billing-runs/new",
    steps: () => [
        { trigger: "button[name='action_preview']", run: "click" },
        { content: "One hour was free, one is charged", trigger: ".o_field_widget[name='preview_ids'] .o_data_row:contains('Labour')" },
        { trigger: "button[name='action_run']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains('Done')" },
        { content: "The invoice", trigger: "button[name='action_open_invoices']", run: "click" },
        { trigger: ".breadcrumb-item.active, .o_breadcrumb .active" },
    ],
});
