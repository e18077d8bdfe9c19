# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class ServiceFix(models.Model):
    """Which units a fix affects: found by query, and written in one statement for any number of them."""

    _inherit = "service.fix"

    def action_find_units(self):
        """Find the affected units again.

        Units that are new in the range get a row, open rows of units that left it become not
        applicable, and rows that left by themselves open again when their unit is back. What
        somebody has worked on stays. Finding twice changes nothing.

        :return: an `ir.actions.act_window` dict
        """
        self.check_access("write")
        self._find_units()
        return self.action_view_applications()

    @api.model
    def _cron_find_units(self):
        """Once a day: find the units that were registered or changed since, for all released fixes.

        Each fix on its own: one that fails is logged and noted on itself, and the others go on.
        """
        cron = self.env["ir.cron"]
        fixes = self.search([("state", "=", "released")])
        cron._commit_progress(remaining=len(fixes))
        for fix in fixes:
            try:
                fix._find_units()
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Fix %s: its units were not found.", fix.name)
                fix._message_log(body=self.env._("The affected units could not be found: %(error)s", error=error))
            if not cron._commit_progress(1):
                break

    def _find_units(self):
        """Bring the rows of these fixes up to what is affected now."""
        Application = self.env["service.fix.application"]
        for fix in self:
            affected = fix._get_affected_domain()
            of_fix = Domain("fix_id", "=", fix.id)
            fix._insert_applications(affected)
            inside = Domain("equipment_id", "any", affected)
            outside = of_fix & Domain("state", "=", "todo") & ~inside
            back = of_fix & Domain("state", "=", "not_applicable") & Domain("is_out_of_range", "=", True) & inside
            Application.search(outside)._write_state({"state": "not_applicable", "is_out_of_range": True})
            Application.search(back)._write_state({"state": "todo", "is_out_of_range": False})

    def _insert_applications(self, affected):
        """Write the missing rows of one fix in one statement: a campaign may have a million of them.

        :param affected: `Domain` on `service.equipment`
        :return: how many rows are new
        """
        self.ensure_one()
        Application = self.env["service.fix.application"]
        Application.check_access("create")
        Application.flush_model()
        missing = affected & Domain("fix_application_ids", "not any", [("fix_id", "=", self.id)])
        query = self.env["service.equipment"]._search(missing)
        table = query.table
        rows = query.select(
            SQL("%s", self.id),
            SQL.identifier(table, "id"),
            SQL.identifier(table, "company_id"),
            SQL("'todo'"),
            SQL("%s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC'", self.env.uid, self.env.uid),
        )
        statement = SQL(
            """INSERT INTO service_fix_application
                (fix_id, equipment_id, company_id, state, create_uid, create_date, write_uid, write_date)
                %s ON CONFLICT (fix_id, equipment_id) DO NOTHING""",
            rows,
        )
        self.env.flush_query(statement)
        self.env.cr.execute(statement)
        count = self.env.cr.rowcount
        Application.invalidate_model()
        self.invalidate_recordset(["application_ids"])
        self.env["service.equipment"].invalidate_model(["fix_application_ids"])
        return count

    def _get_affected_domain(self):
        """Hook: return the domain of the units (`service.equipment`) that one fix affects.

        Served by the indexes on product and version, of units and of components.
        """
        self.ensure_one()
        domain = Domain("state", "!=", "retired")
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        if self.product_tmpl_ids:
            variants = self.product_tmpl_ids.with_context(active_test=False).product_variant_ids
            domain &= Domain("product_id", "in", variants.ids)
        if self.component_product_id:
            return domain & Domain("component_ids", "any", self._get_affected_component_domain())
        if not self.product_tmpl_ids:
            return Domain.FALSE
        serials = self._get_between_domain("serial_key", *self._get_serials())
        return domain & self._get_version_range_domain() & serials

    def _get_affected_component_domain(self):
        """Hook: return the domain of the components (`service.component`) that one fix affects."""
        self.ensure_one()
        domain = Domain("product_id", "=", self.component_product_id.id) & Domain("date_removed", "=", False)
        serials = self._get_serials()
        if any(serials):
            domain &= Domain("lot_id", "any", self._get_between_domain("name", *serials))
        return domain & self._get_version_range_domain()

    def _get_version_range_domain(self):
        """Return the domain of the units or components whose version lies in the range of one fix."""
        first, last = self.version_from_key, self.version_to_key
        if not first and not last:
            return Domain.TRUE
        domain = self._get_between_domain("version_key", first, last)
        return domain | Domain("version_key", "=", False) if self.is_without_version else domain

    @api.model
    def _get_between_domain(self, field_name, first, last):
        """Return the domain of the records whose text lies between two others, both included.

        Records without text do not, so that the index on the column serves; Odoo's own comparison
        would look at them as well. Versions are digits only; serial numbers are compared byte by byte.

        :param str field_name: `version_key`, or a field with a serial number
        :param first: the lower end, False when it is open
        :param last: the upper end, False when it is open
        """
        if not first and not last:
            return Domain.TRUE

        def get_value(text):
            return text if field_name == "version_key" else self.env["service.equipment"]._normalize_serial(text)

        def is_between(record):
            value = get_value(record[field_name])
            return bool(value) and (not first or value >= first) and (not last or value <= last)

        def to_sql(model, alias, query):
            column = model._field_to_sql(alias, field_name, query)
            if field_name != "version_key":
                column = SQL("""upper(regexp_replace(%s, '\\s', '', 'g')) COLLATE "C" """, column)
            ends = [SQL("%s >= %s", column, first)] if first else []
            ends += [SQL("%s <= %s", column, last)] if last else []
            return SQL(" AND ").join(ends)

        return Domain.custom(to_sql=to_sql, predicate=is_between)
