// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

// Entries shown at first, and added by each "Load older".
const PAGE = 50;

/**
 * The time line of one unit: by day, newest first, with filters that need no server.
 *
 * The server sends all entries of the unit at once (`get_history_page`): a unit has tens of them, not thousands.
 */
export class ServiceEquipmentHistory extends Component {
    static template = "service_equipment.History";
    static components = { DateTimeInput };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            entries: [],
            kinds: [],
            chosen: [],
            from: false,
            to: false,
            search: "",
            limit: PAGE,
        });
        // Any change of the unit may have written an entry, and so may a button that reloads the form.
        useRecordObserver((record) => this.load(record.resId, record.data.write_date));
    }

    async load(resId) {
        if (!resId) {
            return;
        }
        const page = await this.orm.call("service.equipment", "get_history_page", [[resId]]);
        const present = page.kinds.map((each) => each.kind);
        this.state.entries = page.entries;
        this.state.kinds = page.kinds;
        this.state.chosen = this.state.chosen.filter((kind) => present.includes(kind));
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

    get found() {
        const { date_from, date_to, kinds, search } = this.filters;
        const words = search.toLowerCase();
        return this.state.entries.filter(
            (entry) =>
                (!date_from || entry.date >= date_from) &&
                (!date_to || entry.date <= date_to) &&
                (!kinds || kinds.includes(entry.kind)) &&
                (!words || `${entry.title} ${entry.text}`.toLowerCase().includes(words))
        );
    }

    /** The entries shown, by day. */
    get days() {
        const icons = Object.fromEntries(this.state.kinds.map((each) => [each.kind, each]));
        const days = [];
        for (const [index, entry] of this.found.slice(0, this.state.limit).entries()) {
            if (days.at(-1)?.date !== entry.date) {
                days.push({ date: entry.date, label: formatDate(deserializeDate(entry.date)), entries: [] });
            }
            days.at(-1).entries.push({ ...entry, ...icons[entry.kind], key: index });
        }
        return days;
    }

    get remaining() {
        return Math.max(this.found.length - this.state.limit, 0);
    }

    get isPeriodWrong() {
        const { from, to } = this.state;
        return Boolean(from && to && to < from);
    }

    toggleKind(kind) {
        const { chosen } = this.state;
        this.state.chosen = chosen.includes(kind) ? chosen.filter((each) => each !== kind) : [...chosen, kind];
        this.state.limit = PAGE;
    }

    setDay(end, day) {
        this.state[end] = day;
        this.state.limit = PAGE;
    }

    clear() {
        Object.assign(this.state, { chosen: [], from: false, to: false, search: "", limit: PAGE });
    }

    loadOlder() {
        this.state.limit += PAGE;
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
        const resId = this.props.record.resId;
        const action = await this.orm.call("service.equipment", "action_print_history", [[resId]], this.filters);
        await this.action.doAction(action);
    }
}

registry.category("view_widgets").add("service_equipment_history", {
    component: ServiceEquipmentHistory,
    fieldDependencies: [{ name: "write_date", type: "datetime" }],
});
