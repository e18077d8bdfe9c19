# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def migrate(cr, version):
    """Open a placement for every unit that stands somewhere and has none yet."""
    cr.execute(
        """
        INSERT INTO service_equipment_placement
            (equipment_id, company_id, partner_id, site_id, zone_id, date_start, user_id,
             create_uid, create_date, write_uid, write_date)
        SELECT equipment.id, equipment.company_id, equipment.partner_id, equipment.site_id, equipment.zone_id,
               coalesce(least(equipment.date_delivered, current_date), equipment.create_date::date),
               equipment.create_uid, equipment.create_uid, now() AT TIME ZONE 'UTC',
               equipment.create_uid, now() AT TIME ZONE 'UTC'
          FROM service_equipment equipment
         WHERE coalesce(equipment.partner_id, equipment.site_id, equipment.zone_id) IS NOT NULL
           AND NOT EXISTS (
                   SELECT 1 FROM service_equipment_placement placement WHERE placement.equipment_id = equipment.id
               )
        """
    )
