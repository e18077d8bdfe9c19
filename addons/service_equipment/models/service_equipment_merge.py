# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from .service_equipment import INTERNAL
from .service_equipment_place import PLACE_FIELDS

# Of the unit itself, or settled by hand.
NOT_FILLED = {
    "name",
    "state",
    "active",
    "company_id",
    "product_id",
    "date_retired",
    "merged_into_id",
    "predecessor_id",
    "date_taken_over",
    # The others' links and labels lead to the kept unit by themselves.
    "access_token",
    "label_key",
}
# What says that two open rows are the same component.
COMPONENT_KEY = ("complete_position", "product_id", "lot_id", "serial_found", "version", "quantity")
# Columns that make no two rows different.
BOOKKEEPING = {"id", "create_uid", "create_date", "write_uid", "write_date"}


class ServiceEquipment(models.Model):
    """Units that were registered twice become one: what hangs on the others then hangs on the kept one."""

    _inherit = "service.equipment"

    merged_into_id = fields.Many2one(
        comodel_name="service.equipment",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
        groups=INTERNAL,
    )

    def _get_merge_conflict(self, kept):
        """Hook: say why these units cannot be merged.

        :param kept: the one of them that stays
        :return: one sentence, empty when they can
        """
        if len(self) < 2 or kept not in self:
            return self.env._("Choose two units or more, and the one to keep.")
        if len(self.company_id) > 1:
            return self.env._("Units of different companies cannot be merged: move them instead.")
        if len(self.product_id) > 1:
            names = ", ".join(self.product_id.mapped("display_name"))
            return self.env._("Only units of one product can be merged, not of %(products)s.", products=names)
        if len(self.lot_id) > 1:
            names = ", ".join(self.lot_id.mapped("name"))
            return self.env._("Units with the serial numbers %(serials)s are not the same unit.", serials=names)
        for name in ("commercial_partner_id", "site_id"):
            if len(self[name]) > 1:
                places = ", ".join(self[name].mapped("display_name"))
                return self.env._(
                    "The units stand at different places, %(places)s: move one of them first.", places=places
                )
        return ""

    def _merge(self, kept):
        """Merge these units into one of them, all or nothing.

        The kept unit takes what it lacks from the others, the oldest first. All rows, files and
        messages of the others are then the kept one's. The others are retired and archived, and
        tell where they went.

        :param kept: the `service.equipment` record of these that stays
        :raise UserError: when they are not the same unit, or rows contradict each other
        """
        conflict = self._get_merge_conflict(kept)
        if conflict:
            raise UserError(conflict)
        self.check_access("write")
        self.lock_for_update()
        others = (self - kept).sorted("id")
        # The others' values that the user may not see are the kept unit's all the same.
        values = others.sudo()._prepare_kept_values(kept.sudo())
        label = ", ".join(others.mapped("display_name"))
        is_in_use = any(unit.state in ("in_service", "in_repair") for unit in others)
        (self.filtered(lambda unit: unit.parent_id in self)).parent_id = False
        others._drop_same_components(kept)
        others._merge_placements(kept, {name: values[name] for name in PLACE_FIELDS if name in values})
        others.write({"lot_id": False, "asset_code": False})
        others._repoint(kept)
        others._retire_merged(kept)
        kept.sudo().write(values)
        if is_in_use and kept.state in ("draft", "retired"):
            kept._transition("in_service")
        kept._message_log(body=self.env._("Merged with %(units)s.", units=label))
        kept._after_merged(others)

    def _prepare_kept_values(self, kept):
        """Hook: prepare what the kept unit takes from these, where it has nothing itself; pure.

        :param kept: `service.equipment` record
        :return: dict of its values
        """
        values = {}
        for name, field in kept._fields.items():
            is_entered = field.store and not field.related and not (field.compute and field.readonly)
            if not is_entered or name in NOT_FILLED or name in models.MAGIC_COLUMNS or kept[name]:
                continue
            if field.type in ("one2many", "many2many", "properties", "boolean"):
                continue
            donor = next((unit for unit in self if unit[name]), None)
            if donor:
                values[name] = field.convert_to_write(donor[name], donor)
        properties = {}
        field = self._fields["equipment_properties"]
        for unit in (*reversed(self), kept):
            entered = dict(field.convert_to_export(unit[field.name], unit))
            properties.update({key: value for key, value in entered.items() if value})
        return {**values, field.name: properties} if properties else values

    def _drop_same_components(self, kept):
        """Delete the open components of these units that the kept one lists too."""
        known = {tuple(component[name] for name in COMPONENT_KEY) for component in kept.open_component_ids}
        # Parts before what contains them.
        for component in self.open_component_ids.sorted(lambda row: -row.complete_position.count(" / ")):
            if component.child_ids or tuple(component[name] for name in COMPONENT_KEY) not in known:
                continue
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    component.unlink()
            except (IntegrityError, UserError):
                continue  # it has a past of its own, and stays

    def _merge_placements(self, kept, place):
        """Let the placements of these units tell where the kept one was before its own do.

        :param dict place: what the kept unit learns of its present place
        """
        # The register writes the placements, as in `_record_placements`.
        own, others = kept.sudo().placement_ids, self.sudo().placement_ids
        if not own:
            own = others.sorted(lambda row: (row.date_start, -row.id))[:1].equipment_id.placement_ids
            others -= own
        own.filtered(lambda row: not row.date_end).write(place)
        first = own.sorted("date_start")[:1]
        for row in others.sorted(lambda row: (row.date_start, row.id), reverse=True):
            if row.date_start >= first.date_start:
                row.unlink()
                continue
            is_same = first._is_at({name: row[name].id for name in PLACE_FIELDS})
            if is_same and (not row.date_end or row.date_end >= first.date_start):
                first.date_start = row.date_start
                row.unlink()
                continue
            row.date_end = min(row.date_end or first.date_start, first.date_start)
            first = row

    def _retire_merged(self, kept):
        """Retire and archive these units, with a link to the kept one."""
        for equipment in self:
            equipment.date_retired = equipment.date_retired or equipment._get_today()
        self.filtered(lambda equipment: equipment.state != "retired")._transition("retired")
        self.write({"active": False, "merged_into_id": kept.id, "parent_id": False})
        note = self.env._("Merged into %(unit)s.", unit=kept._get_html_link())
        self._message_log_batch({equipment.id: note for equipment in self})

    def _get_present_unit(self):
        """Return the unit that took the place of this one by a merge or with another company; else this one.

        :return: `service.equipment` record that the user may read
        """
        self.ensure_one()
        # Only to find it; the user's own right to it is asked below.
        unit, seen = self.sudo(), set()
        while unit.state == "retired" and unit not in seen:
            seen.add(unit)
            unit = unit.merged_into_id or unit.successor_ids.sorted("id")[-1:] or unit
        present = unit.with_env(self.env)
        return present if present.has_access("read") else self

    def _after_merged(self, others):
        """Hook: other units were merged into this one.

        :param others: `service.equipment` records, retired and archived now
        """

    # ------------------------------------------------------------------
    # Rows of all models
    # ------------------------------------------------------------------

    def _repoint(self, kept):
        """Let every row that points at these units point at the kept one.

        Whoever may merge units does so for all their rows, of whichever module and age: in SQL,
        because done documents refuse to be written.

        :raise UserError: when two rows exclude each other
        """
        self.env.flush_all()
        changed = []
        for model in self.env.registry.models.values():
            Model = self.env[model._name]
            if Model._abstract or Model._transient or not Model._auto:
                continue
            for field in Model._fields.values():
                if not field.store:
                    continue
                if field.type == "many2one" and field.comodel_name == self._name and not field.company_dependent:
                    changed.append((Model, field, self._repoint_many2one(Model, field, kept)))
                elif field.type == "many2many" and field.comodel_name == self._name:
                    self._repoint_relation(field.relation, field.column1, field.column2, kept)
                elif field.type == "many2many" and Model._name == self._name:
                    self._repoint_relation(field.relation, field.column2, field.column1, kept)
                elif field.type == "many2one_reference":
                    self._repoint_document(Model, field, kept)
                elif field.type == "reference":
                    self._repoint_reference(Model, field, kept)
        self.env.invalidate_all()
        for Model, field, ids in changed:
            Model.sudo().browse(ids).modified([field.name])

    def _repoint_many2one(self, Model, field, kept):
        """Re-point the rows of one many2one; return their ids."""
        column = SQL.identifier(field.name)
        table = SQL.identifier(Model._table)
        self.env.cr.execute(SQL("SELECT id FROM %s WHERE %s IN %s", table, column, tuple(self.ids)))
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        return [row_id for row_id in ids if self._repoint_row(Model, field.name, row_id, kept)]

    def _repoint_row(self, Model, link, row_id, kept):
        """Re-point one row; drop it when the kept unit has the same one already.

        :return: whether the row still is
        :raise UserError: when a row of the kept unit excludes it and says something else
        """
        table, column = SQL.identifier(Model._table), SQL.identifier(link)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", table, column, kept.id, row_id))
            return True
        except IntegrityError as error:
            if not self._has_same_row(Model, link, row_id, kept):
                document = Model.sudo().browse(row_id)
                raise UserError(
                    self.env._(
                        "%(document)s (%(model)s) exists for both units and differs: settle it first.",
                        document=document.display_name,
                        model=self.env["ir.model"]._get(Model._name).name,
                    )
                ) from error
        self.env.cr.execute(SQL("DELETE FROM %s WHERE id = %s", table, row_id))
        return False

    def _has_same_row(self, Model, link, row_id, kept):
        """Say whether the kept unit has a row that says the same as this one."""
        same = SQL(" AND ").join(
            SQL("one.%s IS NOT DISTINCT FROM two.%s", SQL.identifier(name), SQL.identifier(name))
            for name, field in Model._fields.items()
            if field.store and field.column_type and name not in (*BOOKKEEPING, link)
        )
        table, column = SQL.identifier(Model._table), SQL.identifier(link)
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM %s one, %s two WHERE one.id = %s AND two.%s = %s AND %s",
                table,
                table,
                row_id,
                column,
                kept.id,
                same,
            )
        )
        return bool(self.env.cr.fetchone())

    def _repoint_relation(self, relation, other_column, column, kept):
        """Re-point the rows of a many2many; those that the kept unit has too go."""
        table, other_column, column = map(SQL.identifier, (relation, other_column, column))
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT DISTINCT %s, %s::int4 FROM %s WHERE %s IN %s ON CONFLICT DO NOTHING",
                table,
                other_column,
                column,
                other_column,
                kept.id,
                table,
                column,
                tuple(self.ids),
            )
        )
        self.env.cr.execute(SQL("DELETE FROM %s WHERE %s IN %s", table, column, tuple(self.ids)))

    def _repoint_document(self, Model, field, kept):
        """Re-point messages, followers, activities, files and the like, which name a model and an id."""
        model_field = Model._fields.get(field.model_field)
        if not model_field or not model_field.store:
            return
        column, table = SQL.identifier(field.name), SQL.identifier(Model._table)
        where = SQL("%s = %s AND %s IN %s", SQL.identifier(field.model_field), self._name, column, tuple(self.ids))
        if Model._name == "ir.attachment":
            # Pictures belong to a field of the record itself.
            where = SQL("%s AND res_field IS NULL", where)
        self.env.cr.execute(SQL("SELECT id FROM %s WHERE %s", table, where))
        for (row_id,) in self.env.cr.fetchall():
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(SQL("UPDATE %s SET %s = %s WHERE id = %s", table, column, kept.id, row_id))
            except IntegrityError:
                # Who follows both follows the kept one.
                self.env.cr.execute(SQL("DELETE FROM %s WHERE id = %s", table, row_id))

    def _repoint_reference(self, Model, field, kept):
        """Re-point the values of a reference field."""
        column = SQL.identifier(field.name)
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE %s IN %s",
                SQL.identifier(Model._table),
                column,
                f"{self._name},{kept.id}",
                column,
                tuple(f"{self._name},{unit_id}" for unit_id in self.ids),
            )
        )
