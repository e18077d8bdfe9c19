# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.version import version_key


def _get_installed_text(env, diagnostics):
    """Return the sentence that refuses a serial number which is installed already, with its unit's name if it can."""
    lot_id = diagnostics and re.search(r"\(lot_id\)=\((\d+)\)", diagnostics.message_detail or "")
    # A serial number is in one unit, whichever the user may see.
    Component = env["service.component"].sudo()
    domain = [("lot_id", "=", lot_id and int(lot_id[1])), ("date_removed", "=", False)]
    component = Component.search(domain, limit=1) if lot_id else Component
    if not component:
        return env._("This serial number is already installed in a unit.")
    return env._(
        "Serial number %(serial)s is already installed in %(unit)s.",
        serial=component.lot_id.name,
        unit=component.equipment_id.display_name,
    )


class ServiceComponent(models.Model):
    """One part of a unit's as-maintained list, from the day it went in to the day it came out.

    A row is in force from `date_installed` up to, but not on, `date_removed`. Rows without a
    removal date are today's build. A reversed exchange leaves a row that ends on the day on
    which it began and so was never in force.
    """

    _name = "service.component"
    _description = "As-Maintained Component"
    _inherit = ["service.limits.mixin"]
    _parent_name = "parent_id"
    _order = "equipment_id, complete_position, id"
    _check_company_auto = True

    # What the build of a unit is drawn from.
    _build_fields = (
        "equipment_id",
        "parent_id",
        "position",
        "complete_position",
        "product_id",
        "lot_id",
        "serial_found",
        "is_serial_wanted",
        "version",
        "quantity",
        "date_installed",
        "date_removed",
        "warranty_end",
    )

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    parent_id = fields.Many2one(
        comodel_name="service.component",
        string="Sub-Assembly",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('equipment_id', '=', equipment_id)]",
    )
    child_ids = fields.One2many(comodel_name="service.component", inverse_name="parent_id", string="Contains")
    position = fields.Char(help="Where in the unit the component sits.")
    complete_position = fields.Char(
        string="Place",
        compute="_compute_complete_position",
        recursive=True,
        store=True,
        precompute=True,
        help="The position below those of the sub-assemblies: it orders the list as a tree.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    is_serial_tracked = fields.Boolean(compute="_compute_is_serial_tracked", store=True, precompute=True)
    is_serial_wanted = fields.Boolean(string="Serial Wanted")
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Serial Number",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    serial_found = fields.Char(
        index="btree_not_null",
        help="The serial number read on the part, where the stock does not know it.",
    )
    version = fields.Char()
    version_key = fields.Char(
        compute="_compute_version_key",
        store=True,
        precompute=True,
        help="The version in a form that sorts: 1.9 before 1.10.",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    date_installed = fields.Date(required=True, default=fields.Date.context_today)
    date_removed = fields.Date()
    install_exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        string="Installed with",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        check_company=True,
    )
    removal_exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        string="Removed with",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, precompute=True, index=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)",
        "The quantity of a component must be greater than zero.",
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_removed IS NULL OR date_removed >= date_installed)",
        "A component cannot be removed before it was installed.",
    )
    _open_serial_uniq = models.UniqueIndex(
        "(lot_id) WHERE date_removed IS NULL AND is_serial_tracked IS TRUE",
        _get_installed_text,
    )
    _product_version_idx = models.Index("(product_id, version_key) WHERE version_key IS NOT NULL")

    @api.depends("position", "product_id.name", "parent_id.complete_position")
    def _compute_complete_position(self):
        for component in self:
            place = component.position or component.product_id.name
            component.complete_position = " / ".join(filter(None, (component.parent_id.complete_position, place)))

    @api.depends("version")
    def _compute_version_key(self):
        for component in self:
            component.version_key = version_key(component.version) or False

    # Not of the product's tracking: what is installed stays what it was.
    @api.depends("product_id")
    def _compute_is_serial_tracked(self):
        for component in self:
            component.is_serial_tracked = component.product_id.tracking == "serial"

    @api.depends("complete_position", "product_id.display_name", "lot_id.name", "serial_found")
    def _compute_display_name(self):
        for component in self:
            # Whoever sees the unit sees the serial numbers of its parts, stock rights or not.
            serial = component.sudo().lot_id.name or component.serial_found
            parts = (component.complete_position, component.product_id.display_name, serial)
            component.display_name = " - ".join(filter(None, parts))

    @api.constrains("product_id", "lot_id")
    def _check_lot_product(self):
        for component in self.sudo():
            if component.lot_id and component.lot_id.product_id != component.product_id:
                raise ValidationError(
                    self.env._(
                        "Serial number %(serial)s is of %(other)s, not of %(product)s.",
                        serial=component.lot_id.name,
                        other=component.lot_id.product_id.display_name,
                        product=component.product_id.display_name,
                    )
                )

    @api.constrains("parent_id", "equipment_id")
    def _check_parent(self):
        components = self.filtered("parent_id")
        if components._has_cycle():
            raise ValidationError(self.env._("A component cannot contain itself."))
        for component in components:
            if component.parent_id.equipment_id != component.equipment_id:
                raise ValidationError(
                    self.env._(
                        "%(component)s and its sub-assembly belong to different units.",
                        component=component.display_name,
                    )
                )

    @api.model
    def _get_in_force_domain(self, date):
        """Return the domain of the rows that were in force on a day.

        :param date: a date
        :return: `Domain`
        """
        return Domain("date_installed", "<=", date) & (
            Domain("date_removed", "=", False) | Domain("date_removed", ">", date)
        )

    def _is_in_force(self, date):
        """Tell whether this row was in force on a day.

        :param date: a date
        """
        self.ensure_one()
        return self.date_installed <= date and (not self.date_removed or self.date_removed > date)

    def _get_with_contents(self):
        """Return these rows and the open rows of all that they contain, one level per query."""
        contents = self
        level = self
        while level:
            level = self.search([("parent_id", "in", level.ids), ("date_removed", "=", False)])
            contents |= level
        return contents

    def _get_contents_at_removal(self):
        """Return the rows, one level down, that left the unit together with this one."""
        return self.child_ids.filtered(lambda child: child.removal_exchange_id == self.removal_exchange_id)
