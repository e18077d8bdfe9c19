# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

ORIGINAL_KINDS = [
    ("follow_up", "Follow-up"),
    ("split", "Split off"),
    ("caused", "Caused by it"),
    ("related", "Related"),
]
# Messages that somebody wrote; what the machine noted stays where it was noted.
WRITTEN_MESSAGES = ("comment", "email", "email_outgoing")


class ServiceCall(models.Model):
    """Calls that belong together: merged, split, followed up, or reports of one disturbance."""

    _inherit = "service.call"

    original_kind = fields.Selection(
        selection=ORIGINAL_KINDS,
        string="Relation",
        default="follow_up",
        groups="base.group_user",
        help="How this call belongs to its original call.",
    )
    merged_into_id = fields.Many2one(
        comodel_name="service.call",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        groups="base.group_user",
    )
    merged_ids = fields.One2many(
        comodel_name="service.call",
        inverse_name="merged_into_id",
        string="Merged Calls",
        groups="base.group_user",
    )
    parent_id = fields.Many2one(
        comodel_name="service.call",
        string="Disturbance",
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
        domain="[('id', '!=', id), ('is_closed', '=', False)]",
        groups="base.group_user",
        help="The one trouble that several calls report, of one customer or of many: they are closed together.",
    )
    child_ids = fields.One2many(
        comodel_name="service.call",
        inverse_name="parent_id",
        string="Reports",
        groups="base.group_user",
    )
    child_count = fields.Integer(string="Reports Count", compute="_compute_child_counts", groups="base.group_user")
    child_open_count = fields.Integer(string="Open Reports", compute="_compute_child_counts", groups="base.group_user")

    def _compute_child_counts(self):
        counts = {}
        for parent, is_closed, count in self._read_group(
            [("parent_id", "in", self.ids)], ["parent_id", "is_closed"], ["__count"]
        ):
            counts[parent, is_closed] = count
        for call in self:
            call.child_open_count = counts.get((call._origin, False), 0)
            call.child_count = call.child_open_count + counts.get((call._origin, True), 0)

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle("parent_id"):
            raise ValidationError(self.env._("A disturbance cannot be a report of itself."))

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def action_merge(self, survivor_id):
        """Merge calls about the same matter into one: what hangs on them moves to it, and they are closed.

        The promises of the call that remains stay as they are; so it had better be the one that was raised first.

        :param int survivor_id: the `service.call` that remains
        :raise UserError: for calls that are closed, of different customers or companies, or with validated work
        """
        survivor = self.browse(survivor_id)
        merged = self - survivor
        if not merged:
            raise UserError(self.env._("Choose at least two calls."))
        (survivor | merged).check_access("write")
        (survivor | merged).sudo().lock_for_update()
        survivor._check_survivor()
        for call in merged:
            call._check_merge(survivor)
        merged._write_merged(survivor)
        for call in merged:
            call._move_to(survivor)
            call._register_event("cancelled", reason=self.env._("Merged into %(call)s", call=survivor.name))
        survivor._take_over_reply(merged)
        survivor._message_log(
            body=self.env._("Merged into this call: %(calls)s", calls=", ".join(merged.mapped("display_name")))
        )
        merged._notify_event("merged")
        return True

    def _check_survivor(self):
        self.ensure_one()
        if self.is_closed:
            raise UserError(self.env._("%(call)s is closed: reopen it, or keep another call.", call=self.name))

    def _check_merge(self, survivor):
        """Refuse to merge a call into another, with one sentence."""
        self.ensure_one()
        if self.is_closed:
            raise UserError(self.env._("%(call)s is closed already: it cannot be merged.", call=self.name))
        if self.company_id != survivor.company_id:
            raise UserError(
                self.env._("%(call)s and %(other)s belong to two companies.", call=self.name, other=survivor.name)
            )
        if self.commercial_partner_id != survivor.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(call)s is of %(customer)s, %(other)s is not: only calls of one customer are merged.",
                    call=self.name,
                    customer=self.commercial_partner_id.name or self.env._("nobody"),
                    other=survivor.name,
                )
            )
        if any(line.state == "validated" for line in self.work_ids):
            raise UserError(
                self.env._(
                    "Work on %(call)s is validated already: keep %(call)s, or take the validation back first.",
                    call=self.name,
                )
            )

    def _write_merged(self, survivor):
        """Keep into which call these were merged; those that were merged into them follow."""
        # A link that only this action writes; the right to the calls was checked.
        calls = self.sudo()
        (calls | calls.merged_ids)._store({"merged_into_id": survivor.id})

    def _move_to(self, survivor):
        """Hook: move what hangs on this call to the call that remains.

        The right to both calls was checked: messages, work and the rest go with them.
        """
        self.ensure_one()
        call, target = self.sudo(), survivor.sudo()
        messages = call.message_ids.filtered(lambda message: message.message_type in WRITTEN_MESSAGES)
        messages.write({"res_id": target.id})
        files = self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "=", call.id)])
        files.write({"res_id": target.id})
        call.activity_ids.write({"res_id": target.id})
        # Time that is still counted becomes a line, which goes with the others.
        call.timer_ids._stop(fields.Datetime.now())
        call.downtime_ids.write({"call_id": target.id})
        call.work_ids.write({"call_id": target.id})
        call.exchange_ids.write({"call_id": target.id})
        tried = target.solution_use_ids.solution_id
        call.solution_use_ids.filtered(lambda use: use.solution_id not in tried).write({"call_id": target.id})
        (call.linked_ids - target)._store({"original_id": target.id})
        (call.child_ids - target).write({"parent_id": target.id})
        target.message_subscribe(partner_ids=call.message_partner_ids.ids)

    def _take_over_reply(self, merged):
        """A customer who was answered on a merged call was answered."""
        self.ensure_one()
        replies = [call.replied_at for call in merged if call.replied_at]
        if replies and not self.replied_at:
            self._register_event("replied", max(min(replies), self.raised_at))

    @api.model
    def _get_merge_candidate_domain(self, call):
        """Hook: return the domain of the calls that may be about the same matter as ``call``."""
        return (
            Domain("is_closed", "=", False)
            & Domain("company_id", "=", call.company_id.id)
            & Domain("commercial_partner_id", "=", call.commercial_partner_id.id)
        )

    def action_open_merge(self):
        """Open the dialog that merges these calls, or this one with others of the customer."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Calls"),
            "res_model": "service.call.merge",
            "view_mode": "form",
            "target": "new",
            "context": {"default_call_ids": self.ids},
        }

    # ------------------------------------------------------------
    # Follow-up and reopening
    # ------------------------------------------------------------

    def action_open_split(self):
        """Open the dialog that makes a second call of a part of this one."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split %(call)s", call=self.name),
            "res_model": "service.call.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_call_id": self.id},
        }

    def action_follow_up(self):
        """Open a new call that follows from this one; it is not saved yet.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        defaults = {f"default_{name}": value for name, value in self._prepare_follow_up_values().items()}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-up of %(call)s", call=self.name),
            "res_model": self._name,
            "view_mode": "form",
            "context": defaults,
        }

    def _prepare_follow_up_values(self):
        """Return the values that a call which follows from this one takes over."""
        self.ensure_one()
        return {
            "original_id": self.id,
            "original_kind": "follow_up",
            "subject": self.subject,
            "type_id": self.type_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "partner_email": self.partner_email,
            "partner_phone": self.partner_phone,
            "site_id": self.site_id.id,
            "equipment_id": self.equipment_id.id,
            "product_id": self.product_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
        }

    def _is_reopen_late(self):
        """Tell whether this call was closed longer ago than calls are reopened."""
        self.ensure_one()
        days = self.company_id.service_reopen_days
        return bool(self.closed_at and days and self.closed_at < fields.Datetime.now() - timedelta(days=days))

    def action_reopen(self, reason=None):
        """Open closed calls again, with a reason.

        :param str reason: why, for the log
        :raise UserError: for a merged call, and for one that was closed too long ago, unless a controller does it
        """
        self._check_reopen()
        self._as_handler()._register_event("reopened", reason=reason)
        return True

    def _check_reopen(self):
        """Refuse to reopen what was merged, or was closed too long ago, with one sentence."""
        is_controller = self.env.su or self.env.user.has_group("service_helpdesk.group_service_helpdesk_controller")
        for call in self:
            if merged_into := call.sudo().merged_into_id:
                raise UserError(
                    self.env._("%(call)s was merged into %(other)s.", call=call.name, other=merged_into.name)
                )
            if call._is_reopen_late() and not is_controller:
                raise UserError(
                    self.env._(
                        "%(call)s was closed more than %(days)s days ago: log a follow-up call.",
                        call=call.name,
                        days=call.company_id.service_reopen_days,
                    )
                )

    # ------------------------------------------------------------
    # Disturbances
    # ------------------------------------------------------------

    def action_complete_children(self):
        """Close all open reports of this disturbance with its cause and remedy, each customer being told.

        :raise UserError: for a report that may not be completed yet; none is closed then
        """
        self.ensure_one()
        children = self.child_ids.filtered(lambda child: not child.is_closed)
        for child in children:
            facts = ("symptom_id", "cause_id", "remedy_id")
            values = {name: self[name].id for name in facts if self[name] and not child[name]}
            if values:
                child.write(values)
        children.action_complete()
        return True

    def action_answer_children(self):
        """Open one message to all who reported this disturbance."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer All Reports"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.child_ids.filtered(lambda child: not child.is_closed).ids,
                "default_composition_mode": "mass_mail",
                "default_subject": self.subject,
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

    def action_view_children(self):
        """Open the reports of this disturbance."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_action")
        return {
            **action,
            "name": self.env._("Reports of %(call)s", call=self.name),
            "domain": [("parent_id", "=", self.id)],
            "context": {"default_parent_id": self.id},
        }
