# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Promises that have stopped know how much working time they took."""

from odoo import SUPERUSER_ID, api, fields

from odoo.addons.service_helpdesk.engine.sla_clock import elapsed_minutes

BATCH = 500


def migrate(cr, version):
    """Fill the working minutes of stopped clocks from the logs of their calls; running it again changes nothing."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    calls, last_id = env["service.call"], 0
    while ids := _find_calls(cr, last_id):
        last_id = ids[-1]
        _fill(calls.browse(ids))
        env.flush_all()
        env.invalidate_all()


def _find_calls(cr, last_id):
    cr.execute(
        """
        SELECT DISTINCT call_id FROM service_sla_clock
         WHERE call_id > %s AND stopped_at IS NOT NULL AND target_id IS NOT NULL AND state != 'void'
           AND COALESCE(used_minutes, 0) = 0 AND stopped_at > started_at
         ORDER BY call_id LIMIT %s
        """,
        [last_id, BATCH],
    )
    return [row[0] for row in cr.fetchall()]


def _fill(calls):
    now = fields.Datetime.now()
    working_by_call = calls._get_elapsed_working_times()
    events_by_call = calls.env["service.call.event"].search([("call_id", "in", calls.ids)]).grouped("call_id")
    for call, working in working_by_call.items():
        events = events_by_call[call]._to_engine() if call in events_by_call else []
        for clock in call.clock_ids.filtered(lambda clock: clock.stopped_at and clock.target_id):
            minutes = elapsed_minutes(events, call._prepare_engine_target(clock.target_id), working, now)
            if clock.cycle < len(minutes):
                clock.used_minutes = minutes[clock.cycle]
