# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from random import randint

from odoo import fields, models


class ServiceCallTag(models.Model):
    """A free label on calls."""

    _name = "service.call.tag"
    _description = "Call Tag"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Leave empty to share the tag between companies."
    )

    _name_uniq = models.UniqueIndex("(name, COALESCE(company_id, 0))", "A tag with this name exists already.")


class ServiceCall(models.Model):
    _inherit = "service.call"

    tag_ids = fields.Many2many(
        comodel_name="service.call.tag", string="Tags", check_company=True, groups="base.group_user"
    )
