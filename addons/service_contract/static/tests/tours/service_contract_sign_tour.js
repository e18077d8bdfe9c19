// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";

// A customer reads a contract that was offered to him, and signs it.
registry.category("web_tour.tours").add("service_contract_sign_tour", {
    url: "/my/contracts",
    steps: () => [
        {
            content: "Open what waits for a signature",
            trigger: "tr:contains('To sign') a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Accept it",
            trigger: "button[data-bs-target='#contract_accept']",
            run: "click",
        },
        {
            content: "The own name stands there",
            trigger: ".modal .o_web_sign_name_and_signature input:value(Rossi Portal)",
        },
        {
            trigger: ".modal canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            content: "Submit",
            trigger: ".modal .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is signed",
            trigger: ".o_service_contract:contains('Rossi Portal')",
        },
    ],
});
