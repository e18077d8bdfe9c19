# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from markupsafe import escape

from odoo import fields, models
from odoo.tools.mail import email_normalize, html_sanitize

from ..const import CALL_READERS, CUSTOMER_RECIPIENTS
from ..engine.notification import Facts, select
from .res_partner_notify import CHANNEL_FIELDS

# How far ahead the beginning of working hours is looked for.
HOURS_AHEAD = timedelta(days=31)


class ServiceCall(models.Model):
    """Who is told what: events of calls, by the matrix of notification rules."""

    _inherit = "service.call"

    notification_ids = fields.One2many(
        comodel_name="service.notification.sent",
        inverse_name="call_id",
        string="Who Was Told",
        readonly=True,
        groups=CALL_READERS,
    )

    def _notify_event(self, event, bodies=None, key=None, author=None):
        """Tell those whom the notification rules name, each once.

        Writes who is to be told, in one query per batch; a job sends it. Nothing is asked of the database while no
        rule of the company names the event.

        :param str event: one of ``const.NOTIFICATION_EVENTS``
        :param dict bodies: what happened, {call id: Markup or text}; empty: only the rule's template says it.
            Colleagues read it, customers never do
        :param str key: which of several such events it is; the same key is told once, now by default
        :param author: ``res.partner`` who did it and need not be told; the current user by default
        """
        if self.env.context.get("import_file"):
            return
        if author is None and not self.env.user._is_superuser():
            author = self.env.user.partner_id
        key = f"{fields.Datetime.now()}" if key is None else key
        vals_list = []
        for company, calls in self.sudo().grouped("company_id").items():
            if rules := self.env["service.notification.rule"]._get_rules(company.id).get(event):
                claims = calls._prepare_claims(rules, author)
                vals_list += [
                    {**claim, "event": event, "key": key, "body": self._get_claim_body(bodies, claim["call_id"])}
                    for claim in claims
                ]
        if vals_list:
            # Whoever works on a call tells others of it; who that is, the rules say, not he.
            outbox = self.env["service.notification.sent"].sudo()
            outbox._wake_at(outbox._claim(vals_list))

    def _get_claim_body(self, bodies, call_id):
        body = (bodies or {}).get(call_id)
        return html_sanitize(escape(body)) if body else None

    # ------------------------------------------------------------
    # Whom the rules name
    # ------------------------------------------------------------

    def _prepare_claims(self, rules, author):
        """Return what these calls of one company have to tell by its rules: one claim per person and channel."""
        rules_by_call = {call: select(rules, call._get_notification_facts()) for call in self}
        roles = {rule.recipient for holding in rules_by_call.values() for rule in holding}
        partners_by_role = {role: self._get_recipients(role) for role in roles - {"users"}}
        claims = []
        for call, holding in rules_by_call.items():
            mailboxes = set()
            for rule in holding:
                if rule.recipient == "users":
                    partners = call._get_named_partners(rule.user_ids)
                else:
                    partners = partners_by_role[rule.recipient].get(call.id, self.env["res.partner"])
                if author and not rule.is_author_told:
                    partners -= author
                for target in call._get_targets(rule, partners):
                    if target["channel"] == "mail" and not call._claim_mailbox(target, mailboxes):
                        continue
                    claims.append((rule, target))
        due_by_rule = self._get_due_instants({rule for rule, _target in claims})
        return [{**target, "rule_id": rule.id, "due_at": due_by_rule[rule]} for rule, target in claims]

    def _claim_mailbox(self, target, mailboxes):
        """Tell whether nobody writes to the target's mail box yet, and take it."""
        partner = self.env["res.partner"].browse(target.get("partner_id"))
        mailbox = partner.email_normalized or email_normalize(target.get("email"))
        if mailbox in mailboxes:
            return False
        mailboxes.add(mailbox)
        return True

    def _get_notification_facts(self):
        """Return what the conditions of rules look at."""
        self.ensure_one()
        return Facts(
            type_id=self.type_id.id,
            team_id=self.team_id.id,
            stage_id=self.stage_id.id,
            priority=self.priority or "",
            channel=self.channel,
            has_owner=bool(self.user_id),
        )

    def _get_recipients(self, role):
        """Return who a role of the notification matrix is, for each of these calls.

        :param str role: one of ``const.NOTIFICATION_RECIPIENTS`` but ``users``
        :return: dict {call id: ``res.partner``}
        """
        # Who is told doesn't hang on what the one who caused it may read.
        calls = self.sudo()
        if role == "manager":
            return calls._get_manager_partners()
        if role == "followers":
            # Followers of other companies hear of messages, never of what happens inside.
            return {call.id: call.message_partner_ids.filtered(lambda who: not who.partner_share) for call in calls}
        if role == "responsible":
            return {call.id: users.sudo().partner_id for call, users in calls._get_responsible_by_call().items()}
        get = {
            "contact": lambda call: call.contact_id,
            "customer": lambda call: call.partner_id,
            "owner": lambda call: call.user_id.partner_id,
            "assigned": lambda call: call.assigned_user_ids.partner_id,
            "team": lambda call: call.team_id.member_ids.partner_id,
            "controllers": lambda call: call.team_id.controller_ids.partner_id,
            "leader": lambda call: call.team_id.user_id.partner_id,
        }[role]
        return {call.id: get(call) for call in calls}

    def _get_manager_partners(self):
        """Return the service managers of each call's company."""
        group_id = self.env["ir.model.data"]._xmlid_to_res_id("service_helpdesk.group_service_helpdesk_manager")
        managers = [("all_group_ids", "in", group_id), ("share", "=", False)]
        by_company = {
            company: self.env["res.users"]
            .search_fetch([*managers, ("company_ids", "in", company.id)], ["partner_id", *CHANNEL_FIELDS])
            .partner_id
            for company in self.company_id
        }
        return {call.id: by_company[call.company_id] for call in self}

    def _get_named_partners(self, user_ids):
        """Return those of the users named by a rule who work in the call's company."""
        self.ensure_one()
        users = self.env["res.users"].sudo().browse(user_ids)
        return users.filtered(lambda user: user.active and self.company_id in user.company_ids).partner_id

    def _get_targets(self, rule, partners):
        """Return the persons and addresses to which a rule leads, with the channel that each of them reads.

        :param rule: engine Rule
        :param partners: ``res.partner`` of the rule's recipient
        :return: list of dict
        """
        self.ensure_one()
        base = {"call_id": self.id, "company_id": self.company_id.id}
        if rule.recipient not in CUSTOMER_RECIPIENTS:
            targets = [(partner, partner._get_service_channel(rule.channel)) for partner in partners]
            return [
                {**base, "partner_id": partner.id, "channel": channel, **partner._get_bounce(channel)}
                for partner, channel in targets
                if channel
            ]
        if self.is_automatic:
            # Nothing is ever answered to a machine.
            return []
        partner = partners.filtered("active")[:1]
        if partner.email:
            return [{**base, "partner_id": partner.id, "channel": "mail", **partner._get_bounce("mail")}]
        if rule.recipient == "contact" and self.partner_email:
            return [{**base, "email": self.partner_email, "channel": "mail"}]
        return []

    def _get_due_instants(self, rules):
        """Return when what happens now is told by each of the rules: dict {engine Rule: naive UTC}."""
        now = fields.Datetime.now()
        opening = None
        due_by_rule = {}
        for rule in rules:
            due = now + timedelta(minutes=rule.delay_minutes)
            if rule.is_in_hours:
                opening = opening or self._get_company_hours(now)
                due = opening.next_opening(due) or due
            due_by_rule[rule] = due
        return due_by_rule

    def _get_company_hours(self, now):
        """Return the working time of these calls' company for the weeks to come."""
        company = self.company_id
        calendar = company.resource_calendar_id
        key = (calendar, calendar.tz or "UTC", company)
        return self.env["resource.calendar"]._get_working_times([key], now, now + HOURS_AHEAD)[key]
