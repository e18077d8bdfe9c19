// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const ICONS = { mail: "fa-envelope", inbox: "fa-inbox", activity: "fa-check-square-o" };

/** The rules behind a cell: how, on which conditions, with which text; each opens in a dialog. */
export class ServiceNotificationCellDialog extends Component {
    static template = "service_helpdesk.NotificationCellDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        title: String,
        cell: Object,
        typeId: [Number, Boolean],
        canWrite: Boolean,
        onChanged: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ rules: [] });
        onWillStart(() => this.load());
    }

    get icons() {
        return ICONS;
    }

    async load() {
        const { event, recipient } = this.props.cell;
        this.state.rules = await this.orm.call("service.notification.rule", "get_cell_rules", [
            event,
            recipient,
            this.props.typeId,
        ]);
    }

    openForm(resModel, resId, title, context = {}) {
        this.dialog.add(FormViewDialog, {
            resModel,
            resId,
            title,
            context,
            onRecordSaved: async () => {
                await this.load();
                this.props.onChanged();
            },
        });
    }

    openRule(rule) {
        this.openForm("service.notification.rule", rule.id, this.props.title);
    }

    openTemplate(rule) {
        this.openForm("mail.template", rule.template_id, rule.template);
    }

    addRule() {
        const { event, recipient } = this.props.cell;
        this.openForm("service.notification.rule", false, this.props.title, {
            default_event: event,
            default_recipient: recipient,
            default_type_id: this.props.typeId,
            default_channel: this.props.cell.isCustomer ? "mail" : "inbox",
        });
    }
}

/** Who is told of what, and how: a click switches a channel on or off. */
export class ServiceNotificationMatrix extends Component {
    static template = "service_helpdesk.NotificationMatrix";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ matrix: null, typeId: false });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
    }

    get icons() {
        return ICONS;
    }

    async load() {
        this.state.matrix = await this.keepLast.add(
            this.orm.call("service.notification.rule", "get_matrix", [this.state.typeId])
        );
    }

    async selectType(ev) {
        this.state.typeId = Number(ev.target.value) || false;
        await this.load();
    }

    getCell(event, recipient, channel) {
        const cell = this.state.matrix.cells[`${event.id}.${recipient.id}`];
        return (cell && cell[channel.id]) || { state: "off", rule_ids: [] };
    }

    hasRules(event, recipient) {
        return Boolean(this.state.matrix.cells[`${event.id}.${recipient.id}`]);
    }

    isPossible(event, recipient, channel) {
        return !recipient.is_customer || (event.for_customers && channel.id === "mail");
    }

    getTitle(event, recipient, channel) {
        const cell = this.getCell(event, recipient, channel);
        const place = `${event.label}: ${recipient.label}, ${channel.label}`;
        const lines = [cell.state === "on" ? place : _t("%s: off", place)];
        if (cell.is_inherited) {
            lines.push(_t("As for all types"));
        }
        return [...lines, cell.title].filter(Boolean).join("\n");
    }

    getClass(event, recipient, channel) {
        const cell = this.getCell(event, recipient, channel);
        return {
            o_service_matrix_on: cell.state === "on",
            o_service_matrix_inherited: cell.is_inherited,
            o_service_matrix_condition: cell.has_condition && cell.state === "on",
            "text-danger": cell.has_error,
        };
    }

    async toggle(event, recipient, channel) {
        await this.orm.call("service.notification.rule", "toggle_cell", [
            event.id,
            recipient.id,
            channel.id,
            this.state.typeId,
        ]);
        await this.load();
    }

    openCell(event, recipient) {
        this.dialog.add(ServiceNotificationCellDialog, {
            title: `${event.label}: ${recipient.label}`,
            cell: { event: event.id, recipient: recipient.id, isCustomer: recipient.is_customer },
            typeId: this.state.typeId,
            canWrite: this.state.matrix.can_write,
            onChanged: () => this.load(),
        });
    }

    openRules() {
        this.action.doAction("service_helpdesk.service_notification_rule_action");
    }

    openSent() {
        this.action.doAction("service_helpdesk.service_notification_sent_action");
    }
}

registry.category("actions").add("service_notification_matrix", ServiceNotificationMatrix);
