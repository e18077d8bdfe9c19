# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Command, Domain

from ..const import (
    CUSTOMER_EVENTS,
    CUSTOMER_RECIPIENTS,
    NOTIFICATION_CHANNELS,
)

# event: recipient: channels, what differs from a plain rule
DEFAULT_MATRIX = (
    ("created", "contact", "mail", {"is_author_told": True}),
    ("created", "team", "inbox", {"ownership": "without"}),
    ("stage", "contact", "mail", {"stages": "is_planned"}),
    ("priority", "owner", "inbox", {"delay_minutes": 5}),
    ("owner", "owner", "inbox", {}),
    ("allocated", "controllers", "inbox", {}),
    ("unassigned", "team", "inbox", {"delay_minutes": 30, "is_in_hours": True}),
    ("unassigned", "leader", "inbox", {"delay_minutes": 60, "is_in_hours": True}),
    ("unassigned", "manager", "inbox", {"delay_minutes": 120, "is_in_hours": True}),
    ("note_added", "owner", "inbox", {"delay_minutes": 2}),
    ("customer_replied", "owner", "inbox", {}),
    ("customer_replied", "team", "inbox", {"ownership": "without"}),
    ("bounced", "owner", "inbox", {}),
    ("bounced", "team", "inbox", {"ownership": "without"}),
    ("escalated", "controllers", "inbox", {}),
    ("warned", "owner", "inbox", {}),
    ("warned", "controllers", "inbox", {}),
    ("missed", "owner", "activity", {}),
    ("missed", "leader", "activity", {"ownership": "without"}),
    ("missed", "leader", "inbox", {"ownership": "with"}),
    ("missed", "manager", "mail", {"priority_min": "2"}),
    ("hours_exceeded", "owner", "inbox", {}),
    ("hours_exceeded", "leader", "mail", {}),
    ("work_to_validate", "controllers", "mail", {"delay_minutes": 15}),
    ("work_refused", "owner", "inbox", {}),
    ("customer_to_approve", "contact", "mail", {}),
    ("completed", "contact", "mail", {}),
    ("merged", "contact", "mail", {}),
    ("reopened", "contact", "mail", {"is_author_told": True}),
    ("reopened", "owner", "inbox", {}),
    ("rated_low", "leader", "inbox", {}),
    ("rated_low", "manager", "mail", {}),
)


