# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .service_contract_renew import RENEWABLE

# Which decision leads to which; a renewal begins again at the first.
DECISIONS = {
    "decide": ("offered", "confirmed", "ending"),
    "offered": ("decide", "confirmed", "ending"),
    "confirmed": ("decide", "ending"),
    "ending": ("decide",),
}


class ServiceContract(models.Model):
    """What has been decided about the next renewal: the stages of the list of renewals."""

    _inherit = "service.contract"

    renewal_stage = fields.Selection(
        selection=[
            ("decide", "To Decide"),
            ("offered", "Offered"),
            ("confirmed", "Confirmed"),
            ("ending", "Will End"),
        ],
        compute="_compute_renewal_stage",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand="_group_expand_renewal_stage",
        groups="base.group_user",
        help="What has been decided about the next term.",
    )
    renewal_confirmed_on = fields.Date(
        readonly=True,
        copy=False,
        tracking=True,
        help="The day on which the customer confirmed the next term.",
    )
    renewal_days_left = fields.Integer(
        string="Days Left",
        compute="_compute_renewal_days_left",
        help="Until the last day of the contract.",
    )
    # The list of renewals in its own order, whole from the index.
    _renewals_idx = models.Index("(date_notice, id) WHERE state IN ('active', 'suspended') AND active IS TRUE")

    @api.depends("renewal_mode")
    def _compute_renewal_stage(self):
        """A contract that is not to be renewed will end; one that is, has to be decided on."""
        for contract in self:
            if contract.renewal_mode == "none":
                contract.renewal_stage = "ending"
            elif contract.renewal_stage in (False, "ending"):
                contract.renewal_stage = "decide"

    # As of now, for the contracts on the screen only.
    @api.depends("date_end")
    def _compute_renewal_days_left(self):
        today = fields.Date.context_today(self)
        for contract in self:
            contract.renewal_days_left = (contract.date_end - today).days if contract.date_end else 0

    @api.model
    def _group_expand_renewal_stage(self, stages, domain):
        return [stage for stage, _label in self._fields["renewal_stage"].selection]

    def write(self, vals):
        if "renewal_stage" in vals and not self.env.su:
            # A card moved to another column is the same decision as the button.
            stage = vals["renewal_stage"]
            moved = self.filtered(lambda contract: contract.renewal_stage != stage)
            moved._check_renewal_stage(stage)
            if stage != "confirmed":
                vals = {**vals, "renewal_confirmed_on": False}
            elif moved:
                vals = {**vals, "renewal_confirmed_on": fields.Date.context_today(self)}
        return super().write(vals)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_offer_renewal(self):
        """Mark the next term as offered; for one contract the message to the customer opens.

        :return: an `ir.actions.act_window` dict for one contract whose customer has an address, else True
        """
        self._set_renewal_stage("offered")
        template = self.env["mail.template"] if len(self) != 1 else self._get_renewal_template()
        if not template:
            return True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Offer the Next Term"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "force_email": True,
            },
        }

    def action_confirm_renewal(self):
        """Note that the customer wants the next term.

        A contract that renews by itself and waits for this does so by the next run of the daily job.

        :raise UserError: when nothing is to be confirmed
        """
        self._set_renewal_stage("confirmed")
        return True

    def action_end_renewal(self):
        """Let the contract end with its last day: it does not renew by itself and nobody is reminded."""
        self._set_renewal_stage("ending")
        return True

    def action_reopen_renewal(self):
        """Put the renewal up for decision again."""
        self._set_renewal_stage("decide")
        return True

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _get_renewal_template(self):
        """Return the message that offers the next term, empty when there is nobody to offer it to by e-mail."""
        self.ensure_one()
        template = self.env.ref("service_contract.mail_template_renewal_offer", raise_if_not_found=False)
        is_offered = self.kind == "customer" and self.partner_id.email
        return template if template and is_offered else self.env["mail.template"]

    def _is_renewal_confirmable(self):
        """Tell whether the customer may still confirm the next term."""
        self.ensure_one()
        return (
            self.state in ("active", "suspended")
            and not self._is_end_in_term()
            and self.renewal_mode != "none"
            and "confirmed" in DECISIONS[self.renewal_stage]
        )

    def _set_renewal_stage(self, stage):
        """Decide on the next term: the only way to do so."""
        self.check_access("write")
        self._check_renewal_stage(stage)
        for contract in self:
            # The right to the decision was that to the action.
            contract.sudo().write(
                {
                    "renewal_stage": stage,
                    "renewal_confirmed_on": contract._get_today() if stage == "confirmed" else False,
                }
            )

    def _check_renewal_stage(self, stage):
        """Refuse a decision that the present one does not lead to."""
        labels = dict(self._fields["renewal_stage"]._description_selection(self.env))
        for contract in self:
            if contract.state not in RENEWABLE or contract._is_end_in_term():
                raise UserError(
                    self.env._(
                        "Contract %(contract)s does not run: there is no renewal to decide on.",
                        contract=contract.name,
                    )
                )
            if stage not in DECISIONS[contract.renewal_stage]:
                raise UserError(
                    self.env._(
                        "The renewal of contract %(contract)s is %(present)s and cannot become %(stage)s.",
                        contract=contract.name,
                        present=labels[contract.renewal_stage],
                        stage=labels[stage],
                    )
                )
            if stage != "ending" and contract.renewal_mode == "none":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s ends by its terms: choose another way of renewal first.",
                        contract=contract.name,
                    )
                )

    def _prepare_renewed_values(self, plan, indexation):
        """Extend: the next term is up for decision again."""
        return {
            **super()._prepare_renewed_values(plan, indexation),
            "renewal_stage": "ending" if self.renewal_mode == "none" else "decide",
            "renewal_confirmed_on": False,
        }
