// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A call waits for a part, and goes on.
tours.add("service_call_pause_tour", {
    steps: () => [
        {
            content: "Put it on hold",
            trigger: "button[name='action_open_pause']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Tour: a part",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item > a:contains('Tour: a part')",
            run: "click",
        },
        {
            content: "What that means is said at once",
            trigger: ".modal .o_field_widget[name='effect']:contains('The deadlines wait')",
        },
        {
            trigger: ".modal .o_field_widget[name='note'] input",
            run: "edit Order 4711",
        },
        {
            trigger: ".modal footer button[name='action_apply']",
            run: "click",
        },
        {
            content: "The call says what it waits for",
            trigger: "div[name='waits']:contains('Tour: a part')",
        },
        {
            trigger: "div[name='waits'] .badge:contains('deadlines wait')",
        },
        {
            content: "The part is there",
            trigger: "button[name='action_resume']",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(div[name='waits'])) button[name='action_open_pause']",
        },
    ],
});

// An engineer asks another team, which is proposed because it is competent.
tours.add("service_call_escalate_tour", {
    steps: () => [
        {
            trigger: "button[name='action_open_escalate']",
            run: "click",
        },
        {
            content: "The most competent team is proposed",
            trigger: ".modal .o_field_widget[name='team_id'] input:value('Tour Experts')",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] :is(input, textarea)",
            run: "edit Needs a balancing machine",
        },
        {
            trigger: ".modal footer button[name='action_apply']",
            run: "click",
        },
        {
            content: "Until they accept, the call stays",
            trigger: "div[name='escalated']:contains('Tour Experts')",
        },
        {
            trigger: "div[name='escalated'] button[name='action_withdraw_escalation']",
        },
    ],
});

// The other team accepts.
tours.add("service_call_accept_tour", {
    steps: () => [
        {
            trigger: "div[name='escalated'] button[name='action_accept_escalation']",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(div[name='escalated'])) .o_field_widget[name='team_id']:contains('Tour Experts')",
        },
    ],
});

// Two calls about the same matter become one, from the list.
tours.add("service_call_merge_tour", {
    steps: () => [
        {
            trigger: ".o_data_row:contains('Tour: leaks') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Tour: still leaks') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Merge')",
            run: "click",
        },
        {
            content: "The older one remains, and what moves is told",
            trigger: ".modal .o_field_widget[name='survivor_id'] input:value('Tour: leaks')",
        },
        {
            trigger: ".modal footer button[name='action_merge']",
            run: "click",
        },
        {
            content: "The call that remains is shown",
            trigger: ".o_form_view .o_field_widget[name='subject'] textarea:value('Tour: leaks')",
        },
    ],
});

// A change is submitted.
tours.add("service_change_submit_tour", {
    steps: () => [
        {
            trigger: ".o_notebook_headers a[name='change']",
            run: "click",
        },
        {
            trigger: "button[name='action_submit_change']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='approval_ids'] .o_data_row:contains('Technical')",
        },
    ],
});

// Its approver finds it among his approvals.
tours.add("service_change_approve_tour", {
    steps: () => [
        {
            trigger: ".o_data_row:contains('Tour: new software') button[name='action_open_decision']",
            run: "click",
        },
        {
            content: "What changes stands in the dialog",
            trigger: ".modal .o_field_widget[name='change_item_ids']:contains('2.0')",
        },
        {
            trigger: ".modal footer button[name='action_approve']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)):not(:has(button[name='action_open_decision'])) .o_action_manager",
        },
    ],
});

// A customer with a phone answers, closes his call and says that he is content.
tours.add("service_call_portal_tour", {
    steps: () => [
        {
            content: "The list says that the call waits for him",
            trigger: "tr:contains('Tour: pump leaks') .o_service_state:contains('Waiting for you')",
        },
        {
            trigger: "a:contains('Tour: pump leaks')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Nothing is wider than the screen",
            trigger: ".o_service_call .alert-warning:contains('We wait for you')",
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} px wide on a screen of ${page.clientWidth} px`);
                }
            },
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Composer-input",
            run: "edit Tour: the type plate says 4711",
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Composer button[title='Send']:enabled, #chatterRoot:shadow .o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger: "#chatterRoot:shadow .o-mail-Message:contains('the type plate says 4711')",
        },
        {
            content: "It works again",
            trigger: "button[data-bs-target='#service_call_close']",
            run: "click",
        },
        {
            trigger: "#service_call_close.show textarea[name='remark']",
            run: "edit Tour: it was the seal",
        },
        {
            trigger: "#service_call_close.show button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "How content is he",
            trigger: "#service_call_rating label[for='rate_5']",
            run: "click",
        },
        {
            trigger: "#service_call_rating textarea[name='feedback']",
            run: "edit Quick",
        },
        {
            trigger: "#service_call_rating button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_service_call:contains('Thank you for your answer') .o_service_state:contains('Solved')",
        },
    ],
});
