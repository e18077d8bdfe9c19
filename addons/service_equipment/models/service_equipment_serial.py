# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ServiceEquipment(models.Model):
    """Serial numbers of units given as text: by imports and by other systems."""

    _inherit = "service.equipment"

    @api.depends("lot_id.name")
    def _compute_serial_number(self):
        for equipment in self:
            # Whoever sees the unit sees its serial number, stock rights or not.
            equipment.serial_number = equipment.sudo().lot_id.name

    def _inverse_serial_number(self):
        for equipment in self:
            vals = {
                "product_id": equipment.product_id.id,
                "company_id": equipment.company_id.id,
                "serial_number": equipment.serial_number,
            }
            equipment.lot_id = self._replace_serial_numbers([vals])[0].get("lot_id")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._replace_serial_numbers(vals_list))

    @api.model
    def _replace_serial_numbers(self, vals_list):
        """Replace texts in values of new units by the serial numbers that they mean, made where missing.

        :param list vals_list: values for `create`
        :return: list of dict, with `lot_id` where `serial_number` was
        :raise ValidationError: when a product is not tracked by serial number
        """
        company_id = self.env.company.id
        wanted = {}
        for index, vals in enumerate(vals_list):
            if vals.get("serial_number") and vals.get("product_id") and not vals.get("lot_id"):
                wanted[index] = (vals["product_id"], vals.get("company_id") or company_id, vals["serial_number"])
        for product in self.env["product.product"].browse({key[0] for key in wanted.values()}):
            if product.tracking != "serial":
                raise ValidationError(
                    self.env._(
                        "%(product)s is not tracked by serial number: track it, or leave the serial number empty.",
                        product=product.display_name,
                    )
                )
        lots = self.env["stock.lot"]._get_service_lots(wanted.values())
        return [
            {
                **{name: value for name, value in vals.items() if name != "serial_number"},
                **({"lot_id": lots[wanted[index]].id} if index in wanted else {}),
            }
            if "serial_number" in vals
            else vals
            for index, vals in enumerate(vals_list)
        ]


class ServiceComponent(models.Model):
    """Serial numbers of components given as text."""

    _name = "service.component"
    _inherit = ["service.component", "service.import.mixin"]

    serial_number = fields.Char(
        string="Serial",
        compute="_compute_serial_number",
        inverse="_inverse_serial_number",
        search="_search_serial_number",
        help="The serial number as text: imports and other systems name it so.",
    )

    @api.depends("lot_id.name", "serial_found")
    def _compute_serial_number(self):
        for component in self:
            # Whoever sees the unit sees the serial numbers of its parts, stock rights or not.
            component.serial_number = component.sudo().lot_id.name or component.serial_found

    def _inverse_serial_number(self):
        for component in self:
            vals = {
                "product_id": component.product_id.id,
                "equipment_id": component.equipment_id.id,
                "serial_number": component.serial_number,
            }
            new = self._replace_serial_numbers([vals])[0]
            component.write({"lot_id": new.get("lot_id"), "serial_found": new.get("serial_found")})

    @api.model
    def _search_serial_number(self, operator, value):
        if operator not in ("in", "ilike", "=ilike"):
            return NotImplemented
        # Looked up first: joined by "or", only plain numbers find the indexes of a long table.
        lots = self.env["stock.lot"].search([("name", operator, value)])
        return Domain("lot_id", "in", lots.ids) | Domain("serial_found", operator, value)

    @api.model_create_multi
    def create(self, vals_list):
        # A serial number that was just taken out of one unit may go into another.
        self.flush_model(["lot_id", "date_removed"])
        vals_list = self._add_parents_unit(vals_list)
        return super().create(self._replace_serial_numbers(vals_list))

    @api.model
    def _add_parents_unit(self, vals_list):
        """Put rows that are created inside a sub-assembly into the unit of that."""
        return [
            {**vals, "equipment_id": self.browse(vals["parent_id"]).equipment_id.id}
            if vals.get("parent_id") and not vals.get("equipment_id")
            else vals
            for vals in vals_list
        ]

    @api.model
    def _replace_serial_numbers(self, vals_list):
        """Replace texts in values of new rows by the serial numbers that they mean, made where missing.

        What stock does not track is recorded as it was read.

        :param list vals_list: values for `create`
        :return: list of dict, with `lot_id` or `serial_found` where `serial_number` was
        """
        wanted = {}
        replaced = [{name: value for name, value in vals.items() if name != "serial_number"} for vals in vals_list]
        for index, vals in enumerate(vals_list):
            serial, product_id = vals.get("serial_number"), vals.get("product_id")
            if not serial or not product_id or vals.get("lot_id"):
                continue
            if self.env["product.product"].browse(product_id).tracking == "none":
                replaced[index]["serial_found"] = serial
            else:
                company = self.env["service.equipment"].browse(vals["equipment_id"]).company_id
                wanted[index] = (product_id, company.id, serial)
        lots = self.env["stock.lot"]._get_service_lots(wanted.values())
        for index, key in wanted.items():
            replaced[index]["lot_id"] = lots[key].id
        return replaced
