# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

PLACE_FIELDS = ("partner_id", "site_id", "zone_id")


class ServiceEquipmentMove(models.TransientModel):
    """Units go to another site, customer or company.

    What is left empty stays as it is; only the site and zone of a former customer do not.
    """

    _name = "service.equipment.move"
    _description = "Move Equipment"
    _check_company_auto = True

    equipment_ids = fields.Many2many(comodel_name="service.equipment", required=True)
    moving_ids = fields.Many2many(
        comodel_name="service.equipment",
        relation="service_equipment_move_moving_rel",
        string="Units That Move",
        compute="_compute_moving_ids",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", check_company=True)
    commercial_partner_id = fields.Many2one(comodel_name="res.partner", compute="_compute_commercial_partner_id")
    site_id = fields.Many2one(
        comodel_name="res.partner",
        check_company=True,
        domain="[('id', 'child_of', commercial_partner_id)]",
    )
    zone_id = fields.Many2one(
        comodel_name="service.zone",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char()
    with_children = fields.Boolean(string="With Sub-Units", default=True)
    child_count = fields.Integer(compute="_compute_moving_ids")
    summary = fields.Char(compute="_compute_summary")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        units = self.env["service.equipment"].browse(self.env.context.get("active_ids", []))
        if self.env.context.get("active_model") == "service.equipment" and units:
            if len(units.company_id) > 1:
                raise UserError(self.env._("Choose units of one company."))
            values.update(equipment_ids=[Command.set(units.ids)], company_id=units.company_id.id)
            places = {name: units.mapped(name) for name in PLACE_FIELDS if all(unit[name] for unit in units)}
            values.update({name: place.id for name, place in places.items() if len(place) == 1})
        return values

    @api.depends("equipment_ids", "with_children")
    def _compute_moving_ids(self):
        for wizard in self:
            units = wizard.equipment_ids._origin
            everything = units._get_with_children()
            wizard.child_count = len(everything - units)
            wizard.moving_ids = everything if wizard.with_children else units

    @api.depends("partner_id", "equipment_ids")
    def _compute_commercial_partner_id(self):
        for wizard in self:
            customer = wizard.partner_id or wizard.equipment_ids.partner_id
            wizard.commercial_partner_id = customer.commercial_partner_id[:1]

    @api.depends("moving_ids", "company_id", "partner_id", "site_id", "zone_id", "date")
    def _compute_summary(self):
        for wizard in self:
            vals = wizard._prepare_move_values()
            place = (wizard.site_id or wizard.partner_id).display_name if {"site_id", "partner_id"} & set(vals) else ""
            changes = [
                self.env._("to %(place)s", place=place) if place else "",
                self.env._("into the zone %(zone)s", zone=wizard.zone_id.name) if vals.get("zone_id") else "",
                self.env._("out of its zone") if vals.get("zone_id") is False and wizard._is_leaving_zone() else "",
                self.env._("over to %(company)s", company=wizard.company_id.name) if wizard._is_handover() else "",
            ]
            changes = list(filter(None, changes))
            wizard.summary = (
                self.env._("%(count)s unit(s) go %(way)s.", count=len(wizard.moving_ids), way=", ".join(changes))
                if changes
                else self.env._("Nothing changes yet: choose another customer, site or zone.")
            )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id and self.site_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            self.site_id = False
            self.zone_id = False

    @api.onchange("company_id")
    def _onchange_company_id(self):
        if self.zone_id.company_id != self.company_id:
            self.zone_id = False

    def action_move(self):
        """Move the units as previewed.

        :return: an `ir.actions.act_window` dict for the units of another company, or one that closes the window
        :raise UserError: when nothing changes, or a unit cannot go there
        """
        self.ensure_one()
        vals = self._prepare_move_values()
        units = self.moving_ids
        self._check_site(vals)
        if self._is_handover():
            successors = units._hand_over(self.company_id, vals, self.date, self.reason or "")
            action = successors._get_action([("id", "in", successors.ids)])
            return {**action, "context": {"allowed_company_ids": (self.env.companies | self.company_id).ids}}
        if not vals:
            raise UserError(self.env._("Nothing changes: choose another customer, site or zone."))
        units._move(vals, self.date, self.reason or "")
        return {"type": "ir.actions.act_window_close"}

    def _is_handover(self):
        """Say whether another company takes the units over."""
        self.ensure_one()
        return bool(self.company_id) and self.company_id != self.equipment_ids.company_id

    def _is_leaving_zone(self):
        """Say whether a unit leaves a zone of its former customer."""
        self.ensure_one()
        return bool(self.moving_ids.zone_id)

    def _prepare_move_values(self):
        """Prepare those of the places of the units that change; pure.

        :return: dict of `partner_id`, `site_id`, `zone_id`
        """
        self.ensure_one()
        units = self.moving_ids
        vals = {
            name: self[name].id
            for name in PLACE_FIELDS
            if self[name] and any(unit[name] != self[name] for unit in units)
        }
        customers = units.commercial_partner_id
        if self.partner_id and customers != self.partner_id.commercial_partner_id:
            vals.setdefault("site_id", self.site_id.id)
            vals.setdefault("zone_id", self.zone_id.id)
        return vals

    def _check_site(self, vals):
        """Refuse a site that belongs to another customer than the units."""
        site = self.site_id
        if "site_id" not in vals or not site:
            return
        customers = (self.partner_id or self.moving_ids.partner_id).commercial_partner_id
        if customers and customers != site.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(site)s is not a site of %(customer)s.",
                    site=site.display_name,
                    customer=(customers - site.commercial_partner_id)[:1].display_name,
                )
            )
