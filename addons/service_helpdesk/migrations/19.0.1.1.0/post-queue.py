# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls about what is in no zone stand in the queue as those of an ordinary zone, no longer behind all zones."""


def migrate(cr, version):
    """Give them the weight 1 in the text that sorts the queue; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_call call
           SET queue_rank = regexp_replace(call.queue_rank, '^(.-.-.{14})-9999[.]99-', '\\1-9998.99-')
         WHERE call.queue_rank ~ '^.-.-.{14}-9999[.]99-'
           AND NOT EXISTS (SELECT FROM service_equipment unit
                            WHERE unit.id = call.equipment_id AND unit.zone_id IS NOT NULL)
        """
    )
