/** @odoo-module **/
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("service_billing_run", {
    url: "/odoo/service-billing-runs",
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: "button[name=action_preview]:contains(Preview)", run: "click" },
        { trigger: ".o_field_widget[name=preview_ids] .o_data_row:contains(Pump P1)" },
        { trigger: "button[name=action_run]:contains(Make Invoices)", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)" },
        { trigger: "button[name=action_open_invoices]", run: "click" },
        { trigger: ".o_list_view .o_data_row, .o_kanban_view .o_kanban_record, .o_form_view .o_field_widget[name=invoice_line_ids]" },
    ],
});
