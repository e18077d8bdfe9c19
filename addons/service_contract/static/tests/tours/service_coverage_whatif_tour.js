// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// What would happen if this unit had a problem: picked by its serial number, answered before anything is saved.
registry.category("web_tour.tours").add("service_coverage_whatif_tour", {
    url: "/odoo/service-what-if",
    steps: () => [
        {
            content: "Type the serial number of a unit",
            trigger: ".o_field_widget[name='equipment_id'] input",
            run: "edit P-1",
        },
        {
            trigger: ".ui-menu-item > a:contains('P-1')",
            run: "click",
        },
        {
            content: "The customer follows from it",
            trigger: ".o_field_widget[name='partner_id'] input:value(Rossi Spa)",
        },
        {
            content: "It is covered, and somebody responds in time",
            trigger: ".o_form_view .alert-success:contains('response by')",
        },
        {
            content: "Nothing of it is kept",
            trigger: ".o_form_view",
            run: () => document.querySelector(".o_form_button_cancel").click(), // its bar may be out of sight
        },
        {
            // From here the client goes back to the screen before, so that nothing else may be waited for.
            trigger: "body:not(:has(.o_form_dirty))",
        },
    ],
});
