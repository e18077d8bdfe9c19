// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";
import { productDocumentKanbanView } from "@product/js/product_document_kanban/product_document_kanban_view";

/** Photos and documents of one unit, uploaded with a button as Odoo does for products. */
class ServiceEquipmentDocumentController extends productDocumentKanbanView.Controller {
    setup() {
        super.setup();
        this.uploadRoute = `/service/equipment/${this.props.context.default_equipment_id}/document`;
        this.formData = {};
    }
}

registry.category("views").add("service_equipment_documents", {
    ...productDocumentKanbanView,
    Controller: ServiceEquipmentDocumentController,
});
