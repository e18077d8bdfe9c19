// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// The cursor must be where the call taker types next: nothing is clicked.
function assertFocus(selector) {
    if (!document.activeElement?.matches(selector)) {
        throw new Error(`The focus is on ${document.activeElement?.outerHTML}, not on ${selector}`);
    }
}

const FINDER = ".o_service_call_finder input";
const SUBJECT = ".o_field_widget[name='subject'] textarea";

// By keyboard alone: serial, Enter, subject, Alt+S - and what is known is shown before saving.
registry.category("web_tour.tours").add("service_call_log_tour", {
    url: "/odoo/service-log",
    steps: () => [
        {
            content: "The cursor waits in the field that finds everything",
            trigger: `${FINDER}:focus`,
            run: "edit HD-1001",
        },
        {
            content: "The serial number found the unit",
            trigger: ".o_service_call_finder .ui-menu-item .ui-state-active:contains('HD-1001')",
        },
        {
            trigger: FINDER,
            run: "press Enter",
        },
        {
            content: "The customer follows, and the cursor goes on to the subject",
            trigger: ".o_field_widget[name='partner_id'] input:value('Rossi Spa')",
        },
        {
            content: "What is promised is told before saving",
            trigger: ".o_service_call_context [data-section='promise']:contains('Response')",
        },
        {
            content: "So is that the unit has an open call",
            trigger: ".o_service_call_context [data-section='repeats']:contains('Open already')",
        },
        {
            trigger: `${SUBJECT}:focus`,
            run: "edit Tour: by keyboard",
        },
        {
            trigger: SUBJECT,
            run: () => {
                assertFocus(SUBJECT);
                document.activeElement.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "s", altKey: true, bubbles: true })
                );
            },
        },
        {
            content: "Saved: the deadline is told in words",
            trigger: "div[name='deadline']:contains('due in')",
        },
    ],
});

// What does not fit is said before saving; a call that is known already gets a note instead.
registry.category("web_tour.tours").add("service_call_repeat_tour", {
    url: "/odoo/service-log",
    steps: () => [
        {
            trigger: `${FINDER}:focus`,
            run: "edit HD-1001",
        },
        {
            trigger: ".o_service_call_finder .ui-menu-item a:contains('HD-1001')",
            run: "click",
        },
        {
            trigger: ".o_service_call_context [data-section='repeats']:contains('Open already')",
        },
        {
            content: "Another unit's site, picked by mistake",
            trigger: ".o_field_widget[name='site_id'] input",
            run: "edit Wrong Depot",
        },
        {
            trigger: ".ui-menu-item > a:contains('Wrong Depot')",
            run: "click",
        },
        {
            trigger: ".alert[data-code='foreign_site']:contains('Wrong Depot')",
        },
        {
            trigger: SUBJECT,
            run: "edit Still leaking",
        },
        {
            trigger: "[data-section='repeats'] button:contains('Add a Note')",
            run: "click",
        },
        {
            content: "The note stands on the call that was open",
            trigger: ".o-mail-Message:contains('Still leaking')",
        },
        {
            trigger: `${SUBJECT}:value('Open already')`,
        },
    ],
});
