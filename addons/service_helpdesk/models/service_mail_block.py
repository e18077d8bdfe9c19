# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache
from odoo.tools.mail import email_normalize


class ServiceMailBlock(models.Model):
    """A sender whose mails are spam: they are kept on one closed call, and nobody is told of them."""

    _name = "service.mail.block"
    _description = "Blocked Sender"
    _inherit = ["service.cached.mixin"]
    _order = "email, id"
    _rec_name = "email"

    email = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    _email_uniq = models.UniqueIndex("(email, company_id)", "This sender is blocked already.")

    @api.constrains("email")
    def _check_email(self):
        for block in self:
            if email_normalize(block.email) != block.email:
                raise ValidationError(self.env._("%(email)s is not an e-mail address.", email=block.email))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalize(vals))

    def _normalize(self, vals):
        if not vals.get("email"):
            return dict(vals)
        return {**vals, "email": email_normalize(vals["email"]) or vals["email"].strip()}

    @api.model
    def _is_blocked(self, sender, company):
        """Tell whether ``company`` doesn't want mails of ``sender``, a normalized address."""
        return sender in self._get_blocked(company.id)

    @api.model
    @ormcache("company_id")
    def _get_blocked(self, company_id):
        """Return the addresses that a company blocks; no query while nobody changes them."""
        # Mails come in for whoever wrote them; what is blocked is nobody's secret from the machine.
        return frozenset(self.sudo().search([("company_id", "=", company_id)]).mapped("email"))
