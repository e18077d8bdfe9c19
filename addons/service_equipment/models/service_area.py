# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


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
        help="Beginnings of the postcodes of this area, separated by commas, and ranges of them: 20, SW1, 300..309.",
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

    @api.constrains("postcode_prefixes")
    def _check_postcode_prefixes(self):
        for area in self:
            for low, high in area._get_postcode_prefixes():
                if len(low) != len(high) or low > high:
                    raise ValidationError(
                        self.env._(
                            "%(low)s..%(high)s is no range of postcodes: write the smaller end first, "
                            "and both with as many characters.",
                            low=low,
                            high=high,
                        )
                    )

    @api.model
    def action_assign_sites(self):
        """Find the area of each site again, after the areas have been changed.

        :raise AccessError: unless the user may change areas
        """
        self.check_access("write")
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
        prefixes = self._get_postcode_prefixes()
        lengths = [
            len(low) for low, high in prefixes if len(low) <= len(postcode) and low <= postcode[: len(low)] <= high
        ]
        length = max(lengths, default=0)
        has_prefix = bool(prefixes)
        if (
            (has_prefix and not length)
            or (self.state_ids and partner.state_id not in self.state_ids)
            or (self.country_ids and partner.country_id not in self.country_ids)
            or not (has_prefix or self.state_ids or self.country_ids)
        ):
            return ()
        return (length, bool(self.state_ids), bool(self.country_ids), -self.id)

    def _get_postcode_prefixes(self):
        """Return the beginnings of the postcodes of this area as ranges.

        :return: list of tuples (first, last); both ends are the same for a single beginning
        """
        self.ensure_one()
        entries = ("".join(entry.split()).upper() for entry in (self.postcode_prefixes or "").split(","))
        ends = [entry.partition("..") for entry in entries if entry]
        return [(low, high if dots else low) for low, dots, high in ends]
