# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class ServiceContractRenewLine(models.TransientModel):
    """One contract of a renewal, before and after."""

    _name = "service.contract.renew.line"
    _description = "Contract to Renew"

    wizard_id = fields.Many2one(
        comodel_name="service.contract.renew",
        required=True,
        index=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(comodel_name="service.contract", required=True, readonly=True, ondelete="cascade")
    commercial_partner_id = fields.Many2one(related="contract_id.commercial_partner_id", string="Customer")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date_end_old = fields.Date(string="Runs Until", required=True, readonly=True)
    date_end = fields.Date(string="Renewed Until", compute="_compute_plan")
    increase_proposed = fields.Float(digits=(16, 4), readonly=True)
    increase = fields.Float(
        string="Increase (%)", digits=(16, 4), help="What the contract's rule says; change it if you agreed otherwise."
    )
    amount_old = fields.Monetary(string="At Present Prices", compute="_compute_plan")
    amount_new = fields.Monetary(string="At New Prices", compute="_compute_plan")
    remark = fields.Char(compute="_compute_plan", help="Why the renewal would be refused, or what to know before.")
    has_problem = fields.Boolean(compute="_compute_plan")
    state = fields.Selection(
        selection=[("todo", "To Renew"), ("done", "Renewed"), ("failed", "Not Renewed")],
        required=True,
        readonly=True,
        default="todo",
    )
    message = fields.Char(string="Reason", readonly=True)
    renewal_id = fields.Many2one(comodel_name="service.contract.renewal", readonly=True)

    @api.depends("contract_id", "increase", "renewal_id")
    def _compute_plan(self):
        indexations = self.contract_id._get_indexations()
        for line in self:
            contract = line.contract_id
            if line.renewal_id:
                line.update(
                    {
                        **{name: line.renewal_id[name] for name in ("date_end", "amount_old", "amount_new")},
                        "remark": False,
                        "has_problem": False,
                    }
                )
                continue
            plan = contract._get_renewal_plan(line.increase)
            problem = contract._get_renewal_problem(indexations[contract], line._get_agreed_increase())
            line.date_end = fields.Date.subtract(plan["term"].after, days=1)
            line.amount_old = plan["amount_old"]
            line.amount_new = plan["amount_new"]
            line.remark = problem or " ".join(contract._get_renewal_warnings(plan))
            line.has_problem = bool(problem)

    def _get_preview(self):
        """Return the preview of the line's contract at the increase that stands on the line."""
        self.ensure_one()
        return self.contract_id.renewal_preview(self._get_agreed_increase())

    def _get_agreed_increase(self):
        """Return the increase when it was changed by hand, else None: the contract's rule decides."""
        self.ensure_one()
        is_changed = float_compare(self.increase, self.increase_proposed, precision_digits=4)
        return self.increase if is_changed else None

    def _renew(self):
        """Renew the contracts of the lines; what fails is undone and told on its line."""
        for line in self:
            try:
                with self.env.cr.savepoint():
                    renewal = line.contract_id._renew(increase=line._get_agreed_increase(), date_end=line.date_end_old)
            except UserError as error:
                line.write({"state": "failed", "message": str(error)})
            except IntegrityError:
                text = self.env._("Somebody else has renewed it at the same time.")
                line.write({"state": "failed", "message": text})
            else:
                line.write({"state": "done", "message": False, "renewal_id": renewal.id})
