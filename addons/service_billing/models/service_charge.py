# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceCharge(models.Model):
    """One row of the billing ledger: what was billed for a coverage row and nominal period, or for a work line.

    The ledger is append-only. A run compares what is owed with what stands here and writes the difference as a further
    revision, so that a second run, a second worker and a back-dated change need no special case (rules.md 5). A row is
    born with its invoice line and its state follows that line; a cancelled or deleted line frees it, and the next run
    bills it anew. The two unique indexes make billing twice impossible, whatever the code does.
    """

    _name = "service.charge"
    _description = "Service Charge"
    _inherit = ["service.charge.mixin"]
    _order = "date desc, id desc"
    _rec_name = "description"

    coverage_id = fields.Many2one(ondelete="restrict")
    work_id = fields.Many2one(ondelete="restrict")
    contract_id = fields.Many2one(ondelete="restrict")
    run_id = fields.Many2one(
        comodel_name="service.billing.run",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        related="move_line_id.move_id",
        string="Invoice",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        compute="_compute_state",
        store=True,
        precompute=True,
    )

    _coverage_uniq = models.UniqueIndex(
        "(coverage_id, period_start, revision) WHERE coverage_id IS NOT NULL AND state != 'cancelled'",
        "This period of the contract has been billed already.",
    )
    _work_uniq = models.UniqueIndex(
        "(work_id, revision) WHERE work_id IS NOT NULL AND state != 'cancelled'",
        "This work has been billed already.",
    )
    _contract_date_idx = models.Index("(contract_id, date) WHERE state = 'posted'")

    @api.depends("move_line_id.parent_state")
    def _compute_state(self):
        """Follow the invoice line; a row whose line is gone is cancelled."""
        states = {"draft": "draft", "posted": "posted"}
        for charge in self:
            charge.state = states.get(charge.move_line_id.parent_state, "cancelled")

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: what was billed is corrected by another row, never by an edit."""
        raise UserError(self.env._("A charge is never changed: a correction is a charge of its own."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A charge is never deleted: cancel or delete its invoice, and it is billed anew."))

    def _get_not_reopenable(self):
        """Return the cancelled rows among these that may not stand again.

        Those are the rows that a later run billed anew, and those of work that was validated anew, or no longer is. A
        run gives a freed row the lowest free revision, so a later row of the same thing with the same or a lower
        revision took its place.
        """
        cancelled = self.filtered(lambda charge: charge.state == "cancelled")
        later = self.search([
            ("state", "!=", "cancelled"),
            "|",
            ("coverage_id", "in", cancelled.coverage_id.ids),
            ("work_id", "in", cancelled.work_id.ids),
        ])
        later_by_thing = later.grouped(lambda charge: charge._get_thing())
        return cancelled.filtered(
            lambda charge: charge._is_work_changed() or any(
                other.id > charge.id and other.revision <= charge.revision
                for other in later_by_thing.get(charge._get_thing(), ())
            )
        )

    def _is_work_changed(self):
        """Tell whether the work of this row is not validated any more as it was when it was billed."""
        self.ensure_one()
        work = self.work_id
        return bool(work) and (work.state != "validated" or work.validated_at > self.create_date)

    def _get_thing(self):
        """Return what is billed at most once per revision: a row's nominal period, or a work line."""
        self.ensure_one()
        if self.work_id:
            return ("work", self.work_id.id)
        return ("coverage", self.coverage_id.id, self.period_start)

    def action_open_invoice(self):
        """Open the invoice that carries this charge."""
        self.ensure_one()
        return self.move_id.get_formview_action()
