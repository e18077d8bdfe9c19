// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// An operator logs a call of the chat that he is in; the visitor reads its number.
registry.category("web_tour.tours").add("service_chat_call_tour", {
    steps: () => [
        {
            content: "What the visitor wrote",
            trigger: ".o-mail-Message:contains('Pump leaks')",
        },
        {
            trigger: ".o-mail-DiscussContent-header button[name='service-call']",
            run: "click",
        },
        {
            trigger: ".o-livechat-LivechatCommandDialog-form input",
            run: "edit Tour: pump is noisy",
        },
        {
            trigger: ".o-mail-ActionPanel button.btn-primary:contains('Log a Call')",
            run: "click",
        },
        {
            content: "The visitor is told",
            trigger: ".o-mail-Message:contains('Your request has the number')",
        },
        {
            content: "The operator too, with a link to the call",
            trigger: ".o-mail-Message:contains('Logged the call') a[data-oe-model='service.call']",
        },
    ],
});
