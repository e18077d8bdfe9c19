# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reversed exchanges have cost nothing, parts for vendors wait in quarantine, moves have their exchange's number."""


def migrate(cr, version):
    """Bring older exchanges to the rules of today; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_exchange
           SET value_out = 0, value_recovered = 0, value_net = 0
         WHERE state = 'reversed' AND (value_out <> 0 OR value_recovered <> 0 OR value_net <> 0)
        """
    )
    cr.execute(
        """
        UPDATE service_exchange exchange
           SET dest_location_id = company.service_quarantine_location_id
          FROM res_company company
         WHERE company.id = exchange.company_id
           AND exchange.state = 'draft' AND exchange.disposition = 'vendor'
           AND company.service_quarantine_location_id IS NOT NULL
        """
    )
    cr.execute(
        """
        UPDATE stock_move move
           SET reference = exchange.name
          FROM service_exchange exchange
         WHERE exchange.id = move.service_exchange_id AND move.reference IS DISTINCT FROM exchange.name
        """
    )
