// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { _t } from "@web/core/l10n/translation";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { Component, useRef, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { formatFloat } from "@web/core/utils/numbers";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { useService } from "@web/core/utils/hooks";

const COMPONENT = "service.component";
// Deeper levels of a larger build start folded.
const MANY = 60;

const STATUSES = {
    added: { label: _t("Added"), decoration: "success" },
    extra: { label: _t("Not designed"), decoration: "success" },
    removed: { label: _t("Removed"), decoration: "danger" },
    missing: { label: _t("Missing"), decoration: "danger" },
    replaced: { label: _t("Replaced"), decoration: "info" },
    other_product: { label: _t("Other product"), decoration: "info" },
    changed: { label: _t("Changed"), decoration: "info" },
    serial_missing: { label: _t("Serial to record"), decoration: "warning" },
};

/**
 * The build of one unit as a tree: of today or of another day, beside an earlier day or the design.
 *
 * The server answers with the whole tree (`service.equipment.get_component_tree`); here it is folded,
 * filtered and drawn, and components are added, edited and removed in Odoo's own dialogs.
 */
export class ComponentTree extends Component {
    static template = "service_equipment.ComponentTree";
    static components = { CheckBox, DateTimeInput, Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.body = useRef("body");
        this.lastLoad = 0;
        this.state = useState({
            date: null, // ISO text, like all days here
            against: "",
            againstDate: null,
            isDifferencesOnly: false,
            folded: new Set(),
            focused: null,
            tree: null,
        });
        // Another unit, or the same one after it was saved: the list of its components is read anew.
        useRecordObserver(async (record) => {
            const signature = `${record.resId}:${record.dirty}:${record.data[this.props.name].currentIds}`;
            const isOther = this.resId !== record.resId;
            if (isOther || (signature !== this.signature && !record.dirty)) {
                this.resId = record.resId;
                await this.load(isOther);
            }
            this.signature = signature;
        });
    }

    // ------------------------------------------------------------------
    // Data
    // ------------------------------------------------------------------

    get comparisons() {
        return [
            { value: "", label: _t("Nothing") },
            { value: "design", label: _t("Design") },
            { value: "date", label: _t("Another day") },
        ];
    }

    get againstValue() {
        if (this.state.against !== "date") {
            return this.state.against || null;
        }
        return this.state.againstDate;
    }

    async load(isFresh = false) {
        if (!this.resId) {
            this.state.tree = null;
            return;
        }
        const number = ++this.lastLoad;
        const tree = await this.orm.call("service.equipment", "get_component_tree", [this.resId], {
            date: this.state.date,
            against: this.againstValue,
        });
        if (number !== this.lastLoad) {
            return; // a later one is under way
        }
        this.state.tree = tree;
        this.index(tree.nodes);
        if (isFresh) {
            this.state.folded = new Set();
            if (this.parents.size && this.nodesById.size > MANY) {
                this.foldAll();
            }
        }
        if (this.againstValue) {
            this.unfoldDifferences();
        }
    }

    /** Remember parents and depths of the nodes, and which of them differ or contain what differs. */
    index(nodes) {
        this.nodesById = new Map();
        this.parents = new Map();
        this.differing = new Set();
        const visit = (node, parent, level) => {
            node.level = level;
            this.nodesById.set(node.id, node);
            if (parent) {
                this.parents.set(node.id, parent.id);
            }
            for (const child of node.children) {
                visit(child, node, level + 1);
            }
            if (node.status || node.is_serial_missing || node.children.some((child) => this.differing.has(child.id))) {
                this.differing.add(node.id);
            }
        };
        for (const node of nodes) {
            visit(node, null, 1);
        }
    }

