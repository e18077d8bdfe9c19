# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .product_template_design import DesignNode


class ServiceProductComponent(models.Model):
    """One line of a product's as-designed list; registration copies it to each unit.

    A component whose product has an as-designed list of its own is a sub-assembly, to any depth:
    `product.template._explode_service_design()` draws the whole tree.
    """

    _name = "service.product.component"
    _description = "As-Designed Component"
    _order = "product_tmpl_id, position, id"
    _rec_name = "product_id"
    _check_company_auto = True

    product_tmpl_id = fields.Many2one(
        comodel_name="product.template",
        string="Part of",
        required=True,
        index=True,
        ondelete="cascade",
    )
    position = fields.Char(help="Where in the product the component sits.")
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Component",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    version = fields.Char(help="The version that is built in at the factory.")
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    is_serial_wanted = fields.Boolean(
        string="Serial Wanted",
        help="The serial number of each piece has to be recorded on each unit.",
    )
    warranty_months = fields.Integer(
        string="Own Warranty (months)",
        help="How long this component is under warranty. Leave it at 0 to give it the terms of its product or, "
        "when that has none, the warranty on parts of the whole unit.",
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id", store=True, index=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)",
        "The quantity of an as-designed component must be greater than zero.",
    )
    _warranty_months_positive = models.Constraint(
        "CHECK(warranty_months >= 0)",
        "A warranty cannot last a negative number of months.",
    )

    @api.constrains("quantity", "is_serial_wanted")
    def _check_whole_pieces(self):
        for line in self:
            if line.is_serial_wanted and line.product_id.uom_id.compare(line.quantity, round(line.quantity)):
                raise ValidationError(
                    self.env._(
                        "%(component)s: serial numbers are recorded per piece, so enter a whole quantity.",
                        component=line.product_id.display_name,
                    )
                )

    @api.constrains("product_tmpl_id", "product_id")
    def _check_contains_itself(self):
        # The lists of products of other companies count too.
        contents = self.sudo().product_id.product_tmpl_id._get_service_design_contents()
        for line in self.sudo():
            part, whole = line.product_id.product_tmpl_id, line.product_tmpl_id
            if part == whole:
                raise ValidationError(
                    self.env._("%(product)s cannot be a component of itself.", product=whole.display_name)
                )
            if whole in contents[part]:
                raise ValidationError(
                    self.env._(
                        "%(component)s contains %(product)s and so cannot be a component of it.",
                        component=part.display_name,
                        product=whole.display_name,
                    )
                )

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.is_serial_wanted = self.product_id.tracking == "serial"

    def _get_design_nodes(self, children):
        """Draw out this line: one node per piece when pieces are told apart, else one node.

        :param list children: the nodes of what one piece contains
        :return: list of :class:`DesignNode`
        """
        self.ensure_one()
        count = round(self.quantity)
        is_whole = not self.product_id.uom_id.compare(self.quantity, count)
        if count < 2 or not is_whole or not (self.is_serial_wanted or children):
            return [DesignNode(self, self.position, self.quantity, children)]
        return [
            DesignNode(self, self.position and f"{self.position} {piece}", 1.0, children)
            for piece in range(1, count + 1)
        ]

    def _prepare_component_values(self, equipment):
        """Hook: prepare the as-maintained row of this line on a unit; pure.

        The caller adds position, quantity and sub-assembly, which differ from piece to piece.

        :param equipment: the `service.equipment` that is registered
        :return: dict of `service.component` values
        """
        self.ensure_one()
        own_warranty = {"warranty_months": self.warranty_months} if self.warranty_months else {}
        return {
            "equipment_id": equipment.id,
            "product_id": self.product_id.id,
            "version": self.version,
            "is_serial_wanted": self.is_serial_wanted,
            "date_installed": equipment.date_delivered or equipment._get_today(),
            **own_warranty,
        }
