# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

KEY_FIELDS = ("name_key", "serial_key", "asset_key")
# More models than this are not what somebody looks for.
MODEL_LIMIT = 1000


class ServiceEquipment(models.Model):
    """How units are found by what is written on them, however many there are."""

    _inherit = "service.equipment"

    name_key = fields.Char(compute="_compute_name_key", store=True, precompute=True)
    asset_key = fields.Char(compute="_compute_asset_key", store=True, precompute=True)

    # The operator class serves equality and beginnings in any collation.
    _name_key_idx = models.Index("(name_key text_pattern_ops)")
    _serial_key_idx = models.Index("(serial_key text_pattern_ops) WHERE serial_key IS NOT NULL")
    _asset_key_idx = models.Index("(asset_key text_pattern_ops) WHERE asset_key IS NOT NULL")

    @api.depends("name")
    def _compute_name_key(self):
        for equipment in self:
            equipment.name_key = self._normalize_serial(equipment.name)

    @api.depends("asset_code")
    def _compute_asset_key(self):
        for equipment in self:
            equipment.asset_key = self._normalize_serial(equipment.asset_code)

    @api.model
    def _search_display_name(self, operator, value):
        """Find units by number, serial number or asset code, and only then by model.

        The three keys have no blanks and are in upper case. Units whose key begins with the
        words are found first, which an index answers; then those into which a unit that begins
        so was merged. If there is none, units that contain
        the words anywhere in a key are found where the server has trigram indexes, and units
        whose model's name contains them everywhere: never by reading all units.
        """
        if operator == "in" and all(isinstance(name, str) for name in value):
            keys = [key for key in map(self._normalize_serial, value) if key]
            return Domain.OR(Domain(field, "in", keys) for field in KEY_FIELDS)
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        key = operator in ("like", "ilike") and isinstance(value, str) and self._normalize_serial(value)
        if not key:
            return super()._search_display_name(operator, value)
        beginnings = Domain.OR(Domain(field, "=like", f"{escape_psql(key)}%") for field in KEY_FIELDS)
        if self.search_count(beginnings, limit=1):
            return beginnings
        # Only to find the unit that took its place, which the user may read or not.
        merged = self.sudo().with_context(active_test=False)
        merged = merged.search(beginnings & Domain("merged_into_id", "!=", False), limit=MODEL_LIMIT)
        if merged:
            return Domain("id", "in", merged.merged_into_id.ids)
        found = Domain("product_tmpl_id", "in", self._get_models_named(value))
        if self.pool.has_trigram:
            names = (self._fields[name] for name in self._rec_names_search)
            found |= Domain.OR(Domain(field.name, "ilike", value) for field in names)
        return found

    @api.model
    def _get_models_named(self, text):
        """Return the ids of the models whose name contains a text, as far as the user may read products."""
        templates = self.env["product.template"].with_context(active_test=False)
        if not templates.has_access("read"):
            return []
        return templates.search([("name", "ilike", text)], limit=MODEL_LIMIT).ids

    # ------------------------------------------------------------------
    # One unit for each asset code and serial number
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.company.id
        self._check_keys_free([(vals.get("company_id") or default, vals) for vals in vals_list])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("asset_code") or vals.get("lot_id"):
            self._check_keys_free([(vals.get("company_id") or equipment.company_id.id, vals) for equipment in self])
        return super().write(vals)

    def _check_keys_free(self, rows):
        """Refuse an asset code or serial number that another unit of the company has.

        Two users at once are kept apart by the unique indexes.

        :param rows: list of tuples: company id, values that these units are about to get
        :raise ValidationError: names the other unit
        """
        for field in ("asset_code", "lot_id"):
            keys = [(company, vals[field]) for company, vals in rows if vals.get(field)]
            taken = self._get_units_by_key(field, [value for _company, value in keys]) if keys else {}
            seen = set()
            for key in keys:
                if key in taken:
                    raise ValidationError(taken[key]._get_taken_message(field))
                if key in seen:
                    raise ValidationError(self._get_twice_message(field, key[1]))
                seen.add(key)

    def _get_units_by_key(self, field, values):
        """Return the other units that have some asset codes or serial numbers.

        :return: dict of (company id, value) to `service.equipment` record
        """
        # A unit out of sight, archived or not, has its code all the same.
        others = self.sudo().with_context(active_test=False)
        units = others.search([(field, "in", values), ("id", "not in", self.ids)])
        return {(unit.company_id.id, unit._fields[field].convert_to_write(unit[field], unit)): unit for unit in units}

    def _get_taken_message(self, field):
        """Return the sentence that says that this unit has an asset code or serial number already."""
        self.ensure_one()
        if field == "asset_code":
            return self.env._(
                "Asset code %(code)s belongs to %(unit)s.", code=self.asset_code, unit=self.display_name
            )
        return self.env._(
            "Serial number %(serial)s is registered as %(unit)s.", serial=self.lot_id.name, unit=self.name
        )

    @api.model
    def _get_twice_message(self, field, value):
        """Return the sentence that says that two units were given the same asset code or serial number."""
        if field == "asset_code":
            return self.env._("Asset code %(code)s is given to two units.", code=value)
        # Whoever entered the serial number sees its name.
        serial = self.env["stock.lot"].sudo().browse(value).name
        return self.env._("Serial number %(serial)s is given to two units.", serial=serial)
