# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls whose missed deadlines are all excused say so, apart from those that were met."""


def migrate(cr, version):
    """Name them; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_call
           SET sla_state = 'excused'
         WHERE sla_state = 'met'
           AND EXISTS (SELECT FROM service_sla_clock clock WHERE clock.call_id = service_call.id AND state = 'excused')
        """
    )
