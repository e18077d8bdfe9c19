// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import { registry } from "@web/core/registry";
import { productDocumentKanbanView } from "@product/js/product_document_kanban/product_document_kanban_view";

/** Documents of one contract, uploaded with a button as Odoo does for products. */
class ServiceContractDocumentController extends productDocumentKanbanView.Controller {
    setup() {
        super.setup();
        this.uploadRoute = `/service/contract/${this.props.context.default_contract_id}/document`;
        this.formData = {};
    }
}

registry.category("views").add("service_contract_documents", {
    ...productDocumentKanbanView,
    Controller: ServiceContractDocumentController,
});
