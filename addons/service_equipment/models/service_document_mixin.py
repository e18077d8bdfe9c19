# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceDocumentMixin(models.AbstractModel):
    """A file or link that belongs to a document of its own, for us alone or for the customer too.

    Customers may read what the document is about, and so every file that hangs on that. A model that inherits this
    says ``_inherits = {"ir.attachment": "ir_attachment_id"}`` and names what its documents are about.
    """

    _name = "service.document.mixin"
    _description = "Document with a File"

    ir_attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="File",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    is_public = fields.Boolean(string="Customer Sees It")

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create([{**vals, "public": False} for vals in vals_list])
        for document in documents:
            # Whoever adds a document decides where its file belongs; nobody else ever has.
            document.ir_attachment_id.sudo().write({"res_model": self._name, "res_id": document.id})
        documents._check_url()
        return documents

    def write(self, vals):
        res = super().write(vals)
        if "url" in vals or "type" in vals:
            self._check_url()
        return res

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for document, vals in zip(self, vals_list, strict=True):
            vals["ir_attachment_id"] = document.ir_attachment_id.copy().id
        return vals_list

    @api.model
    def _create_from_files(self, files, **vals):
        """Make one document of each uploaded file.

        :param files: uploaded files, as werkzeug gives them
        :param vals: what the documents are about
        :return: the documents
        """
        return self.create(
            [
                {**vals, "name": file.filename, "mimetype": file.content_type, "raw": file.read()}
                for file in files
            ]
        )

    def _check_url(self):
        """Refuse links that are not web addresses; a constraint is not asked about fields of the file."""
        for document in self:
            if document.type == "url" and not (document.url or "").startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("The link of %(name)s must begin with https:// or http://.", name=document.name)
                )
