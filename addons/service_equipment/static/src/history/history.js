// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The time line of a document (`service.history.mixin`): by day, newest first, a page at a time, filtered by the server.
 */
export class ServiceHistory extends Component {
    static template = "service_equipment.History";
    static components = { DateTimeInput };
    static props = { ...standardWidgetProps, print: { type: Boolean, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({
            isLoaded: false,
            entries: [],
            total: 0,
            kinds: [],
            chosen: [],
            from: false,
            to: false,
            search: "",
        });
        this.searchSoon = useDebounced(() => this.load(), 250);
        // Any change of the document may have written an entry, and so may a button that reloads the form.
        useRecordObserver((record) => this.load(record.resId, record.data.write_date));
    }

    async load(resId = this.props.record.resId) {
        if (!resId || this.isPeriodWrong) {
            return;
        }
        Object.assign(this.state, { ...(await this.read(resId, 0)), isLoaded: true });
    }

    async loadOlder() {
        const { entries } = this.state;
        const page = await this.read(this.props.record.resId, entries.length);
        this.state.entries = [...entries, ...page.entries];
        this.state.total = page.total;
    }

    read(resId, offset) {
        const { resModel } = this.props.record;
        return this.keepLast.add(
            this.orm.call(resModel, "get_history_page", [[resId]], { ...this.filters, offset })
        );
    }

    get filters() {
        const { from, to, chosen, search } = this.state;
        return {
            date_from: from ? serializeDate(from) : false,
            date_to: to ? serializeDate(to) : false,
            kinds: chosen.length ? [...chosen] : null,
            search: search.trim(),
        };
    }

    get isFiltered() {
        const { date_from, date_to, kinds, search } = this.filters;
        return Boolean(date_from || date_to || kinds || search);
    }

    /** The entries shown, by day. */
    get days() {
        const icons = Object.fromEntries(this.state.kinds.map((each) => [each.kind, each]));
        const days = [];
        for (const [index, entry] of this.state.entries.entries()) {
            if (days.at(-1)?.date !== entry.date) {
                days.push({ date: entry.date, label: formatDate(deserializeDate(entry.date)), entries: [] });
            }
            days.at(-1).entries.push({ ...entry, ...icons[entry.kind], key: index });
        }
        return days;
    }

    get remaining() {
        return Math.max(this.state.total - this.state.entries.length, 0);
    }

    get isPeriodWrong() {
        const { from, to } = this.state;
        return Boolean(from && to && to < from);
    }

    toggleKind(kind) {
        const { chosen } = this.state;
        this.state.chosen = chosen.includes(kind) ? chosen.filter((each) => each !== kind) : [...chosen, kind];
        return this.load();
    }

    setDay(end, day) {
        this.state[end] = day;
        return this.load();
    }

    clear() {
        Object.assign(this.state, { chosen: [], from: false, to: false, search: "" });
        return this.load();
    }

    open(entry) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: entry.res_model,
            res_id: entry.res_id,
            views: [[false, "form"]],
        });
    }

    async print() {
        const { resId, resModel } = this.props.record;
        const action = await this.orm.call(resModel, "action_print_history", [[resId]], this.filters);
        await this.action.doAction(action);
    }
}

registry.category("view_widgets").add("service_history", {
    component: ServiceHistory,
    fieldDependencies: [{ name: "write_date", type: "datetime" }],
    extractProps: ({ attrs }) => ({ print: Boolean(attrs.print) }),
});
