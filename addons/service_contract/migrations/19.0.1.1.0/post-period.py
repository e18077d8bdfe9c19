# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contracts whose periods leave days of the term out have said so by being so."""


def migrate(cr, version):
    """Allow the gaps that there are; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_contract contract
           SET allow_gaps = true
          FROM (SELECT contract_id, MIN(date_start) AS first, MAX(date_end) AS last,
                       SUM(date_end - date_start + 1) AS days
                  FROM service_contract_period
              GROUP BY contract_id) period
         WHERE period.contract_id = contract.id
           AND contract.allow_gaps IS NOT TRUE
           AND (period.first > contract.date_start OR period.last < contract.date_end
                OR period.days < period.last - period.first + 1)
        """
    )
