# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrFieldsConverter(models.AbstractModel):
    _inherit = "ir.fields.converter"

    @api.model
    def db_id_for(self, model, field, subfield, value, savepoint):
        # `service.import.mixin` has found these records for the whole file.
        if subfield == ".id" and (field.comodel_name, value) in self.env.context.get("service_import_found", ()):
            return int(value), []
        return super().db_id_for(model, field, subfield, value, savepoint)
