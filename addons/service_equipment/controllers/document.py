# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request


class ServiceEquipmentDocumentController(http.Controller):
    """Where the screen of a unit's documents sends its files."""

    @http.route("/service/equipment/<int:equipment_id>/document", type="http", auth="user", methods=["POST"])
    def upload_document(self, equipment_id, **kwargs):
        """Add the files that were sent as `ufile` to a unit, all or none.

        :return: JSON: `success` or `error` with one sentence
        """
        files = request.httprequest.files.getlist("ufile")
        try:
            with request.env.cr.savepoint():
                request.env["service.equipment"].browse(equipment_id).check_access("read")
                request.env["service.equipment.document"]._create_from_files(files, equipment_id=equipment_id)
        except UserError as error:
            return json.dumps({"error": str(error)})
        return json.dumps({"success": request.env._("%(count)s file(s) added.", count=len(files))})
