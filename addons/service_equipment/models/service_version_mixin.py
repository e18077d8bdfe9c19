# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.version import version_key


class ServiceVersionMixin(models.AbstractModel):
    """Numbered documents with a title, about a range of versions: a bug or fix, a solution."""

    _name = "service.version.mixin"
    _description = "Document about Versions"
    _inherit = ["service.number.mixin"]
    _rec_names_search = ["name", "title"]

    title = fields.Char(required=True)
    version_from = fields.Char(string="From Version")
    version_to = fields.Char(string="To Version")
    version_from_key = fields.Char(compute="_compute_version_keys", store=True, precompute=True)
    version_to_key = fields.Char(compute="_compute_version_keys", store=True, precompute=True)

    @api.depends("name", "title")
    def _compute_display_name(self):
        for document in self:
            document.display_name = " - ".join(filter(None, (document.name, document.title)))

    @api.depends("version_from", "version_to")
    def _compute_version_keys(self):
        for document in self:
            document.version_from_key = version_key(document.version_from) or False
            document.version_to_key = version_key(document.version_to) or False

    @api.constrains("version_from", "version_to")
    def _check_versions(self):
        for document in self:
            first, last = document.version_from_key, document.version_to_key
            for version, key in ((document.version_from, first), (document.version_to, last)):
                if version and not key:
                    raise ValidationError(
                        self.env._("%(version)s is no version: it has no digit and no letter.", version=version)
                    )
            if first and last and first > last:
                raise ValidationError(
                    self.env._(
                        "Version %(first)s comes after %(last)s: exchange them.",
                        first=document.version_from,
                        last=document.version_to,
                    )
                )
