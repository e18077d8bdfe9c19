// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { LivechatCommandDialog } from "@im_livechat/core/common/livechat_command_dialog";

import { registerThreadAction } from "@mail/core/common/thread_actions";
import "@mail/discuss/call/common/thread_actions";

import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";

/** A button above a live chat that logs a call. */
registerThreadAction("service-call", {
    actionPanelComponent: LivechatCommandDialog,
    actionPanelComponentProps: ({ action }) => ({
        close: () => action.close(),
        commandName: "call",
        placeholderText: _t("e.g. Pump leaks"),
        title: _t("Log a Call"),
        icon: "fa fa-life-ring",
    }),
    close: ({ action }) => action.popover?.close(),
    condition: ({ owner, store, thread }) =>
        thread?.channel_type === "livechat" && store.has_access_livechat && !owner.isDiscussSidebarChannelActions,
    panelOuterClass: "bg-100",
    icon: "fa fa-life-ring",
    name: _t("Log a Call"),
    sequence: 20,
    sequenceGroup: 25,
    setup({ owner }) {
        if (!owner.env.inChatWindow) {
            this.popover = usePopover(LivechatCommandDialog, {
                onClose: () => this.close(),
                popoverClass: this.panelOuterClass,
            });
        }
    },
    toggle: true,
    open({ owner, thread }) {
        this.popover?.open(owner.root.el.querySelector(`[name="${this.id}"]`), {
            thread,
            ...this.actionPanelComponentProps,
        });
    },
});
