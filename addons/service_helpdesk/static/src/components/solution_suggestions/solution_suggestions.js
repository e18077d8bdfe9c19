// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const LINKS = ["equipment_id", "product_id", "symptom_id", "cause_id", "remedy_id"];

/** What may help with a call, while it is typed: solutions, and solved calls with the same trouble. */
export class SolutionSuggestions extends Component {
    static template = "service_helpdesk.SolutionSuggestions";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ isLoaded: false, solutions: [], calls: [] });
        this.loadSoon = useDebounced((question) => this.load(question), 300);
        useRecordObserver((record) => {
            const question = JSON.stringify(this.getQuestion(record));
            if (question !== this.question) {
                this.question = question;
                this.loadSoon(question);
            }
        });
    }

    getQuestion({ resId, data }) {
        const links = Object.fromEntries(LINKS.map((name) => [name, data[name]?.id || false]));
        const tried = data.solution_use_ids?.currentIds || [];
        return {
            id: resId || false,
            subject: data.subject || "",
            description: String(data.description || ""),
            ...links,
            tried,
        };
    }

    async load(question) {
        const { tried, ...values } = JSON.parse(question);
        const found = await this.keepLast.add(this.orm.call("service.call", "suggest_solutions", [values]));
        const calls = found.calls.map((call) => ({ ...call, closed_on: formatDate(deserializeDate(call.closed_on)) }));
        Object.assign(this.state, { ...found, calls, isLoaded: true });
    }

    openSolution(id) {
        this.open("service.solution", id);
    }

    openCall(id) {
        this.open("service.call", id);
    }

    open(resModel, resId) {
        this.action.doAction({ type: "ir.actions.act_window", res_model: resModel, res_id: resId, views: [[false, "form"]] });
    }

    /** Saves the call first: what was tried belongs to a call that exists. */
    async act(method, solutionId) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call("service.call", method, [[record.resId], solutionId]);
        if (action?.type) {
            await this.action.doAction(action, { onClose: () => record.load() });
        } else {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("service_solution_suggestions", {
    component: SolutionSuggestions,
    fieldDependencies: [
        { name: "subject", type: "char" },
        { name: "description", type: "html" },
        ...LINKS.map((name) => ({ name, type: "many2one" })),
    ],
});