    /** The nodes that are not folded away, as rows. */
    get rows() {
        const rows = [];
        const visit = (nodes, guides) => {
            const shown = nodes.filter((node) => !this.state.isDifferencesOnly || this.differing.has(node.id));
            shown.forEach((node, position) => {
                const isLast = position === shown.length - 1;
                const isFolded = this.state.folded.has(node.id);
                const hasChildren = node.children.length > 0;
                rows.push({
                    node,
                    isLast,
                    isFolded,
                    hasChildren,
                    isNested: guides.length > 0,
                    guides: guides.slice(1),
                    ...this.describe(node),
                });
                if (hasChildren && !isFolded) {
                    visit(node.children, [...guides, !isLast]);
                }
            });
        };
        visit(this.state.tree?.nodes || [], []);
        return rows;
    }

    describe(node) {
        const was = node.was;
        return {
            toggleLabel: this.state.folded.has(node.id) ? _t("Unfold") : _t("Fold"),
            status: STATUSES[node.status],
            quantity: this.formatQuantity(node.quantity),
            installed: this.formatDay(node.date_installed),
            warranty: this.formatDay(node.warranty_end),
            isWarrantyOver: Boolean(node.warranty_end) && node.warranty_end < this.state.tree.date,
            wasProduct: was && was.product_id !== node.product_id && was.product,
            wasSerial: was && node.status === "replaced" && was.serial !== node.serial && was.serial,
            wasVersion: was && was.version !== node.version && was.version,
            wasQuantity: was && was.quantity !== node.quantity && this.formatQuantity(was.quantity),
        };
    }

    get counts() {
        return Object.entries(this.state.tree.counts).map(([kind, count]) => ({ kind, count, ...STATUSES[kind] }));
    }

    get rights() {
        const rights = this.state.tree ? this.state.tree.rights : {};
        return { ...rights, edit: rights.edit && !this.props.readonly };
    }

    get hasVersions() {
        return [...this.nodesById.values()].some((node) => node.version || node.was?.version);
    }

    get hasWarranties() {
        return [...this.nodesById.values()].some((node) => node.warranty_end);
    }

    get shownDate() {
        return deserializeDate(this.state.tree.date);
    }

    /** The first day of the build that is shown, and a year ago at most. */
    get firstDate() {
        const days = [...this.nodesById.values()].map((node) => node.date_installed).filter(Boolean);
        return [serializeDate(this.shownDate.minus({ years: 1 })), days.sort()[0] || ""].sort()[1];
    }

    get againstDate() {
        return this.state.againstDate ? deserializeDate(this.state.againstDate) : false;
    }

    get emptyText() {
        if (this.againstValue) {
            return _t("Nothing differs.");
        }
        return this.state.date ? _t("Nothing was in this unit on that day.") : _t("No components are recorded.");
    }

