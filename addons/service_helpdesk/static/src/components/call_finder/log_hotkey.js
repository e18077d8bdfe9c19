// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

/** From any screen: Alt+Shift+L logs a call. */
export const serviceCallLogService = {
    dependencies: ["action", "hotkey"],
    start(env, { action, hotkey }) {
        hotkey.add(
            "alt+shift+l",
            async () => {
                if (await user.hasGroup("service_helpdesk.group_service_helpdesk_user")) {
                    action.doAction("service_helpdesk.service_call_action_log");
                }
            },
            { global: true, bypassEditableProtection: true }
        );
    },
};

registry.category("services").add("service_call_log", serviceCallLogService);
