// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A customer filters his units by site and looks at one.
registry.category("web_tour.tours").add("service_equipment_portal_tour", {
    steps: () => [
        {
            content: "Choose a site",
            trigger: ".o_service_site_filter",
            run: "click",
        },
        {
            trigger: ".dropdown-item:contains('Rossi Second Plant')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Only its units are left",
            trigger: "table:contains('TOUR-2'):not(:contains('TOUR-1'))",
        },
        {
            content: "Open the unit",
            trigger: "table a:contains('Pump')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has a history and a label",
            trigger: ".o_service_equipment:has(section[name='history']) section[name='label'] img",
        },
    ],
});