class ServiceNotificationRule(models.Model):
    """The screen on which the rules of a company are switched on and off, and the matrix with which one begins."""

    _inherit = "service.notification.rule"

    @api.model
    def get_matrix(self, type_id=False):
        """Return what the matrix screen of the current company shows.

        :param int type_id: the call type whose own rules are shown over the general ones, or False
        :return: dict of the rows (``events``), the columns (``recipients``), the ``types`` to choose from, and of
            ``cells``: {"event.recipient": {channel: {"state", "rule_ids", "title"}}}
        """
        rules = self.search([("company_id", "=", self.env.company.id), ("type_id", "in", [False, type_id])])
        cells = {}
        for (event, recipient, channel), part in rules.grouped(
            lambda rule: (rule.event, rule.recipient, rule.channel)
        ).items():
            cells.setdefault(f"{event}.{recipient}", {})[channel] = part._prepare_cell(type_id)
        labels = {
            name: self._fields[name]._description_selection(self.env) for name in ("event", "recipient", "channel")
        }
        return {
            "company": self.env.company.name,
            "can_write": self.has_access("write"),
            "types": self.env["service.call.type"].search_read([], ["display_name"]),  # pylint: disable=no-search-all
            "events": [
                {"id": event, "label": label, "for_customers": event in CUSTOMER_EVENTS}
                for event, label in labels["event"]
            ],
            "recipients": [
                {"id": recipient, "label": label, "is_customer": recipient in CUSTOMER_RECIPIENTS}
                for recipient, label in labels["recipient"]
            ],
            "channels": [{"id": channel, "label": label} for channel, label in labels["channel"]],
            "cells": cells,
        }

    def _prepare_cell(self, type_id):
        """Return what a cell shows of these rules: on or off, whose they are, and their conditions in words."""
        own = self.filtered("type_id")
        shown = own or self
        is_on = any(not rule.is_silent for rule in shown)
        return {
            "state": "on" if is_on else "off",
            "is_inherited": bool(type_id) and not own,
            "rule_ids": shown.ids,
            "title": "\n".join(rule._get_condition_text() for rule in shown),
            "has_condition": any(rule._has_condition() for rule in shown),
            "has_error": any(rule.error for rule in shown),
        }

    def _has_condition(self):
        """Tell whether the rule does not hold for all calls at once."""
        self.ensure_one()
        return bool(
            self.team_ids
            or self.stage_ids
            or self.priority_min
            or self.call_channel
            or self.ownership != "any"
            or self.is_in_hours
            or self.delay_minutes
        )

    def _get_condition_text(self):
        """Say the conditions of the rule in a line."""
        self.ensure_one()
        if self.is_silent:
            return self.env._("Nobody is told")
        parts = [
            ", ".join(self.stage_ids.mapped("name")),
            ", ".join(self.team_ids.mapped("name")),
            self.env._("priority %(priority)s or more", priority=self._get_label("priority_min"))
            if self.priority_min
            else "",
            self._get_label("call_channel") if self.call_channel else "",
            self._get_label("ownership") if self.ownership != "any" else "",
            self.env._("in working hours") if self.is_in_hours else "",
            self.env._("after %(minutes)s min", minutes=self.delay_minutes) if self.delay_minutes else "",
            ", ".join(self.user_ids.mapped("name")),
        ]
        return "; ".join(part for part in parts if part) or self.env._("always")

    @api.model
    def toggle_cell(self, event, recipient, channel, type_id=False):
        """Switch a cell on or off in the current company; what was set in it is kept for when it is switched on again.

        For a call type the cell then differs from the general one, until it is switched back.

        :param str event: one of ``const.NOTIFICATION_EVENTS``
        :param str recipient: one of ``const.NOTIFICATION_RECIPIENTS``
        :param str channel: one of ``const.NOTIFICATION_CHANNELS``
        :param int type_id: the call type, or False for the general rule
        """
        key = {"company_id": self.env.company.id, "event": event, "recipient": recipient, "channel": channel}
        cell = self.with_context(active_test=False).search(Domain.AND(Domain(*item) for item in self._to_leaves(key)))
        own = cell.filtered(lambda rule: rule.type_id.id == type_id)
        if standing := own.filtered("active"):
            standing.filtered("is_silent").unlink()
            standing.exists().active = False
        elif type_id and cell.filtered(lambda rule: rule.active and not rule.type_id):
            self.create({**key, "type_id": type_id, "is_silent": True})
        elif own:
            own.active = True
        else:
            self.create({**key, "type_id": type_id, **self._prepare_new_cell(recipient)})
        return True

    @api.model
    def _to_leaves(self, values):
        return [(name, "=", value) for name, value in values.items()]

    @api.model
    def _prepare_new_cell(self, recipient):
        """Return what a rule that is switched on in the matrix needs beyond its place."""
        return {"user_ids": [Command.set(self.env.user.ids)]} if recipient == "users" else {}

    @api.model
    def get_cell_rules(self, event, recipient, type_id=False):
        """Return the rules behind a cell of the current company, as the dialog lists them.

        :return: list of dict
        """
        rules = self.search(
            [
                ("company_id", "=", self.env.company.id),
                ("event", "=", event),
                ("recipient", "=", recipient),
                ("type_id", "in", [False, type_id]),
            ]
        )
        channels = dict(NOTIFICATION_CHANNELS)
        return [
            {
                "id": rule.id,
                "channel": rule.channel,
                "channel_label": rule._get_label("channel") or channels[rule.channel],
                "type": rule.type_id.display_name or "",
                "condition": rule._get_condition_text(),
                "template_id": rule.template_id.id,
                # Whoever sets who is told may see the name of the text.
                "template": rule.template_id.sudo().display_name or "",
                "error": rule.error or "",
            }
            for rule in rules
        ]

    # ------------------------------------------------------------
    # The matrix to begin with
    # ------------------------------------------------------------

    @api.model
    def _create_default_matrix(self, companies=None):
        """Give the default rules to companies that never had them; whoever deleted them all doesn't get them back.

        :param companies: ``res.company``; all by default
        :return: the new rules
        """
        if companies is None:
            companies = self.env["res.company"].with_context(active_test=False)
            companies = companies.search([("service_has_matrix", "=", False)])
        companies = companies.filtered(lambda company: not company.service_has_matrix)
        served = self.with_context(active_test=False).search([("company_id", "in", companies.ids)]).company_id
        stages = self.env["service.call.stage"].search([])  # pylint: disable=no-search-all
        companies.service_has_matrix = True
        return self.create(
            [
                self._prepare_default_rule(company, line, stages)
                for company in companies - served
                for line in DEFAULT_MATRIX
            ]
        )

    @api.model
    def _prepare_default_rule(self, company, line, stages):
        """Return the values of a rule of the default matrix."""
        event, recipient, channel, extra = line
        values = {"company_id": company.id, "event": event, "recipient": recipient, "channel": channel, **extra}
        if flag := values.pop("stages", None):
            values["stage_ids"] = [Command.set(stages.filtered(flag).ids)]
        return values
