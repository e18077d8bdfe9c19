# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls that were put on hold before pauses had reasons say since when they wait."""


def migrate(cr, version):
    """Take the instant from the log; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_call call
           SET paused_at = event.at
          FROM (SELECT call_id, MAX(at) AS at FROM service_call_event WHERE kind = 'paused' GROUP BY call_id) event
         WHERE event.call_id = call.id AND call.is_paused AND call.paused_at IS NULL
        """
    )
