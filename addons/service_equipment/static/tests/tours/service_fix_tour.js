// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// An engineer opens a unit, sees what is to be done and applies it from the list.
registry.category("web_tour.tours").add("service_equipment_fix_tour", {
    steps: () => [
        {
            content: "The unit says that there is something to apply",
            trigger: ".alert-warning button[name='action_view_fixes']:contains('fix to apply')",
            run: "click",
        },
        {
            content: "Apply it",
            trigger: ".o_list_view .o_data_row:contains('Tour fix') button[name='action_apply']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('Tour fix') .o_field_widget[name='state']:contains('Applied')",
        },
        {
            content: "Back on the unit",
            trigger: ".o_breadcrumb a:contains('TOUR-UNIT')",
            run: "click",
        },
        {
            content: "The version has followed",
            trigger: ".o_form_view:not(:has(.alert-warning button[name='action_view_fixes'])) .o_field_widget[name='version']:contains('2.0')",
        },
    ],
});
