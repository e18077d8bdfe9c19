# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .service_equipment import INTERNAL


class ServiceEquipmentDocument(models.Model):
    """A photo, file or link of a unit, for us alone or for the customer too.

    The file belongs to this record, not to the unit: customers may read their units, and so
    every file that hangs on one.
    """

    _name = "service.equipment.document"
    _description = "Equipment Document"
    _inherit = ["service.document.mixin"]
    _inherits = {"ir.attachment": "ir_attachment_id"}
    _order = "sequence, id desc"
    _check_company_auto = True

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    kind = fields.Selection(
        selection=[
            ("photo", "Photo"),
            ("manual", "Manual"),
            ("certificate", "Certificate"),
            ("delivery", "Delivery Note"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        for document, vals in zip(documents, vals_list, strict=True):
            if not vals.get("kind") and (document.mimetype or "").startswith("image/"):
                document.kind = "photo"
        return documents


class ServiceEquipment(models.Model):
    """The photos and documents of a unit."""

    _inherit = "service.equipment"

    document_ids = fields.One2many(
        comodel_name="service.equipment.document",
        inverse_name="equipment_id",
        string="Documents",
        groups=INTERNAL,
    )
    document_count = fields.Integer(compute="_compute_document_count", groups=INTERNAL)

    def _compute_document_count(self):
        groups = self.env["service.equipment.document"]._read_group(
            [("equipment_id", "in", self.ids)], ["equipment_id"], ["__count"]
        )
        counts = dict(groups)
        for equipment in self:
            equipment.document_count = counts.get(equipment, 0)

    def unlink(self):
        # The files go with the unit, for whoever may delete that.
        self.sudo().document_ids.unlink()
        return super().unlink()

    def action_view_documents(self):
        """Open the photos and documents of one unit.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_equipment_document_action")
        return {
            **action,
            "name": self.env._("Documents of %(unit)s", unit=self.name),
            "domain": [("equipment_id", "=", self.id)],
            "context": {"default_equipment_id": self.id},
        }

    def _get_portal_documents(self):
        """Return the documents that the customer of one unit may see.

        :return: `service.equipment.document` records, with the rights of the register: their files
            are handed out by whoever has checked that the unit is this customer's
        """
        self.ensure_one()
        self.check_access("read")
        # Customers read their units, not the documents: only what is marked for them.
        return self.env["service.equipment.document"].sudo().search(
            [("equipment_id", "=", self.id), ("is_public", "=", True)]
        )
