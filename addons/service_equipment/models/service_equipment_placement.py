# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_date


class ServiceEquipmentPlacement(models.Model):
    """Whose a unit was and where it stood, from one day to the next.

    A row is in force from `date_start` up to, but not on, `date_end`. The register writes the
    rows whenever a unit's customer, site or zone changes; nobody edits them. A unit that stands
    nowhere has no open row.
    """

    _name = "service.equipment.placement"
    _description = "Equipment Placement"
    _order = "date_start desc, id desc"

    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
    )
    site_id = fields.Many2one(comodel_name="res.partner", index="btree_not_null", ondelete="restrict")
    zone_id = fields.Many2one(comodel_name="service.zone", index="btree_not_null")
    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_end = fields.Date(string="To", help="The day on which the unit left; empty while it is there.")
    reason = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Moved by",
        default=lambda self: self.env.user,
    )
    # The unit's: what it links to was checked there.
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, precompute=True, index=True)

    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)",
        "A unit cannot leave a place before it came there.",
    )
    _open_uniq = models.UniqueIndex(
        "(equipment_id) WHERE date_end IS NULL",
        "A unit stands in one place at a time.",
    )

    @api.depends("partner_id.display_name", "site_id.display_name", "zone_id.name", "date_start")
    def _compute_display_name(self):
        for placement in self:
            day = placement.date_start and format_date(self.env, placement.date_start)
            placement.display_name = " - ".join(filter(None, (placement._get_place_name(), day)))

    def _get_place_name(self):
        """Return the words for the place: the site, else the customer, and the zone."""
        self.ensure_one()
        place = self.site_id or self.partner_id
        return " / ".join(filter(None, (place.display_name, self.zone_id.name)))

    def _is_at(self, place):
        """Say whether this row tells of a place.

        :param dict place: as made by `service.equipment._prepare_place_values()`
        """
        self.ensure_one()
        return all(self[name].id == (value or False) for name, value in place.items())
