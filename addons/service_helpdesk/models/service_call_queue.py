# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..engine.queue import queue_key


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

    # Serves the default order of the queue whole.
    _queue_idx = models.Index("(queue_rank, id)")
    _open_queue_idx = models.Index("(queue_rank, id) WHERE is_closed IS NOT TRUE")

    @api.depends("priority", "next_deadline", "raised_at", "is_closed", "equipment_id.zone_id.weight")
    def _compute_queue_rank(self):
        for call in self:
            call.queue_rank = queue_key(
                call.priority,
                call.next_deadline,
                call.equipment_id.zone_id.weight,
                call.raised_at,
                call.is_closed,
            )

    @api.model
    def _order_to_sql(self, order, query, *args, **kwargs):
        # Customers may not read the queue's rank, so their lists have the newest first.
        if order == self._order and not self.env.su and not self.env.user._is_internal():
            order = "id desc"
        return super()._order_to_sql(order, query, *args, **kwargs)

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
                ]
            )
            zone = call.equipment_id.zone_id
            call.queue_explanation = self.env._(
                "No. %(place)s: priority %(priority)s, deadline %(deadline)s, zone %(weight)s, raised %(raised)s",
                place=ahead + 1,
                priority=priorities.get(call.priority),
                deadline=call._format_at_site(call.next_deadline) or self.env._("none"),
                weight=zone.weight if zone else 0,
                raised=call._format_at_site(call.raised_at),
            )
