# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Contracts keep their percentage, and the term that their last period says.

    Before, a renewal was as long as the last period; now it is as long as the last term, which is that period for
    whatever has been renewed.
    """
    cr.execute(
        """
        UPDATE service_contract
           SET renewal_indexation = 'percent'
         WHERE renewal_increase != 0
           AND renewal_indexation = 'none'
     RETURNING id
        """
    )
    contract_ids = {row[0] for row in cr.fetchall()}
    cr.execute(
        """
        UPDATE service_contract AS contract
           SET date_term_start = period.date_start
          FROM service_contract_period AS period
         WHERE period.contract_id = contract.id
           AND period.date_end = contract.date_end
           AND contract.state != 'draft'
           AND contract.date_term_start = contract.date_start
           AND period.date_start > contract.date_start
           AND NOT EXISTS (SELECT FROM service_contract_renewal WHERE contract_id = contract.id)
     RETURNING contract.id
        """
    )
    contract_ids.update(row[0] for row in cr.fetchall())
    env = api.Environment(cr, SUPERUSER_ID, {})
    contracts = env["service.contract"].browse(sorted(contract_ids))
    contracts.invalidate_recordset()
    for field_name in ("renewal_percent", "is_index_missing", "renewal_amount", "renewal_amount_new"):
        env.add_to_compute(contracts._fields[field_name], contracts)
    contracts.flush_recordset()
