# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contracts that cover units or sites of other customers are frames; suspensions know whether they are over."""


def migrate(cr, version):
    """Bring older contracts to the rules of today; running it again changes nothing."""
    cr.execute(
        """
        UPDATE service_contract contract
           SET is_frame = true
         WHERE is_frame IS NOT TRUE AND kind = 'customer' AND (
               EXISTS (SELECT FROM service_coverage row
                         JOIN service_equipment unit ON unit.id = row.equipment_id
                        WHERE row.contract_id = contract.id
                          AND unit.commercial_partner_id <> contract.commercial_partner_id)
            OR EXISTS (SELECT FROM service_coverage row
                         JOIN service_coverage_site_rel rel ON rel.service_coverage_id = row.id
                         JOIN res_partner site ON site.id = rel.res_partner_id
                        WHERE row.contract_id = contract.id
                          AND site.commercial_partner_id <> contract.commercial_partner_id)
            OR EXISTS (SELECT FROM service_contract_site_rel rel
                         JOIN res_partner site ON site.id = rel.res_partner_id
                        WHERE rel.service_contract_id = contract.id
                          AND site.commercial_partner_id <> contract.commercial_partner_id))
        """
    )
    cr.execute(
        """
        UPDATE service_contract_suspension
           SET state = CASE WHEN date_start > CURRENT_DATE THEN 'planned'
                            WHEN date_end < CURRENT_DATE THEN 'over'
                            ELSE 'running' END
         WHERE state = 'planned' AND date_start <= CURRENT_DATE
        """
    )
