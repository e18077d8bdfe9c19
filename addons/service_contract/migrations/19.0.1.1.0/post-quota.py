# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tools import SQL
from odoo.tools.sql import column_exists

# The columns by which other modules say what a row was taken for.
PURPOSES = ("call_id", "work_id")


def migrate(cr, version):
    """Complete the ledger of quotas that were made before it knew more than what was taken.

    Rows get their kind, and each quota the rows that say what it was granted: as old as the quota itself, so that the
    running balance begins with them.
    """
    cr.execute("UPDATE service_consumption SET kind = 'returned' WHERE kind = 'taken' AND reversal_of_id IS NOT NULL")
    no_purpose = [
        SQL("AND row.%s IS NULL", SQL.identifier(column))
        for column in PURPOSES
        if column_exists(cr, "service_consumption", column)
    ]
    cr.execute(
        SQL(
            """
            UPDATE service_consumption AS row
               SET kind = 'rolled'
              FROM service_entitlement AS quota
              JOIN service_contract_period AS period ON period.id = quota.period_id
             WHERE quota.id = row.entitlement_id
               AND period.state = 'closed'
               AND quota.rollover_percent > 0
               AND row.date = quota.date_end
               AND row.kind = 'taken'
               AND row.note IS NOT NULL
               %s
            """,
            SQL(" ").join(no_purpose),
        )
    )
    # What came over was kept in a column of its own.
    has_rolled = column_exists(cr, "service_entitlement", "quantity_rolled")
    rolled = SQL("COALESCE(quota.quantity_rolled, 0)") if has_rolled else SQL("0")
    cr.execute(
        SQL(
            """
            INSERT INTO service_consumption (
                        entitlement_id, contract_id, company_id, unit, kind, is_grant, quantity, date,
                        create_uid, create_date, write_uid, write_date)
            SELECT quota.id, quota.contract_id, quota.company_id, quota.unit, part.kind, TRUE, -part.quantity,
                   quota.date_start, quota.create_uid, quota.create_date, quota.create_uid, quota.create_date
              FROM service_entitlement AS quota
             CROSS JOIN LATERAL (VALUES ('granted', quota.quantity - %(rolled)s), ('rolled', %(rolled)s))
                   AS part (kind, quantity)
             WHERE part.quantity <> 0
               AND NOT EXISTS (
                   SELECT FROM service_consumption AS row WHERE row.entitlement_id = quota.id AND row.is_grant
               )
             ORDER BY quota.id, part.kind
            """,
            rolled=rolled,
        )
    )
    cr.execute(
        """
        UPDATE service_entitlement AS quota
           SET rolled_to_id = (
                   SELECT following.id
                     FROM service_entitlement AS following
                    WHERE following.contract_id = quota.contract_id
                      AND following.unit = quota.unit
                      AND following.source = 'period'
                      AND following.date_start > quota.date_end
                    ORDER BY following.date_start
                    LIMIT 1
               )
         WHERE quota.rolled_to_id IS NULL
           AND EXISTS (
               SELECT FROM service_consumption AS row
                WHERE row.entitlement_id = quota.id
                  AND row.kind = 'rolled'
                  AND row.is_grant IS NOT TRUE
                  AND row.reversal_of_id IS NULL
                  AND NOT EXISTS (SELECT FROM service_consumption AS undone WHERE undone.reversal_of_id = row.id)
           )
        """
    )
