# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ServiceZone(models.Model):
    """A group of like equipment in one or many sites, with a weight for the queue.

    A unit is in one zone at most. Sites, models and categories say which units belong to a zone:
    they are looked for when the user asks, and whoever is put into a zone by hand stays there.
    """

    _name = "service.zone"
    _description = "Service Zone"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    weight = fields.Float(
        default=1.0,
        help="Of two calls with the same priority and deadline, the one in the heavier zone comes first in the queue: "
        "1 is normal, 2 goes before 1, 0 comes last.",
    )
    site_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Sites",
        domain=[("is_service_site", "=", True)],
        check_company=True,
        help="Leave empty for all sites.",
    )
    product_tmpl_ids = fields.Many2many(
        comodel_name="product.template",
        string="Models",
        domain=[("is_service_equipment", "=", True)],
        check_company=True,
        help="Leave models and categories empty for all units at the sites.",
    )
    categ_ids = fields.Many2many(
        comodel_name="product.category",
        string="Categories",
        help="With the categories below them.",
    )
    equipment_ids = fields.One2many(comodel_name="service.equipment", inverse_name="zone_id")
    equipment_count = fields.Integer(compute="_compute_equipment_count")
    matching_count = fields.Integer(
        string="Matching Units",
        compute="_compute_matching_count",
        help="Units that match the sites, models and categories and are in no zone.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    _weight_positive = models.Constraint("CHECK(weight >= 0)", "The weight of a zone cannot be negative.")

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_equipment_count(self):
        counts = self.env["service.equipment"]._get_count_by("zone_id", self)
        for zone in self:
            zone.equipment_count = counts.get(zone.id, 0)

    # Shown on the form only, for one zone at a time: always as of now.
    @api.depends("site_ids", "product_tmpl_ids", "categ_ids", "company_id")
    def _compute_matching_count(self):
        for zone in self:
            stored = zone._origin
            domain = stored._get_equipment_domain() & Domain("zone_id", "=", False) if stored else Domain.FALSE
            zone.matching_count = self.env["service.equipment"].search_count(domain)

    def action_assign_equipment(self):
        """Put the matching units that are in no zone into this one.

        :return: an `ir.actions.client` dict that tells how many
        """
        return self._assign(Domain("zone_id", "=", False))

    def action_reassign_equipment(self):
        """Put all matching units into this zone, out of the zones in which they are.

        :return: an `ir.actions.client` dict that tells how many
        """
        return self._assign(Domain("zone_id", "not in", self.ids))

    def action_view_equipment(self):
        """Open the units of these zones.

        :return: an `ir.actions.act_window` dict
        """
        return self.env["service.equipment"]._get_action([("zone_id", "in", self.ids)])

    def _assign(self, domain):
        """Put the matching units of a domain into this zone."""
        self.ensure_one()
        if not (self.site_ids or self.product_tmpl_ids or self.categ_ids):
            raise UserError(self.env._("Choose the sites, models or categories of the zone first."))
        units = self.env["service.equipment"].search(self._get_equipment_domain() & domain)
        units.zone_id = self
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if units else "info",
                "message": self.env._("%(count)s unit(s) came into %(zone)s.", count=len(units), zone=self.name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_equipment_domain(self):
        """Hook: return the domain of the units that match one zone, whichever zone they are in.

        None match a zone without sites, models and categories.
        """
        self.ensure_one()
        like = Domain("product_tmpl_id", "in", self.product_tmpl_ids.ids)
        if self.categ_ids:
            like |= Domain("product_categ_id", "child_of", self.categ_ids.ids)
        domain = Domain("company_id", "=", self.company_id.id) & Domain("state", "!=", "retired")
        if self.site_ids:
            domain &= Domain("site_id", "in", self.site_ids.ids)
        elif not (self.product_tmpl_ids or self.categ_ids):
            return Domain.FALSE
        return domain & like if self.product_tmpl_ids or self.categ_ids else domain
