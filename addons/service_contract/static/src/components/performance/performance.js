// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onWillStart, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * What a contract achieved last month and achieves this month, measured when the page is looked at.
 */
export class ServicePerformance extends Component {
    static template = "service_contract.Performance";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ months: null });
        onWillStart(async () => {
            this.canSimulate = await user.hasGroup("service_contract.group_service_contract_user");
        });
        // Saving the contract may have put it under another regime.
        useRecordObserver((record) => this.load(record.resId, record.data.write_date));
    }

    async load(resId = this.props.record.resId) {
        if (resId) {
            this.state.months = await this.keepLast.add(
                this.orm.call("service.contract", "get_performance_page", [[resId]])
            );
        }
    }

    get isUnderRegime() {
        return this.state.months.some((month) => month.regimes.length);
    }

    formatFigure(metric) {
        if (metric.value === null) {
            return "-";
        }
        return metric.metric === "failures"
            ? String(metric.value)
            : `${formatFloat(metric.value, { digits: [16, 3], trailingZeros: false })} %`;
    }

    formatTarget(metric) {
        return this.formatFigure({ ...metric, value: metric.target });
    }

    formatAmount(amount, month) {
        return formatCurrency(amount, month.currency_id);
    }

    getFigureClass(metric) {
        if (metric.is_met === null) {
            return "";
        }
        return metric.is_met ? "text-success" : "text-danger";
    }

    async open(month) {
        const action = await this.orm.call("service.contract", "action_simulate", [
            [this.props.record.resId],
            month.date_from,
            month.date_to,
        ]);
        this.action.doAction(action);
    }
}

registry.category("view_widgets").add("service_performance", {
    component: ServicePerformance,
    fieldDependencies: [{ name: "write_date", type: "datetime" }],
});
