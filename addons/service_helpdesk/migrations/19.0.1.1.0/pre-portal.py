# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contacts who see all calls of their company in the portal go on seeing them."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Give every portal user of today what he has; running it again changes nothing."""
    if column_exists(cr, "res_partner", "service_sees_all_calls"):
        return
    create_column(cr, "res_partner", "service_sees_all_calls", "boolean")
    cr.execute(
        """
        UPDATE res_partner partner
           SET service_sees_all_calls = true
          FROM res_users person
         WHERE person.partner_id = partner.id AND person.share
        """
    )
