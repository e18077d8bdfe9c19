# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceArea(models.Model):
    """A region that engineers serve; a site's area follows from its address.

    An area without countries, states and postcodes matches no address: it is chosen by hand.
    """

    _name = "service.area"
    _description = "Service Area"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(index="btree_not_null")
    country_ids = fields.Many2many(comodel_name="res.country", string="Countries")
    state_ids = fields.Many2many(comodel_name="res.country.state", string="States")
    postcode_prefixes = fields.Char(
        help="Beginnings of the postcodes of this area, separated by commas: 20, 21, SW1.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Leave empty to share the area between companies.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, company_id) WHERE code IS NOT NULL",
        "Another area of this company has the same code.",
    )

    @api.model
    def action_assign_sites(self):
        """Find the area of each site again, after the areas have been changed."""
        # Whoever configures the areas decides which sites they hold, without rights on contacts.
        sites = self.env["res.partner"].sudo().search([("is_service_site", "=", True)])
        sites._compute_area_id()

    @api.model
    def _get_area_by_partner(self, partners):
        """Find the area of each address: longest postcode, then state, then country.

        :param partners: `res.partner` records
        :return: dict of partner to `service.area` record (may be empty)
        """
        # Areas are configuration that whoever edits an address may not read.
        areas = self.sudo().search([])  # pylint: disable=no-search-all
        return {
            partner: max(
                (area for area in areas if area._get_address_rank(partner)),
                key=lambda area: area._get_address_rank(partner),
                default=self.browse(),
            ).sudo(False)
            for partner in partners
        }

    def _get_address_rank(self, partner):
        """Say how closely the area matches an address.

        :return: tuple to compare (bigger is closer), empty when the area does not match
        """
        self.ensure_one()
        if self.company_id and self.company_id != partner.company_id:
            return ()
        postcode = "".join((partner.zip or "").split()).upper()
        prefixes = [prefix.strip().upper() for prefix in (self.postcode_prefixes or "").split(",")]
        length = max((len(prefix) for prefix in prefixes if prefix and postcode.startswith(prefix)), default=0)
        has_prefix = any(prefixes)
        if (
            (has_prefix and not length)
            or (self.state_ids and partner.state_id not in self.state_ids)
            or (self.country_ids and partner.country_id not in self.country_ids)
            or not (has_prefix or self.state_ids or self.country_ids)
        ):
            return ()
        return (length, bool(self.state_ids), bool(self.country_ids), -self.id)
