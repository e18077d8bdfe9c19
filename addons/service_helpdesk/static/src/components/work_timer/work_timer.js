// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onWillStart, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A stopwatch: shows the seconds that the server has counted, and goes on counting while the timer runs.
 * It only shows; the buttons beside it start and stop the timer on the server.
 */
export class WorkTimerField extends Component {
    static template = "service_helpdesk.WorkTimer";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ seconds: 0 });
        onWillStart(() => this.restart(this.props));
        onWillUpdateProps((props) => this.restart(props));
        onWillUnmount(() => clearInterval(this.interval));
    }

    get timer() {
        return this.props.record.data[this.props.name] || {};
    }

    get others() {
        const names = this.timer.others || [];
        return names.length ? _t("%s working now", names.join(", ")) : "";
    }

    get clock() {
        const pad = (number) => String(number).padStart(2, "0");
        const minutes = Math.floor(this.state.seconds / 60);
        return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(this.state.seconds % 60)}`;
    }

    get isShown() {
        return this.timer.running || this.timer.seconds > 0;
    }

    restart(props) {
        const timer = props.record.data[props.name] || {};
        clearInterval(this.interval);
        this.state.seconds = timer.seconds || 0;
        if (timer.running) {
            // From the clock, not from the number of ticks: a tab in the background ticks late.
            const begin = Date.now() - 1000 * this.state.seconds;
            this.interval = setInterval(() => {
                this.state.seconds = Math.floor((Date.now() - begin) / 1000);
            }, 1000);
        }
    }
}

registry.category("fields").add("service_work_timer", {
    component: WorkTimerField,
    displayName: _t("Stopwatch"),
    supportedTypes: ["json"],
});
