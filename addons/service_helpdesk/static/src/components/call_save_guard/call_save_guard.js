import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";

// Fields that two people may change at the same time, each from what he has on his screen.
const GUARDED_FIELDS = [
    "subject",
    "description",
    "type_id",
    "priority",
    "partner_id",
    "contact_id",
    "site_id",
    "equipment_id",
    "product_id",
    "team_id",
    "user_id",
    "stage_id",
];

function toPlain(value) {
    if (value && typeof value === "object" && "id" in value) {
        return value.id;
    }
    return value ? value.valueOf().toString() : false;
}

/**
 * A call is saved with what the user had seen of the fields that he changes, so that the server can refuse to overwrite
 * what somebody else has changed meanwhile (see `service_call_guard.py`).
 */
patch(FormController.prototype, {
    async onWillSaveRecord(record, changes) {
        if (record.resModel === "service.call" && record.resId) {
            const guarded = GUARDED_FIELDS.filter((name) => name in changes && name in record._values);
            if (guarded.length) {
                changes.seen_values = Object.fromEntries(
                    guarded.map((name) => [name, toPlain(record._values[name])])
                );
            }
        }
        return super.onWillSaveRecord(...arguments);
    },
});
