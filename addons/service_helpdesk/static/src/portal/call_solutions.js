// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { Interaction } from "@web/public/interaction";

/** Offers solutions while a customer types what his call is about. */
export class CallSolutions extends Interaction {
    static selector = "form:has(.o_service_call_solutions)";
    dynamicContent = {
        "[name='subject']": { "t-on-input": this.debounced(this.suggest, 400) },
        "[name='equipment_id']": { "t-on-change": this.suggest },
    };

    setup() {
        this.keepLast = new KeepLast();
    }

    async suggest() {
        const text = this.el.querySelector("[name='subject']").value.trim();
        const unit = this.el.querySelector("[name='equipment_id']")?.value;
        const found = text.length < 3 ? [] : await this.waitFor(this.keepLast.add(
            rpc("/my/solutions/suggest", { text, equipment_id: Number(unit) || null })
        ));
        this.show(found);
    }

    show(found) {
        const place = this.el.querySelector(".o_service_call_solutions");
        place.replaceChildren();
        if (!found.length) {
            return;
        }
        const title = document.createElement("div");
        title.className = "small text-muted";
        title.textContent = _t("This may help at once:");
        place.append(title);
        for (const { title: text, url } of found) {
            const link = document.createElement("a");
            Object.assign(link, { href: url, target: "_blank", className: "d-block", textContent: text });
            place.append(link);
        }
    }
}

registry.category("public.interactions").add("service_helpdesk.call_solutions", CallSolutions);
