// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

const TREE = ".o_field_widget[name='open_component_ids']";
const row = (text) => `${TREE} .o_service_component_row:contains('${text}')`;

registry.category("web_tour.tours").add("service_component_tree_tour", {
    steps: () => [
        {
            content: "Open the unit",
            trigger: ".o_data_row .o_data_cell:contains('TREE-UNIT')",
            run: "click",
        },
        {
            content: "The sub-assembly is unfolded: fold it",
            trigger: `${row("Drive")}[aria-expanded='true'] .o_service_component_toggle`,
            run: "click",
        },
        {
            trigger: `${TREE} tbody:not(:has(.o_service_component_row:contains('Rotor')))`,
        },
        {
            content: "Unfold it again",
            trigger: `${row("Drive")}[aria-expanded='false'] .o_service_component_toggle`,
            run: "click",
        },
        {
            trigger: `${row("Rotor")}[aria-level='2']:contains('TREE-ROTOR')`,
        },
        {
            content: "A serial number that is wanted stands out",
            trigger: `${row("Drive")} .o_service_component_serial .text-warning-emphasis`,
        },
        {
            content: "Compare with the design",
            trigger: `${TREE} button[data-against='design']`,
            run: "click",
        },
        {
            content: "The brake is missing in the drive",
            trigger: `${row("Brake")}[data-status='missing'][aria-level='2']`,
        },
        {
            trigger: `${TREE} .badge[data-kind='missing']:contains('1')`,
        },
        {
            content: "Add it below the drive",
            trigger: `${row("Drive")} .o_service_component_more`,
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Add below')",
            run: "click",
        },
        {
            content: "The sub-assembly is filled in",
            trigger: ".modal .o_field_widget[name='parent_id'] input:value('Drive')",
        },
        {
            trigger: ".modal .o_field_widget[name='position'] input",
            run: "edit Brake",
        },
        {
            trigger: ".modal .o_field_widget[name='product_id'] input",
            run: "edit Tree Brake",
        },
        {
            trigger: ".ui-menu-item > a:contains('Tree Brake')",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "It is as designed now",
            trigger: `${TREE}:not(:has(.badge[data-kind='missing'])) .o_service_component_row:contains('Brake'):not([data-status])`,
        },
        {
            content: "Remove it",
            trigger: `${row("Brake")} .o_service_component_more`,
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Remove')",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary:contains('Remove')",
            run: "click",
        },
        {
            content: "The design wants it back",
            trigger: `${row("Brake")}[data-status='missing']`,
        },
    ],
});
