# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from odoo.addons.service_contract.const import PRIORITIES

from ..const import (
    CHANNELS,
    CUSTOMER_EVENTS,
    CUSTOMER_RECIPIENTS,
    CUSTOMER_TEMPLATE,
    NOTIFICATION_CHANNELS,
    NOTIFICATION_EVENTS,
    NOTIFICATION_RECIPIENTS,
    STAFF_TEMPLATE,
    TEMPLATE_BY_CUSTOMER_EVENT,
)
from ..engine.notification import Rule

RECIPIENT_ORDER = {recipient: index for index, (recipient, _label) in enumerate(NOTIFICATION_RECIPIENTS)}


class ServiceNotificationRule(models.Model):
    """One cell of the matrix: which event tells whom, by which channel, on which conditions.

    A rule for a type of call stands in for the general ones of the same cell.
    """

    _name = "service.notification.rule"
    _inherit = ["service.words.mixin", "service.cached.mixin"]
    _description = "Notification Rule"
    _order = "company_id, event, recipient, channel, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    event = fields.Selection(selection=NOTIFICATION_EVENTS, required=True, default="created", index=True)
    recipient = fields.Selection(selection=NOTIFICATION_RECIPIENTS, required=True, default="owner")
    channel = fields.Selection(
        selection=NOTIFICATION_CHANNELS,
        required=True,
        default="inbox",
        help="Inbox: who reads notifications by e-mail gets one. To-do: a task with a deadline on the call.",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="service_notification_rule_user_rel",
        string="Named Users",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Text",
        index="btree_not_null",
        domain="[('model', '=', 'service.call')]",
        ondelete="set null",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        precompute=True,
        help="What is said, in the language of whoever is told.",
    )
    # On which conditions
    type_id = fields.Many2one(
        comodel_name="service.call.type",
        string="Call Type",
        index="btree_not_null",
        ondelete="cascade",
        help="Filled: instead of the rules without a type, for calls of this type.",
    )
    is_silent = fields.Boolean(
        string="Nobody Is Told",
        help="Calls of this type are left out of the rules without a type.",
    )
    team_ids = fields.Many2many(
        comodel_name="service.team",
        relation="service_notification_rule_team_rel",
        string="Only Teams",
        check_company=True,
    )
    stage_ids = fields.Many2many(
        comodel_name="service.call.stage",
        relation="service_notification_rule_stage_rel",
        string="Only Stages",
    )
    priority_min = fields.Selection(selection=PRIORITIES, string="Priority at Least")
    call_channel = fields.Selection(selection=CHANNELS, string="Only Calls by")
    ownership = fields.Selection(
        selection=[("any", "All calls"), ("without", "Calls that nobody owns"), ("with", "Calls with an owner")],
        string="Owned",
        required=True,
        default="any",
    )
    # When
    is_in_hours = fields.Boolean(
        string="In Working Hours Only",
        help="What happens outside the company's hours is told when they begin.",
    )
    delay_minutes = fields.Integer(
        string="Wait (minutes)",
        help="Changes within this time are told together, and only if they still hold.",
    )
    is_author_told = fields.Boolean(string="Author Too", help="Tell also whoever did it.")
    error = fields.Text(readonly=True, copy=False, help="Why the last message of this rule could not be made.")

    # ------------------------------------------------------------
    # Computes and constraints
    # ------------------------------------------------------------

    @api.depends("event", "recipient")
    def _compute_template_id(self):
        for rule in self:
            rule.template_id = self._get_default_template(rule.event, rule.recipient)

    @api.depends("event", "recipient", "channel")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = self.env._(
                "%(event)s: %(recipient)s, %(channel)s",
                event=rule._get_label("event"),
                recipient=rule._get_label("recipient"),
                channel=rule._get_label("channel"),
            )

    @api.constrains("event", "recipient", "channel")
    def _check_customer(self):
        for rule in self:
            if rule.recipient not in CUSTOMER_RECIPIENTS:
                continue
            if rule.event not in CUSTOMER_EVENTS:
                raise ValidationError(
                    self.env._(
                        "Customers are not told of what happens inside: %(event)s.", event=rule._get_label("event")
                    )
                )
            if rule.channel != "mail":
                raise ValidationError(self.env._("Customers are told by e-mail only."))

    @api.constrains("recipient", "user_ids")
    def _check_users(self):
        if any(rule.recipient == "users" and not rule.user_ids for rule in self):
            raise ValidationError(self.env._("Name the users who are told."))

    @api.constrains("is_silent", "type_id")
    def _check_silent(self):
        if any(rule.is_silent and not rule.type_id for rule in self):
            raise ValidationError(self.env._("Choose the type of calls of which nobody is told, or archive the rule."))

    @api.constrains("delay_minutes")
    def _check_delay(self):
        if any(rule.delay_minutes < 0 for rule in self):
            raise ValidationError(self.env._("Nobody can be told before it happens: the wait is zero or more minutes."))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def _is_cached(self, fnames):
        return bool(fnames - {"error"})

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    @api.model
    def _get_default_template(self, event, recipient):
        """Return the text with which a rule starts; may be empty when it was deleted."""
        xml_id = STAFF_TEMPLATE
        if recipient in CUSTOMER_RECIPIENTS:
            xml_id = TEMPLATE_BY_CUSTOMER_EVENT.get(event, CUSTOMER_TEMPLATE)
        return self.env.ref(xml_id, raise_if_not_found=False) or self.env["mail.template"]

    @api.model
    @ormcache("company_id")
    def _get_rules(self, company_id):
        """Return the rules of a company as plain values; no query while nobody changes them.

        :return: dict {event: tuple of engine Rule}, those of the customer first
        """
        # Events happen to calls of people who may not read the configuration. Never archived ones: what is kept serves
        # all, whatever whoever asks first wants to see.
        rules = self.sudo().with_context(active_test=True).search([("company_id", "=", company_id)])
        by_event = {}
        for rule in rules.sorted(lambda rule: (RECIPIENT_ORDER[rule.recipient], rule.id)):
            by_event.setdefault(rule.event, []).append(rule._to_engine())
        return {event: tuple(values) for event, values in by_event.items()}

    def _to_engine(self):
        """Return the rule as the engine reads it."""
        self.ensure_one()
        return Rule(
            id=self.id,
            recipient=self.recipient,
            channel=self.channel,
            type_id=self.type_id.id or 0,
            team_ids=frozenset(self.team_ids.ids),
            stage_ids=frozenset(self.stage_ids.ids),
            user_ids=tuple(self.user_ids.ids),
            priority_min=self.priority_min or "",
            call_channel=self.call_channel or "",
            ownership=self.ownership,
            is_silent=self.is_silent,
            is_in_hours=self.is_in_hours,
            delay_minutes=self.delay_minutes,
            is_author_told=self.is_author_told,
        )

    def action_open_template(self):
        """Open the text of the rule in a dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.template",
            "res_id": self.template_id.id,
            "views": [(False, "form")],
            "target": "new",
        }
