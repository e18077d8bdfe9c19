# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

VALUES = "service_equipment.group_service_equipment_manager,service_equipment.group_service_auditor"


class ServiceWarrantyClaim(models.Model):
    """What we claim back from the vendor of a part under its warranty.

    An exchange whose old part is under the vendor's warranty makes a draft; a claim may also be entered by hand.
    """

    _name = "service.warranty.claim"
    _description = "Vendor Warranty Claim"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "service.number.mixin",
        "service.transition.mixin",
        "service.limits.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    _transitions = {
        "draft": ("sent", "cancelled"),
        "sent": ("accepted", "refused", "cancelled"),
        "accepted": ("settled",),
        "refused": ("sent", "cancelled"),
        "settled": (),
        "cancelled": ("draft",),
    }
    # The day on which each state was reached.
    _dates_by_state = {"sent": "date_sent", "accepted": "date_answered", "refused": "date_answered"}
    # What the vendor was told does not change any more.
    _frozen_fields = ("partner_id", "product_id", "lot_id", "serial_found", "quantity", "amount_claimed")

    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("settled", "Settled"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(string="Opened on", required=True, default=fields.Date.context_today, copy=False)
    date_sent = fields.Date(string="Sent on", readonly=True, copy=False)
    date_answered = fields.Date(string="Answered on", readonly=True, copy=False)
    date_settled = fields.Date(string="Settled on", readonly=True, copy=False)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        index="btree_not_null",
        default=lambda self: self.env.company.service_claim_user_id,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Vendor",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The unit that the part came out of.",
    )
    exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Part",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Serial Number",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    serial_found = fields.Char(help="The serial number read on the part, where the stock does not know it.")
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    vendor_warranty_end = fields.Date(string="Vendor Warranty until", help="As it was when the part failed.")
    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Vendor Return",
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The transfer that brings the part back to the vendor.",
    )
    vendor_ref = fields.Char(string="Vendor's Reference", copy=False, help="The vendor's RMA or case number.")
    description = fields.Text(help="What is wrong with the part, as the vendor reads it.")
    outcome = fields.Selection(
        selection=[("credit", "Credit"), ("replacement", "Replacement"), ("repair", "Repair")],
        copy=False,
        tracking=True,
    )
    answer = fields.Text(copy=False, help="What the vendor answered.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_claimed = fields.Monetary(groups=VALUES)
    amount_accepted = fields.Monetary(copy=False, groups=VALUES)

    _exchange_uniq = models.UniqueIndex(
        "(exchange_id) WHERE exchange_id IS NOT NULL",
        "The part of this exchange has been claimed already.",
    )
    _date_idx = models.Index("(date DESC, id DESC)")
    _amounts_positive = models.Constraint(
        "CHECK(quantity > 0 AND amount_claimed >= 0 AND amount_accepted >= 0)",
        "The quantity of a claim must be greater than zero and its amounts cannot be negative.",
    )

    @api.onchange("exchange_id", "product_id")
    def _onchange_product_id(self):
        if self.lot_id.product_id != self.product_id:
            self.lot_id = False
        self.partner_id = self.partner_id or self.product_id.seller_ids[:1].partner_id

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _get_frozen_text(self):
        return self.env._(
            "Claim %(name)s has been sent: the part, the vendor and the amount stay as they are.", name=self.name
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for claim in self:
            if claim.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._("Claim %(name)s has been sent: cancel it instead of deleting it.", name=claim.name)
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_send(self):
        """Say that the claims have gone to their vendors.

        :raise UserError: when a claim does not say what is claimed from whom
        """
        for claim in self:
            if not claim.partner_id:
                raise UserError(self.env._("Claim %(name)s has no vendor: enter whom it goes to.", name=claim.name))
            if not claim.product_id:
                raise UserError(self.env._("Claim %(name)s has no part: enter what is claimed.", name=claim.name))
        self._transition("sent")
        self.activity_unlink(["service_equipment.mail_activity_type_claim"])

    def action_send_mail(self):
        """Open a message to the vendor with the claim letter; a claim that is sent so is marked as sent.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "Enter the vendor of claim %(name)s and his e-mail address, or print the letter.", name=self.name
                )
            )
        template = self.env.ref("service_equipment.mail_template_warranty_claim", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Claim"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
                "force_email": True,
                "mark_claim_as_sent": True,
            },
        }

    def action_accept(self):
        """Record that the vendors grant the claims.

        :raise UserError: when a claim does not say what the vendor gives
        """
        for claim in self:
            if not claim.outcome:
                raise UserError(
                    self.env._(
                        "Enter what the vendor gives for claim %(name)s: credit, replacement or repair.",
                        name=claim.name,
                    )
                )
        self._transition("accepted")
        # Whoever records the answer need not see amounts: unless it says otherwise, all is granted.
        for claim in self.sudo():
            if claim.outcome == "credit" and claim.currency_id.is_zero(claim.amount_accepted):
                claim.amount_accepted = claim.amount_claimed

    def action_refuse(self):
        """Record that the vendors refuse the claims; they can be sent again with more evidence."""
        self._transition("refused")
        # See `action_accept`.
        self.sudo().write({"amount_accepted": 0.0, "outcome": False})

    def action_settle(self):
        """Record that what the vendors granted has arrived."""
        self._transition("settled")

    def action_cancel(self):
        """Give the claims up."""
        self._transition("cancelled")
        self.activity_unlink(["service_equipment.mail_activity_type_claim"])

    def action_draft(self):
        """Take cancelled claims up again."""
        self._transition("draft")

    def action_print(self):
        """Print the claim letters.

        :return: an `ir.actions.report` dict
        """
        return self.env.ref("service_equipment.service_warranty_claim_report").report_action(self, config=False)

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _prepare_transition_values(self, target):
        vals = super()._prepare_transition_values(target)
        if target == "draft":
            vals.update(date_sent=False, date_answered=False)
        elif target in self._dates_by_state:
            vals[self._dates_by_state[target]] = fields.Date.context_today(self)
        elif target == "settled":
            vals["date_settled"] = fields.Date.context_today(self)
        return vals

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self.env.context.get("mark_claim_as_sent") and self.state in ("draft", "refused"):
            self.with_context(mark_claim_as_sent=False).action_send()
        return message

    def _get_serial(self):
        """Return the serial number that the letter names."""
        self.ensure_one()
        # Whoever sees the claim sees the serial number, stock rights or not.
        return self.sudo().lot_id.name or self.serial_found

    def _get_letter_amount(self):
        """Return the amount that the letter asks for, None for users who may not see amounts."""
        self.ensure_one()
        return self.amount_claimed if self._has_field_access(self._fields["amount_claimed"], "read") else None

    def _get_summary(self):
        """Return the part, the vendor and the answer in words, for the history of the unit."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        parts = (self.product_id.display_name, self._get_serial(), self.partner_id.display_name, labels[self.state])
        return " - ".join(filter(None, parts))

    def _notify_responsible(self):
        """Ask the responsible of each new claim to send it."""
        for user, claims in self.filtered("user_id").grouped("user_id").items():
            in_his_language = claims.with_context(lang=user.lang)
            in_his_language.activity_schedule(
                "service_equipment.mail_activity_type_claim",
                summary=in_his_language.env._("Send the claim to the vendor"),
                user_id=user.id,
            )

    def _note_reversed(self):
        """Say on claims that were sent that their part went back into its unit; give up the others."""
        self.filtered(lambda claim: claim.state == "draft").action_cancel()
        for claim in self.filtered(lambda claim: claim.state not in ("draft", "cancelled")):
            claim.message_post(
                body=self.env._(
                    "Exchange %(exchange)s was reversed: the part is in %(unit)s again. Tell the vendor.",
                    exchange=claim.exchange_id.name,
                    unit=claim.equipment_id.display_name,
                ),
                subtype_xmlid="mail.mt_note",
            )
