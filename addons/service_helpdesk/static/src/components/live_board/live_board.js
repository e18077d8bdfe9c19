// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const NOTIFICATION = "service.live/changed";
const CHANNEL = "service_live";
/** Several changes within so long are one refresh. */
const COALESCE = 1000;
/** The words count down so often. */
const TICK = 10 * 1000;
/** Read again so often although nothing was told: what becomes due within the time looked ahead. */
const REFRESH = 5 * 60 * 1000;

/**
 * Say how long a span is, as the server says it.
 *
 * @param {number} seconds
 * @returns {string}
 */
export function formatSpan(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) {
        return _t("%(count)s min", { count: minutes });
    }
    if (minutes < 48 * 60) {
        const hours = Math.floor(minutes / 60);
        if (hours < 6 && minutes % 60) {
            return _t("%(hours)s h %(minutes)s min", { hours, minutes: minutes % 60 });
        }
        return _t("%(count)s h", { count: hours });
    }
    return _t("%(count)s days", { count: Math.floor(minutes / (24 * 60)) });
}

/**
 * What is breaching next, for a wall and for a desk: reads again when the bus says that a call of the team changed, and
 * counts down by itself.
 */
export class ServiceLiveBoard extends Component {
    static template = "service_helpdesk.LiveBoard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.busService = useService("bus_service");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.display = { controlPanel: {} };
        const stored = Number(browser.localStorage.getItem("service_live_team") || 0);
        const wanted = Number(this.props.action.context?.default_team_id || stored);
        this.state = useState({ teamId: wanted, board: null, now: 0, isStale: false });
        this.skew = 0;
        this.channel = null;
        const refresh = debounce(() => this.load(), COALESCE);
        this.onChanged = ({ team_id }) => {
            if (!this.state.teamId || this.state.teamId === team_id) {
                refresh();
            }
        };
        this.busService.subscribe(NOTIFICATION, this.onChanged);
        useBus(this.busService, "BUS:DISCONNECT", () => (this.state.isStale = true));
        useBus(this.busService, "BUS:RECONNECT", () => this.load());
        useBus(this.busService, "BUS:CONNECT", () => (this.state.isStale = false));
        const ticking = browser.setInterval(() => this.tick(), TICK);
        const refreshing = browser.setInterval(() => this.load(), REFRESH);
        onWillStart(async () => {
            this.listen();
            await this.load();
        });
        onWillUnmount(() => {
            browser.clearInterval(ticking);
            browser.clearInterval(refreshing);
            refresh.cancel();
            this.busService.unsubscribe(NOTIFICATION, this.onChanged);
            this.busService.deleteChannel(this.channel);
        });
    }

    listen() {
        const channel = this.state.teamId ? `${CHANNEL}_${this.state.teamId}` : CHANNEL;
        if (channel !== this.channel) {
            if (this.channel) {
                this.busService.deleteChannel(this.channel);
            }
            this.channel = channel;
            this.busService.addChannel(channel);
        }
    }

    async load() {
        const board = await this.keepLast.add(
            this.orm.silent.call("service.live", "get_board", [], { team_id: this.state.teamId || null })
        );
        if (this.state.teamId && !board.teams.some((team) => team.id === this.state.teamId)) {
            this.selectTeam(0);
            return;
        }
        this.skew = deserializeDateTime(board.now).toSeconds() - Date.now() / 1000;
        Object.assign(this.state, { board, isStale: false });
        this.tick();
    }

    tick() {
        this.state.now = Date.now() / 1000 + this.skew;
    }

    onTeamChange(ev) {
        this.selectTeam(Number(ev.target.value));
    }

    selectTeam(teamId) {
        this.state.teamId = teamId;
        browser.localStorage.setItem("service_live_team", teamId);
        this.listen();
        this.load();
    }

    toggleFullscreen() {
        if (document.fullscreenElement) {
            document.exitFullscreen();
        } else {
            this.root.el.requestFullscreen();
        }
    }

    get sections() {
        const { overdue, overdue_count, due, due_count, unassigned, unassigned_count } = this.state.board;
        // What became overdue since it was read: the latest come first.
        const late = due.filter((call) => this.getSecondsLeft(call) < 0).reverse();
        const soon = due.filter((call) => this.getSecondsLeft(call) >= 0);
        return [
            {
                key: "overdue",
                title: _t("Overdue"),
                tone: "danger",
                calls: [...late, ...overdue],
                more: overdue_count - overdue.length,
            },
            { key: "soon", title: _t("Next 2 hours"), tone: "warning", calls: soon, more: due_count - due.length },
            {
                key: "unassigned",
                title: _t("Unassigned"),
                tone: "info",
                calls: unassigned,
                more: unassigned_count - unassigned.length,
            },
        ];
    }

    getSecondsLeft(call) {
        return call.deadline ? deserializeDateTime(call.deadline).toSeconds() - this.state.now : Infinity;
    }

    getWords(call) {
        if (call.is_paused && !call.deadline) {
            return _t("on hold");
        }
        if (!call.deadline) {
            const age = this.state.now - deserializeDateTime(call.raised_at).toSeconds();
            return _t("waits for %(amount)s", { amount: formatSpan(Math.max(age, 0)) });
        }
        const left = this.getSecondsLeft(call);
        return left < 0
            ? _t("missed by %(amount)s", { amount: formatSpan(-left) })
            : _t("due in %(amount)s", { amount: formatSpan(left) });
    }

    getTone(call) {
        const left = this.getSecondsLeft(call);
        if (left < 0) {
            return "danger";
        }
        return left < 1800 ? "warning" : left < 7200 ? "success" : "secondary";
    }

    get nobody() {
        return _t("nobody");
    }

    get clock() {
        return luxon.DateTime.fromSeconds(this.state.now).toLocaleString(luxon.DateTime.TIME_SIMPLE);
    }

    open(call) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "service.call",
            res_id: call.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("service_live", ServiceLiveBoard);
