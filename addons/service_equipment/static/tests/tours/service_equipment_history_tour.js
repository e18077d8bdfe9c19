// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// Read the history of a unit, filter it, open the document behind an entry.
registry.category("web_tour.tours").add("service_equipment_history_tour", {
    steps: () => [
        {
            content: "Open the history",
            trigger: ".nav-link[name='history']",
            run: "click",
        },
        {
            content: "It shows the delivery and the exchange",
            trigger: ".o_service_history:has([data-kind='delivered']) .o_service_history_entry[data-kind='exchange']",
        },
        {
            content: "Only exchanges",
            trigger: ".o_service_history button[data-kind='exchange']",
            run: "click",
        },
        {
            trigger: ".o_service_history:not(:has(.o_service_history_entry[data-kind='delivered']))",
        },
        {
            content: "Search for something else",
            trigger: ".o_service_history_search",
            run: "edit nothing like it",
        },
        {
            trigger: ".o_service_history p:contains('No entry matches these filters.')",
        },
        {
            content: "Clear the filters",
            trigger: ".o_service_history button:contains('Clear')",
            run: "click",
        },
        {
            content: "Open the exchange",
            trigger: ".o_service_history_entry[data-kind='exchange'] a",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Done')",
        },
    ],
});
