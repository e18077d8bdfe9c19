# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..engine.queue import queue_key

# Further back than this nobody counts.
MAX_PLACE = 1000
NORMAL_WEIGHT = 1


class ServiceCall(models.Model):
    """The place of a call in the queue (rules.md 8)."""

    _inherit = "service.call"

    queue_rank = fields.Char(
        compute="_compute_queue_rank",
        store=True,
        groups="base.group_user",
        help="Sorts the queue: priority, earliest open deadline, weight of the zone, age.",
    )
    queue_explanation = fields.Char(
        string="Place in the Queue",
        compute="_compute_queue_explanation",
        groups="base.group_user",
    )
    queue_words = fields.Char(
        string="Why Here",
        compute="_compute_queue_words",
        groups="base.group_user",
        help="What decides the place of the call in the queue.",
    )

    # Serves the default order of the queue whole.
    _queue_idx = models.Index("(queue_rank, id)")
    _open_queue_idx = models.Index("(queue_rank, id) WHERE is_closed IS NOT TRUE")

    @api.depends("priority", "next_deadline", "raised_at", "is_closed", "equipment_id.zone_id.weight")
    def _compute_queue_rank(self):
        for call in self:
            call.queue_rank = queue_key(
                call.priority,
                call.next_deadline,
                call._get_zone_weight(),
                call.raised_at,
                call.is_closed,
            )

    def _get_zone_weight(self):
        """Return the weight of the unit's zone; what is in no zone is as heavy as an ordinary one."""
        self.ensure_one()
        zone = self.equipment_id.zone_id
        return zone.weight if zone else NORMAL_WEIGHT

    @api.model
    def _order_to_sql(self, order, query, *args, **kwargs):
        # Customers may not read the queue's rank, so their lists have the newest first.
        if order == self._order and not self.env.su and not self.env.user._is_internal():
            order = "id desc"
        return super()._order_to_sql(order, query, *args, **kwargs)

    @api.depends("priority", "deadline_words", "equipment_id.zone_id.weight", "reliability_flag_id")
    @api.depends_context("lang")
    def _compute_queue_words(self):
        """Say in short what decides: "Urgent - due in 3 h - zone 2 - fails too often"."""
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        for call in self:
            if call.is_closed:
                call.queue_words = False
                continue
            weight = call.sudo()._get_zone_weight()
            call.queue_words = " - ".join(
                filter(
                    None,
                    (
                        priorities.get(call.priority),
                        call.deadline_words,
                        weight != NORMAL_WEIGHT and self.env._("zone %(weight)s", weight=f"{weight:g}"),
                        call.reliability_flag_id and self.env._("fails too often"),
                    ),
                )
            )

    @api.depends("queue_rank", "is_closed")
    @api.depends_context("lang", "tz")
    def _compute_queue_explanation(self):
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        for call in self:
            if call.is_closed or not call._origin:
                call.queue_explanation = False
                continue
            ahead = self.search_count(
                [
                    ("is_closed", "=", False),
                    ("queue_rank", "<", call.queue_rank),
                    ("company_id", "=", call.company_id.id),
                ],
                limit=MAX_PLACE,
            )
            weight = call._get_zone_weight()
            words = {
                "place": ahead + 1 if ahead < MAX_PLACE else f"{MAX_PLACE}+",
                "priority": priorities.get(call.priority),
                "deadline": call._format_at_site(call.next_deadline) or self.env._("none"),
                "raised": call._format_at_site(call.raised_at),
            }
            if weight != NORMAL_WEIGHT:
                call.queue_explanation = self.env._(
                    "No. %(place)s: priority %(priority)s, deadline %(deadline)s, zone %(weight)s, raised %(raised)s",
                    weight=f"{weight:g}",
                    **words,
                )
            else:
                call.queue_explanation = self.env._(
                    "No. %(place)s: priority %(priority)s, deadline %(deadline)s, raised %(raised)s", **words
                )
