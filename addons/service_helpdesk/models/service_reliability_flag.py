# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .service_reliability_trigger import SCOPE_FIELDS


class ServiceReliabilityFlag(models.Model):
    """A unit or group that fails more often than it may, until it has calmed down."""

    _name = "service.reliability.flag"
    _description = "Reliability Flag"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.batch.mixin"]
    _order = "state, raised_on desc, id desc"
    _check_company_auto = True

    trigger_id = fields.Many2one(
        comodel_name="service.reliability.trigger",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="trigger_id.company_id", store=True, index=True, precompute=True)
    state = fields.Selection(
        selection=[("active", "Standing"), ("cleared", "Calmed down"), ("withdrawn", "Withdrawn")],
        required=True,
        default="active",
        readonly=True,
        tracking=True,
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment", string="Unit", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        comodel_name="product.product", index="btree_not_null", readonly=True, ondelete="cascade"
    )
    site_id = fields.Many2one(comodel_name="res.partner", index="btree_not_null", readonly=True, ondelete="cascade")
    zone_id = fields.Many2one(comodel_name="service.zone", index="btree_not_null", readonly=True, ondelete="cascade")
    raised_on = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    ended_on = fields.Date(readonly=True)
    failure_count = fields.Integer(string="Failures", readonly=True)
    reason = fields.Char(compute="_compute_reason")

    _standing_once = models.UniqueIndex(
        "(trigger_id, COALESCE(equipment_id, 0), COALESCE(product_id, 0), COALESCE(site_id, 0), COALESCE(zone_id, 0))"
        " WHERE state = 'active'",
        "A trigger flags a unit or group once at a time.",
    )

    @api.depends("trigger_id", "equipment_id", "product_id", "site_id", "zone_id")
    def _compute_display_name(self):
        for flag in self:
            flag.display_name = f"{flag.trigger_id.name}: {flag._get_subject()}"

    @api.depends("failure_count", "raised_on", "trigger_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for flag in self:
            flag.reason = self.env._(
                "%(failures)s failures in %(window)s days of %(subject)s until %(date)s (%(trigger)s)",
                failures=flag.failure_count,
                window=flag.trigger_id.window_days,
                subject=flag._get_subject(),
                date=format_date(self.env, flag.raised_on),
                trigger=flag.trigger_id.name,
            )

    def _get_subject(self):
        """Return what is flagged, in words."""
        self.ensure_one()
        # Whoever may see the flag may know of what it speaks.
        flag = self.sudo()
        if flag.product_id:
            return self.env._("%(product)s at %(site)s", product=flag.product_id.name, site=flag.site_id.name)
        return flag.equipment_id.display_name or flag.zone_id.name or ""

    @api.model_create_multi
    def create(self, vals_list):
        flags = super().create(vals_list)
        for flag in flags.filtered(lambda flag: flag.trigger_id.is_reviewed):
            flag._ask_for_review()
        return flags

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_view_calls(self):
        """Open the calls of what is flagged, the latest first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {**action, "domain": list(self.trigger_id._get_key_domain([self._get_key()])), "context": {}}

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _get_key(self):
        """Return what is flagged, as a key of `service.call._get_reliability_key`."""
        self.ensure_one()
        return tuple(self[name].id for name in SCOPE_FIELDS[self.trigger_id.scope])

    def _get_reviewer(self):
        """Return who reviews what is flagged."""
        self.ensure_one()
        if self.trigger_id.review_user_id:
            return self.trigger_id.review_user_id
        domain = self.trigger_id._get_key_domain([self._get_key()]) & Domain("team_id.user_id", "!=", False)
        return self.env["service.call"].sudo().search(domain, order="id desc", limit=1).team_id.user_id

    def _ask_for_review(self):
        self.ensure_one()
        if reviewer := self._get_reviewer():
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Review: %(subject)s", subject=self._get_subject()),
                note=self.reason,
                user_id=reviewer.id,
            )

    def _end(self, state):
        """Take the flags down, with a note.

        :param str state: ``cleared`` (it has calmed down) or ``withdrawn`` (it should not have been raised)
        """
        for flag in self:
            flag.write({"state": state, "ended_on": flag.trigger_id._get_today()})
            texts = {
                "cleared": self.env._(
                    "It has calmed down: for %(days)s days no more than %(few)s failures were counted.",
                    days=flag.trigger_id.calm_days,
                    few=flag.trigger_id.calm_failures,
                ),
                "withdrawn": self.env._("Withdrawn: what was counted no longer trips the trigger."),
            }
            flag._message_log(body=texts[state])

    @api.model
    def _cron_review(self):
        """Take down the flags of what has calmed down; one that fails stops no other."""
        self._do_in_batches([(Domain("state", "=", "active"), type(self)._review)])

    def _review(self):
        for trigger, flags in self.grouped("trigger_id").items():
            changed = trigger._judge({flag._get_key() for flag in flags})
            self.env["service.call"]._follow_flags(changed)
