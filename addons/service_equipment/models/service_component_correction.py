# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formatLang


class ServiceComponent(models.Model):
    """Corrections of the as-maintained list: what they may not break, and who made them.

    Managers edit the rows; the unit's chatter says who changed what. Registration and exchanges work with
    the register's own rights and leave their own traces.
    """

    _inherit = "service.component"

    _corrected_fields = (
        "position",
        "parent_id",
        "product_id",
        "lot_id",
        "serial_found",
        "is_serial_wanted",
        "version",
        "quantity",
        "date_installed",
        "date_removed",
        "warranty_end",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("parent_id", "date_installed", "date_removed")
    def _check_dates_in_parent(self):
        for component in self | self.child_ids:
            parent = component.parent_id
            if not parent or component.date_removed == component.date_installed:
                continue
            names = {"component": component.display_name, "parent": parent.display_name}
            if component.date_installed < parent.date_installed:
                raise ValidationError(
                    self.env._(
                        "%(component)s cannot be installed before %(parent)s, which contains it and "
                        "was installed on %(date)s.",
                        date=format_date(self.env, parent.date_installed),
                        **names,
                    )
                )
            if parent.date_removed and (not component.date_removed or component.date_removed > parent.date_removed):
                raise ValidationError(
                    self.env._(
                        "%(component)s cannot stay in the unit longer than %(parent)s, which contains it and "
                        "was removed on %(date)s.",
                        date=format_date(self.env, parent.date_removed),
                        **names,
                    )
                )

    def _check_serial_overlap(self):
        """Refuse rows in which a serial number is in two places on one day."""
        # A serial number is in one place at a time, whichever units the user may see.
        components = self.sudo().filtered(lambda component: component.lot_id and component._is_ever_in_force())
        others = components.search([("lot_id", "in", components.lot_id.ids)]) if components else components
        others_by_lot = others.filtered("is_serial_tracked").grouped("lot_id")
        for component in components:
            for other in others_by_lot.get(component.lot_id, ()):
                if other != component and component._overlaps(other):
                    raise ValidationError(component._get_overlap_text(other))

    def _get_overlap_text(self, other):
        """Return the sentence that refuses this row because of another one of the same serial number."""
        names = {
            "serial": self.lot_id.name,
            "unit": other.equipment_id.display_name,
            "start": format_date(self.env, other.date_installed),
        }
        if not other.date_removed:
            return self.env._("Serial number %(serial)s has been installed in %(unit)s since %(start)s.", **names)
        return self.env._(
            "Serial number %(serial)s was installed in %(unit)s from %(start)s to %(end)s.",
            end=format_date(self.env, other.date_removed),
            **names,
        )

    def _is_ever_in_force(self):
        self.ensure_one()
        return not self.date_removed or self.date_removed > self.date_installed

    def _overlaps(self, other):
        """Tell whether this row and another one were in force on a same day."""
        self.ensure_one()
        return (
            other._is_ever_in_force()
            and (not self.date_removed or other.date_installed < self.date_removed)
            and (not other.date_removed or self.date_installed < other.date_removed)
            and not self.equipment_id._is_handed_over_with(other.equipment_id)
        )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        components = super().create(vals_list)
        components._check_serial_overlap()
        if self._is_correction():
            components._log_corrections({component: self.env._("Component added") for component in components})
        return components

    def write(self, vals):
        # An exchange says itself what leaves with a sub-assembly.
        if vals.get("date_removed") and "removal_exchange_id" not in vals:
            self.check_access("write")
            self._close_contents(vals["date_removed"])
        is_reopened = "date_removed" in vals and self.filtered("date_removed")
        names = [name for name in self._corrected_fields if name in vals] if self._is_correction() else []
        before = {component: component._get_corrected_texts(names) for component in self} if names else {}
        res = super().write(vals)
        if is_reopened or "lot_id" in vals or "date_installed" in vals:
            self._check_serial_overlap()
        changes = {component: component._render_changes(texts) for component, texts in before.items()}
        self._log_corrections({component: change for component, change in changes.items() if change})
        return res

    def unlink(self):
        if self._is_correction():
            self._log_corrections({component: self.env._("Component deleted") for component in self})
        return super().unlink()

    def _close_contents(self, date):
        """Let what these sub-assemblies contain leave with them, as far as it is still there.

        :param date: the day on which they are removed, or its ISO text
        """
        closing = self.filtered(lambda component: not component.date_removed)
        rows = closing._get_with_contents() if closing else closing
        date = fields.Date.to_date(date)
        for component in rows:
            if component.date_installed > date:
                raise ValidationError(
                    self.env._(
                        "%(component)s was installed on %(date)s and cannot be removed before.",
                        component=component.display_name,
                        date=format_date(self.env, component.date_installed),
                    )
                )
        contents = rows - self
        if contents:
            contents.date_removed = date

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_remove(self, date=None):
        """End these rows, and those of what they contain; nothing moves in the stock.

        :param date: the first day without them, a date or its ISO text (default: today at the site)
        :raise UserError: when a component has been removed before
        """
        for component in self.filtered("date_removed"):
            raise UserError(
                self.env._(
                    "%(component)s has already been removed from %(unit)s.",
                    component=component.display_name,
                    unit=component.equipment_id.display_name,
                )
            )
        days = self.equipment_id._get_build_days(date)
        for day, components in self.grouped(lambda component: days[component.equipment_id]).items():
            components.filtered(lambda component: not component.date_removed).date_removed = day

    def _follow_delivery(self):
        """Move the first day of these rows, which came with their units, to the corrected days of delivery."""
        for delivered, components in self.grouped(lambda component: component.equipment_id.date_delivered).items():
            for component in components.filtered("date_removed"):
                if component._is_ever_in_force() and component.date_removed < delivered:
                    raise ValidationError(
                        self.env._(
                            "%(unit)s cannot be delivered on %(date)s: %(component)s was removed from it before.",
                            unit=component.equipment_id.display_name,
                            date=format_date(self.env, delivered),
                            component=component.display_name,
                        )
                    )
            never = components.filtered(lambda component: not component._is_ever_in_force())
            never.write({"date_installed": delivered, "date_removed": delivered})
            (components - never).write({"date_installed": delivered})

    # ------------------------------------------------------------------
    # Notes
    # ------------------------------------------------------------------

    def _is_correction(self):
        """Tell whether a person edits the list by hand, and it shall be seen."""
        return not self.env.su and not self.env.context.get("tracking_disable")

    def _get_corrected_texts(self, names):
        """Return the values of some fields as a person reads them.

        :return: dict of field name to text
        """
        self.ensure_one()
        texts = {}
        for name in names:
            value, kind = self[name], self._fields[name].type
            if kind == "many2one":
                # The note names the serial number for those who have no rights on the stock, too.
                value = value.sudo().display_name
            elif kind == "date":
                value = value and format_date(self.env, value)
            elif kind == "boolean":
                value = self.env._("Yes") if value else self.env._("No")
            elif kind == "float":
                value = formatLang(self.env, value, dp="Product Unit")
            texts[name] = value or "-"
        return texts

    def _render_changes(self, before):
        """Render what has changed in this row since its texts were read; empty when nothing has."""
        after = self._get_corrected_texts(before)
        labels = self.fields_get(before, ["string"])
        changes = Markup().join(
            Markup("<li>%s: %s -> %s</li>") % (labels[name]["string"], text, after[name])
            for name, text in before.items()
            if text != after[name]
        )
        return changes and self.env._("Component corrected") + Markup("<ul>%s</ul>") % changes

    def _log_corrections(self, notes):
        """Note on the units what was done to their components, one message for each unit.

        :param dict notes: component to what was done
        """
        lines = {}
        for component, note in notes.items():
            line = Markup("<p>%s: %s</p>") % (component.display_name, note)
            lines.setdefault(component.equipment_id, []).append(line)
        units = self.env["service.equipment"].union(*lines)
        units._message_log_batch({unit.id: Markup().join(texts) for unit, texts in lines.items()})
