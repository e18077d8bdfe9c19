# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calls that were closed before keep how much labour they took; they had no budget, so they were within it."""


def migrate(cr, version):
    """Fill what closing a call writes since then; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_call AS call
           SET hours_actual = COALESCE(labour.quantity, 0),
               is_within_budget = TRUE
          FROM service_call AS closed
          LEFT JOIN (
                SELECT call_id, SUM(quantity) AS quantity
                  FROM service_work
                 WHERE kind = 'labour'
                   AND state != 'refused'
              GROUP BY call_id
          ) AS labour ON labour.call_id = closed.id
         WHERE closed.id = call.id
           AND call.closed_at IS NOT NULL
           AND call.hours_actual IS NULL
        """
    )
