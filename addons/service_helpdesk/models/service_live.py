# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# How far ahead the screen looks, and how many calls a section shows: of what is overdue, the latest.
AHEAD = timedelta(hours=2)
ROWS = 40
ROWS_OVERDUE = 10
NOTIFICATION = "service.live/changed"
# The client asks for this channel, followed by "_" and the id of a team for one team only.
CHANNEL = "service_live"
# Above so many calls a message says only that much has changed.
MAX_IDS = 100
# What a change of makes the screens of a team read again.
WATCHED = {
    "user_id",
    "team_id",
    "stage_id",
    "priority",
    "subject",
    "partner_id",
    "equipment_id",
    "is_paused",
    "promised_at",
}
# What a row shows; nothing else is read of a call.
ROW_FIELDS = (
    "name",
    "subject",
    "commercial_partner_id",
    "site_id",
    "equipment_id",
    "product_id",
    "user_id",
    "team_id",
    "stage_id",
    "priority",
    "sla_state",
    "is_paused",
    "next_deadline",
    "raised_at",
)
READ_ALL = ("service_helpdesk.group_service_helpdesk_reader", "service_equipment.group_service_auditor")


class ServiceLive(models.AbstractModel):
    """The live screen of a team: what is overdue, what is due soon, what nobody has."""

    _name = "service.live"
    _description = "Live Screen of a Team"

    @api.model
    def get_board(self, team_id=None):
        """Return what the live screen shows, under the reader's own rights.

        :param int team_id: one team; empty: all teams
        :return: dict with `now` (of the server, ISO), `teams`, `overdue`, `due` and `unassigned` (lists of calls), and
            how many there are of each in all
        """
        self.env["service.call.event"].check_access("read")
        calls = self.env["service.call"]
        now = fields.Datetime.now()
        base = Domain("is_closed", "=", False)
        if team_id:
            base &= Domain("team_id", "=", team_id)
        overdue = base & Domain("next_deadline", "<", now)
        due = base & Domain("next_deadline", ">=", now) & Domain("next_deadline", "<=", now + AHEAD)
        unassigned = base & Domain("user_id", "=", False)
        teams = self.env["service.team"].search([])  # pylint: disable=no-search-all
        return {
            "now": fields.Datetime.to_string(now),
            "teams": [{"id": team.id, "name": team.display_name} for team in teams],
            "overdue": self._read_rows(overdue, "next_deadline desc, id", ROWS_OVERDUE),
            "overdue_count": calls.search_count(overdue),
            "due": self._read_rows(due, "next_deadline, id", ROWS),
            "due_count": calls.search_count(due),
            "unassigned": self._read_rows(unassigned, None, ROWS),
            "unassigned_count": calls.search_count(unassigned),
            "open_count": calls.search_count(base),
        }

    @api.model
    def _read_rows(self, domain, order, limit):
        """Return the first calls of a section as the screen shows them."""
        calls = self.env["service.call"].search_fetch(domain, ROW_FIELDS, order=order, limit=limit)
        # Names of customers, units and people, for whoever reads the call.
        calls = calls.sudo()
        calls.commercial_partner_id.fetch(["name"])
        calls.site_id.fetch(["city"])
        calls.equipment_id.fetch(["display_name"])
        return [self._prepare_row(call) for call in calls]

    @api.model
    def _prepare_row(self, call):
        """Hook: return one call as the screen shows it (sudo)."""
        return {
            "id": call.id,
            "name": call.name,
            "subject": call.subject,
            "customer": call.commercial_partner_id.name or "",
            "site": call.site_id.city or "",
            "unit": call.equipment_id.display_name or call.product_id.name or "",
            "owner": call.user_id.name or "",
            "team": call.team_id.name or "",
            "stage": call.stage_id.name or "",
            "priority": call.priority,
            "sla_state": call.sla_state,
            "is_paused": call.is_paused,
            "deadline": fields.Datetime.to_string(call.next_deadline) if call.next_deadline else False,
            "raised_at": fields.Datetime.to_string(call.raised_at),
        }

    @api.model
    def _get_watchable_teams(self):
        """Return the teams whose calls the current user may read, in all of his companies."""
        user = self.env.user
        teams = self.env["service.team"].with_context(allowed_company_ids=user.company_ids.ids)
        if not teams.has_access("read"):
            return teams
        domain = Domain.TRUE if any(map(user.has_group, READ_ALL)) else Domain("member_ids", "in", user.ids)
        return teams.search(domain)


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        asked = [channel for channel in channels if isinstance(channel, str) and channel.startswith(CHANNEL)]
        if asked:
            channels = [channel for channel in channels if channel not in asked]
            teams = self.env["service.live"]._get_watchable_teams()
            wanted = teams if CHANNEL in asked else teams.filtered(lambda team: f"{CHANNEL}_{team.id}" in asked)
            channels.extend((team, CHANNEL) for team in wanted)
        return super()._build_bus_channel_list(channels)


class ServiceCall(models.Model):
    """Telling the live screens that calls have changed: one message per team and transaction, which names ids only."""

    _inherit = "service.call"

    def write(self, vals):
        if not WATCHED & vals.keys():
            return super().write(vals)
        if "team_id" in vals:
            self._mark_changed()
        result = super().write(vals)
        self._mark_changed()
        return result

    def _replay_clocks(self, now=None, is_told=False, is_waking=False):
        # New, closed and reopened calls come through here too, and every deadline that moves.
        result = super()._replay_clocks(now=now, is_told=is_told, is_waking=is_waking)
        self._mark_changed()
        return result

    def unlink(self):
        self._mark_changed()
        return super().unlink()

    def _mark_changed(self):
        """Have the screens of these calls' teams told when the transaction is committed."""
        precommit = self.env.cr.precommit
        if CHANNEL not in precommit.data:
            precommit.data[CHANNEL] = {}
            precommit.add(self.browse().sudo()._send_changed)
        ids_by_team = precommit.data[CHANNEL]
        for call in self.sudo():
            if call.team_id:
                ids_by_team.setdefault(call.team_id.id, set()).add(call.id)

    @api.model
    def _send_changed(self):
        """Send what was marked: one message per team."""
        teams = self.env["service.team"]
        for team_id, ids in self.env.cr.precommit.data.pop(CHANNEL, {}).items():
            message = {"team_id": team_id, "ids": sorted(ids) if len(ids) <= MAX_IDS else []}
            # A record as a channel: whoever gets its messages was allowed to when he subscribed.
            self.env["bus.bus"]._sendone((teams.browse(team_id), CHANNEL), NOTIFICATION, message)