    formatDay(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    formatQuantity(quantity) {
        return formatFloat(quantity, { trailingZeros: false });
    }

    wasText(text) {
        return this.state.against === "design" ? _t("designed: %s", text) : _t("was %s", text);
    }

    // ------------------------------------------------------------------
    // View
    // ------------------------------------------------------------------

    async setDate(date) {
        this.state.date = date ? serializeDate(date) : null;
        await this.load();
    }

    async setAgainst(against) {
        this.state.against = against;
        this.state.isDifferencesOnly = this.state.isDifferencesOnly && Boolean(against);
        if (against === "date" && !this.state.againstDate) {
            this.state.againstDate = this.firstDate;
        }
        await this.load();
    }

    async setAgainstDate(date) {
        this.state.againstDate = date ? serializeDate(date) : null;
        await this.load();
    }

    toggle(node, isFolded = !this.state.folded.has(node.id)) {
        if (isFolded) {
            this.state.folded.add(node.id);
        } else {
            this.state.folded.delete(node.id);
        }
    }

    foldAll() {
        this.state.folded = new Set(this.parents.values());
    }

    unfoldAll() {
        this.state.folded.clear();
    }

    unfoldDifferences() {
        for (const id of this.differing) {
            if (this.nodesById.get(id).children.some((child) => this.differing.has(child.id))) {
                this.state.folded.delete(id);
            }
        }
    }

    onKeydown(ev, row) {
        if (ev.target !== ev.currentTarget) {
            return;
        }
        const { node } = row;
        const actions = {
            ArrowDown: () => this.focusRow(ev.currentTarget.nextElementSibling),
            ArrowUp: () => this.focusRow(ev.currentTarget.previousElementSibling),
            ArrowRight: () => row.hasChildren && this.toggle(node, false),
            ArrowLeft: () => {
                if (row.hasChildren && !row.isFolded) {
                    this.toggle(node, true);
                } else {
                    const parent = `[data-id="${this.parents.get(node.id)}"]`;
                    this.focusRow(this.body.el.querySelector(parent));
                }
            },
            Enter: () => this.open(node),
        };
        if (actions[ev.key]) {
            ev.preventDefault();
            actions[ev.key]();
        }
    }

    focusRow(el) {
        if (el) {
            this.state.focused = Number(el.dataset.id);
            el.focus();
        }
    }

    /** One row at a time is in the order of the Tab key: the last one that had the focus, or the first. */
    isTabStop(row, first) {
        return this.nodesById.has(this.state.focused) ? row.node.id === this.state.focused : row === first;
    }

    // ------------------------------------------------------------------
    // Actions
    // ------------------------------------------------------------------

    /** Save what is being edited in the unit: what follows works on the stored unit. */
    async save() {
        const isSaved = await this.props.record.save();
        this.resId = this.props.record.resId;
        return isSaved && Boolean(this.resId);
    }

    async reload() {
        await this.props.record.load();
        await this.load();
    }

    openDialog(props) {
        this.dialog.add(FormViewDialog, {
            resModel: COMPONENT,
            onRecordSaved: () => this.reload(),
            ...props,
        });
    }

    async add(parent = null) {
        if (await this.save()) {
            const context = {
                default_equipment_id: this.resId,
                default_parent_id: parent ? parent.id : false,
                default_date_installed: this.state.tree.date,
            };
            this.openDialog({ context, title: _t("Add a Component") });
        }
    }

    async open(node) {
        if (node.id > 0 && (await this.save())) {
            const isEditable = this.rights.edit;
            this.openDialog({
                resId: node.id,
                title: _t("Component"),
                readonly: !isEditable,
                preventEdit: !isEditable,
                preventCreate: true,
            });
        }
    }

    remove(node) {
        const day = this.formatDay(this.state.tree.date);
        const body = node.children.length
            ? _t("%(place)s and all that it contains will end on %(day)s. Nothing moves in the stock.", {
                  place: node.place,
                  day,
              })
            : _t("%(place)s will end on %(day)s. Nothing moves in the stock.", { place: node.place, day });
        this.dialog.add(ConfirmationDialog, {
            title: _t("Remove Component"),
            body: body.toString(),
            confirmLabel: _t("Remove"),
            confirm: async () => {
                if (await this.save()) {
                    await this.orm.call(COMPONENT, "action_remove", [node.id], { date: this.state.tree.date });
                    await this.reload();
                }
            },
            cancel: () => {},
        });
    }

    async exchange(node) {
        if (await this.save()) {
            await this.action.doAction("service_equipment.service_exchange_batch_action", {
                additionalContext: {
                    default_equipment_id: this.resId,
                    default_component_id: node.id,
                    is_from_unit: true,
                },
                onClose: () => this.reload(),
            });
        }
    }

    async print() {
        if (await this.save()) {
            const shown = { date: this.state.tree.date, against: this.againstValue };
            const method = "action_print_components";
            await this.action.doAction(await this.orm.call("service.equipment", method, [this.resId], shown));
        }
    }

    async trace(node) {
        if (await this.save()) {
            await this.action.doAction("stock.action_stock_report", {
                additionalContext: { active_model: "stock.lot", active_id: node.lot_id, active_ids: [node.lot_id] },
            });
        }
    }
}

registry.category("fields").add("service_component_tree", {
    component: ComponentTree,
    displayName: _t("Component Tree"),
    supportedTypes: ["one2many"],
    relatedFields: [{ name: "display_name", type: "char" }],
});
