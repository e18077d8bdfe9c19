// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** One chart of the dashboard; a click on a point opens what it counts. */
export class ServiceDashboardChart extends Component {
    static template = "service_helpdesk.DashboardChart";
    static props = { chart: Object, open: Function };

    setup() {
        this.canvas = useRef("canvas");
        useEffect(
            () => {
                if (!this.canvas.el) {
                    return;
                }
                const chart = new Chart(this.canvas.el, this.config);
                return () => chart.destroy();
            },
            () => [this.props.chart]
        );
    }

    get config() {
        const { chart } = this.props;
        const scheme = cookie.get("color_scheme");
        const labelColor = getCustomColor(scheme, "#111827", "#E4E4E4");
        const gridColor = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
        const valueAxis = {
            beginAtZero: true,
            stacked: chart.is_stacked,
            ticks: { precision: 0, color: labelColor },
            grid: { color: gridColor },
            ...(chart.maximum ? { max: chart.maximum } : {}),
        };
        const labelAxis = { stacked: chart.is_stacked, ticks: { color: labelColor }, grid: { display: false } };
        return {
            type: chart.type,
            data: {
                labels: chart.labels,
                datasets: chart.datasets.map(({ label, data }, index) => ({
                    label,
                    data,
                    backgroundColor: getColor(index, scheme, chart.datasets.length),
                    borderColor: getColor(index, scheme, chart.datasets.length),
                    maxBarThickness: 40,
                    spanGaps: true,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                indexAxis: chart.is_lying ? "y" : "x",
                scales: chart.is_lying ? { x: valueAxis, y: labelAxis } : { x: labelAxis, y: valueAxis },
                plugins: {
                    legend: { display: chart.datasets.length > 1, position: "bottom", labels: { color: labelColor } },
                },
                onClick: (ev, [point]) => {
                    if (point) {
                        const dataset = chart.datasets[point.datasetIndex];
                        const title = `${chart.title}: ${chart.labels[point.index]}`;
                        this.props.open(chart.model, dataset.domains[point.index], title);
                    }
                },
                onHover: (ev, points) => {
                    ev.native.target.style.cursor = points.length ? "pointer" : "default";
                },
            },
        };
    }
}

/** Today's figures of the helpdesk, and a few charts; each opens the calls behind it. */
export class ServiceDashboard extends Component {
    static template = "service_helpdesk.Dashboard";
    static components = { Layout, ServiceDashboardChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.periods = [
            { key: "4w", label: _t("4 weeks") },
            { key: "12w", label: _t("12 weeks") },
            { key: "12m", label: _t("12 months") },
        ];
        // What was chosen comes back with the page.
        const { teamId = null, period = "12w" } = this.props.state || {};
        this.state = useState({ teamId, period, data: null });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
    }

    async load() {
        const data = await this.keepLast.add(
            this.orm.call("service.dashboard", "get_dashboard", [], {
                team_id: this.state.teamId,
                period: this.state.period,
            })
        );
        Object.assign(this.state, { data, teamId: data.team_id, period: data.period });
    }

    onTeamChange(ev) {
        this.state.teamId = Number(ev.target.value);
        return this.load();
    }

    selectPeriod(period) {
        this.state.period = period;
        return this.load();
    }

    getTone(tile) {
        return tile.tone && tile.value ? `text-${tile.tone}` : "";
    }

    open(model, domain, name) {
        const isCall = model === "service.call";
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            domain,
            views: isCall
                ? [[false, "list"], [false, "kanban"], [false, "form"], [false, "pivot"], [false, "graph"]]
                : [[false, "list"], [false, "pivot"], [false, "graph"]],
        });
    }
}

registry.category("actions").add("service_dashboard", ServiceDashboard);
