// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

registry.category("discuss.channel_commands").add("call", {
    condition: ({ store, thread }) => store.has_access_livechat && thread?.channel_type === "livechat",
    help: _t("Log a service call (/call what it is about)"),
    methodName: "execute_command_call",
});
