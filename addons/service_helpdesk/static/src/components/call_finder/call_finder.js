// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { Component, onMounted, useRef } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useChildRef, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ICONS = {
    call: "fa-ticket",
    unit: "fa-cog",
    contract: "fa-file-text-o",
    contact: "fa-user",
    customer: "fa-building-o",
    site: "fa-map-marker",
};
const FILLED = ["partner_id", "contact_id", "site_id", "equipment_id", "product_id"];

/** One field that finds whatever a caller names, and fills the call with it. */
export class CallFinder extends Component {
    static template = "service_helpdesk.CallFinder";
    static components = { AutoComplete };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.inputRef = useChildRef();
        // The form puts the focus into its first field when it is there: after it, here.
        onMounted(() => setTimeout(() => this.inputRef.el?.focus()));
    }

    get sources() {
        return [
            {
                placeholder: _t("Looking..."),
                optionSlot: "subject",
                options: (request) => this.loadOptions(request),
            },
        ];
    }

    async loadOptions(request) {
        if (request.length < 2) {
            return [];
        }
        const subjects = await this.orm.silent.call("service.call", "find_subjects", [request]);
        if (!subjects.length) {
            return [
                {
                    label: _t("Nothing found: try the serial, a name or a phone number"),
                    data: {},
                    cssClass: "text-muted",
                },
            ];
        }
        return subjects.map((subject) => ({
            label: subject.label,
            data: { ...subject, icon: ICONS[subject.kind] },
            onSelect: () => this.pick(subject),
        }));
    }

    /** A call is opened; anything else fills in what it says, and the cursor goes on to the subject. */
    async pick(subject) {
        const { record } = this.props;
        if (subject.kind === "call") {
            await this.action.doAction({
                type: "ir.actions.act_window",
                res_model: "service.call",
                res_id: subject.id,
                views: [[false, "form"]],
            });
            return;
        }
        const isSameCustomer = record.data.partner_id?.id === subject.values.partner_id?.id;
        const cleared = isSameCustomer
            ? {}
            : Object.fromEntries(FILLED.map((name) => [name, false]));
        await record.update({ ...cleared, ...subject.values });
        this.root.el
            ?.closest(".o_form_view")
            ?.querySelector(".o_field_widget[name='subject'] :is(input, textarea)")
            ?.focus();
    }
}

registry.category("view_widgets").add("service_call_finder", {
    component: CallFinder,
    // What picking fills in is on the form.
    fieldDependencies: FILLED.map((name) => ({ name, type: "many2one" })),
});
