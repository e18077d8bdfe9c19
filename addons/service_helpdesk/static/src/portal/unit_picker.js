// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { Interaction } from "@web/public/interaction";

/** Finds one of the customer's units by what is typed, and shows which calls are open on it. */
export class UnitPicker extends Interaction {
    static selector = ".o_service_unit_picker";
    dynamicContent = {
        "#unit_search": {
            "t-on-focus": this.search,
            "t-on-input": this.debounced(this.onInput, 250),
            "t-on-keydown": this.onKeydown,
            "t-on-blur": this.debounced(this.hide, 200),
        },
        ".o_service_unit_clear": { "t-on-click": () => this.choose(null) },
    };

    setup() {
        this.keepLast = new KeepLast();
        this.input = this.el.querySelector("#unit_search");
        this.options = this.el.querySelector(".o_service_unit_options");
        this.value = this.el.querySelector("[name='equipment_id']");
        this.chosen = this.input.value;
        this.units = [];
        this.active = -1;
    }

    async onInput() {
        if (this.input.value.trim() !== this.chosen) {
            // What was chosen before is not what is typed now.
            this.setValue("");
        }
        await this.search();
    }

    async search() {
        const text = this.input.value.trim() === this.chosen ? "" : this.input.value.trim();
        this.units = await this.waitFor(this.keepLast.add(rpc("/my/calls/units", { text })));
        this.active = -1;
        this.show();
    }

    show() {
        const options = this.units.map((unit, position) => {
            const option = document.createElement("button");
            Object.assign(option, { type: "button", role: "option", className: "list-group-item list-group-item-action" });
            option.classList.toggle("active", position === this.active);
            const name = document.createElement("div");
            name.textContent = unit.name;
            const site = document.createElement("small");
            site.textContent = unit.site;
            option.append(name, site);
            option.addEventListener("mousedown", (ev) => {
                ev.preventDefault();
                this.choose(unit);
            });
            return option;
        });
        if (!options.length) {
            const none = document.createElement("div");
            Object.assign(none, { className: "list-group-item text-muted", textContent: _t("No unit of yours matches.") });
            options.push(none);
        }
        this.options.replaceChildren(...options);
        this.options.classList.remove("d-none");
        this.input.setAttribute("aria-expanded", "true");
        this.options.querySelector(".active")?.scrollIntoView({ block: "nearest" });
    }

    hide() {
        this.options.classList.add("d-none");
        this.input.setAttribute("aria-expanded", "false");
        if (!this.value.value) {
            // What was typed and names no unit is not sent: the field shows what is.
            this.input.value = "";
        }
    }

    onKeydown(ev) {
        const isOpen = !this.options.classList.contains("d-none");
        if (["ArrowDown", "ArrowUp"].includes(ev.key) && isOpen) {
            ev.preventDefault();
            const step = ev.key === "ArrowDown" ? 1 : -1;
            this.active = Math.max(0, Math.min(this.units.length - 1, this.active + step));
            this.show();
        } else if (ev.key === "Enter" && isOpen) {
            ev.preventDefault();
            const unit = this.units[this.active] || (this.units.length === 1 && this.units[0]);
            if (unit) {
                this.choose(unit);
            }
        } else if (ev.key === "Escape") {
            this.hide();
        }
    }

    choose(unit) {
        this.chosen = unit ? unit.name : "";
        this.input.value = this.chosen;
        this.setValue(unit ? String(unit.id) : "");
        this.hide();
        this.warn(unit ? unit.calls : []);
    }

    setValue(value) {
        if (this.value.value !== value) {
            this.value.value = value;
            this.value.dispatchEvent(new Event("change", { bubbles: true }));
            this.warn([]);
        }
    }

    warn(calls) {
        const place = this.el.querySelector(".o_service_unit_calls");
        place.replaceChildren();
        if (!calls.length) {
            return;
        }
        const warning = document.createElement("div");
        Object.assign(warning, { className: "alert alert-warning mb-0", role: "status" });
        warning.append(_t("You already have an open call on this unit:"));
        for (const { name, subject, url } of calls) {
            const link = document.createElement("a");
            Object.assign(link, { href: url, className: "d-block", textContent: `${name} ${subject}` });
            warning.append(link);
        }
        place.append(warning);
    }
}

registry.category("public.interactions").add("service_helpdesk.unit_picker", UnitPicker);
