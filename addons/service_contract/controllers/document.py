# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request


class ServiceContractDocumentController(http.Controller):
    """Where the screen of a contract's documents sends its files."""

    @http.route("/service/contract/<int:contract_id>/document", type="http", auth="user", methods=["POST"])
    def upload_document(self, contract_id, **kwargs):
        """Add the files that were sent as `ufile` to a contract, all or none.

        :return: JSON: `success` or `error` with one sentence
        """
        files = request.httprequest.files.getlist("ufile")
        try:
            with request.env.cr.savepoint():
                request.env["service.contract"].browse(contract_id).check_access("read")
                request.env["service.contract.document"]._create_from_files(files, contract_id=contract_id)
        except UserError as error:
            return json.dumps({"error": str(error)})
        return json.dumps({"success": request.env._("%(count)s file(s) added.", count=len(files))})
