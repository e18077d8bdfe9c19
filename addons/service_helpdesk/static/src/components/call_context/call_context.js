// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, useState } from "@odoo/owl";
import { serializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const MANY2ONES = [
    "partner_id",
    "contact_id",
    "site_id",
    "equipment_id",
    "product_id",
    "type_id",
    "company_id",
];
const BADGES = {
    missed: "text-bg-danger",
    warning: "text-bg-warning",
    ok: "text-bg-success",
    paused: "text-bg-info",
};

/** What is known of the customer, site and unit of a call: one request, whenever one of them changes. */
export class CallContext extends Component {
    static template = "service_helpdesk.CallContext";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ known: {} });
        this.asked = null;
        useRecordObserver((record) => this.load(record));
    }

    getValues(record) {
        const values = { priority: record.data.priority };
        values.priority_is_manual = record.data.priority_is_manual;
        values.raised_at = record.data.raised_at && serializeDateTime(record.data.raised_at);
        for (const name of MANY2ONES) {
            values[name] = record.data[name]?.id || false;
        }
        return values;
    }

    async load(record) {
        const values = this.getValues(record);
        const asked = JSON.stringify([record.resId, values]);
        if (asked === this.asked) {
            return;
        }
        this.asked = asked;
        if (!values.partner_id && !values.site_id && !values.equipment_id) {
            this.state.known = {};
            return;
        }
        const known = await this.keepLast.add(
            this.orm.silent.call("service.call", "get_intake_context", [values], {
                call_id: record.resId || null,
            })
        );
        this.state.known = known;
    }

    get isNew() {
        return !this.props.record.resId;
    }

    get sections() {
        const { unit_calls, site_calls, customer_calls } = this.state.known;
        return [
            { key: "unit", calls: this.isNew ? [] : unit_calls?.open || [] },
            { key: "closed", calls: unit_calls?.closed || [] },
            { key: "site", calls: site_calls || [] },
            { key: "customer", calls: customer_calls || [] },
        ].filter((section) => section.calls.length);
    }

    get repeats() {
        return this.isNew ? this.state.known.unit_calls?.open || [] : [];
    }

    getBadge(call) {
        return BADGES[call.sla_state] || "text-bg-secondary";
    }

    openCall(call) {
        return this.openRecord("service.call", call.id);
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    /** The customer asked again for what is known already: a note there, instead of a second call. */
    async addNote(call) {
        const { record } = this.props;
        const action = await this.orm.call("service.call", "action_note_repeat", [[call.id]], {
            subject: record.data.subject || "",
            description: String(record.data.description || ""),
        });
        await record.discard();
        await this.action.doAction(action);
    }
}

registry.category("view_widgets").add("service_call_context", {
    component: CallContext,
});

/** Says in the form what does not fit together, before saving. */
export class CallProblems extends Component {
    static template = "service_helpdesk.CallProblems";
    static props = { ...standardFieldProps };

    get problems() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("service_call_problems", {
    component: CallProblems,
    supportedTypes: ["json"],
});
