# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ServiceSolutionUse(models.Model):
    """A call on which a solution was tried, or a customer who read it, and whether it helped."""

    _name = "service.solution.use"
    _description = "Use of a Solution"
    _order = "id desc"
    _check_company_auto = True

    solution_id = fields.Many2one(
        comodel_name="service.solution",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Reader",
        index="btree_not_null",
        ondelete="cascade",
        help="Who read it in the portal.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        compute="_compute_company_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Tried By",
        index="btree_not_null",
        default=lambda self: self.env.user,
        readonly=True,
    )
    result = fields.Selection(
        selection=[("open", "Not known yet"), ("helped", "Helped"), ("failed", "Did not help")],
        required=True,
        default="open",
        index=True,
    )
    is_sent = fields.Boolean(string="Sent to the Customer", readonly=True)

    _call_uniq = models.UniqueIndex(
        "(solution_id, call_id) WHERE call_id IS NOT NULL",
        "This solution stands on the call already.",
    )
    _reader_uniq = models.UniqueIndex(
        "(solution_id, partner_id) WHERE call_id IS NULL",
        "Each reader says once whether a solution helped.",
    )

    @api.depends("call_id")
    def _compute_company_id(self):
        for use in self:
            use.company_id = use.call_id.company_id or use.company_id or self.env.company

    @api.depends("solution_id.display_name", "call_id.name")
    def _compute_display_name(self):
        for use in self:
            use.display_name = " / ".join(filter(None, (use.solution_id.display_name, use.call_id.name)))

    @api.constrains("call_id", "partner_id")
    def _check_where(self):
        for use in self:
            if not use.call_id and not use.partner_id:
                raise ValidationError(self.env._("Say on which call the solution was tried."))

    def action_helped(self):
        """Say that the solution helped."""
        self.write({"result": "helped"})
        return True

    def action_failed(self):
        """Say that the solution did not help."""
        self.write({"result": "failed"})
        return True
