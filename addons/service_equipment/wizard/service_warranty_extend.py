# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

PREVIEW_ROWS = 40


class ServiceWarrantyExtend(models.TransientModel):
    """The warranty of one or many units is extended, by months or until a day, with a reason."""

    _name = "service.warranty.extend"
    _description = "Extend Warranty"

    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        string="Units",
        required=True,
        default=lambda self: self._get_default_equipment(),
    )
    extends_parts = fields.Boolean(string="Parts", default=True)
    extends_labour = fields.Boolean(string="Labour", default=True)
    method = fields.Selection(
        selection=[("months", "By months"), ("until", "Until a day")],
        string="Extend",
        required=True,
        default="months",
    )
    months = fields.Integer(default=12)
    date_end = fields.Date(string="Last Day")
    has_lapsed = fields.Boolean(compute="_compute_has_lapsed")
    lapsed_from = fields.Selection(
        selection=[("date", "starts again on a day"), ("end", "goes on from its old end, without a gap")],
        string="A warranty that has ended",
        required=True,
        default="date",
    )
    date_start = fields.Date(
        string="Starts again on",
        compute="_compute_date_start",
        store=True,
        readonly=False,
        help="First day of a warranty that had ended, or that the unit never had.",
    )
    reason = fields.Char(required=True, help="The customer sees it in the history of the unit.")
    reference = fields.Char(help="The order, letter or decision behind the extension.")
    preview_html = fields.Html(string="Preview", compute="_compute_preview_html", sanitize=False)

    @api.model
    def _get_default_equipment(self):
        if self.env.context.get("active_model") != "service.equipment":
            return self.env["service.equipment"]
        return self.env["service.equipment"].browse(self.env.context.get("active_ids", []))

    def _get_kinds(self):
        """Return the kinds of warranty that are extended, as of `service.warranty.extension`."""
        chosen = {"parts": self.extends_parts, "labour": self.extends_labour}
        return [kind for kind, is_chosen in chosen.items() if is_chosen]

    @api.depends("equipment_ids", "extends_parts", "extends_labour")
    def _compute_has_lapsed(self):
        for wizard in self:
            wizard.has_lapsed = any(
                self._is_lapsed(unit, unit._get_warranty_kind_end(kind))
                for unit in wizard.equipment_ids
                for kind in wizard._get_kinds()
            )

    @api.depends("equipment_ids")
    def _compute_date_start(self):
        for wizard in self:
            today = min((unit._get_today() for unit in wizard.equipment_ids), default=fields.Date.context_today(self))
            wizard.date_start = wizard.date_start or today

    @api.depends(
        "equipment_ids",
        "extends_parts",
        "extends_labour",
        "method",
        "months",
        "date_end",
        "lapsed_from",
        "date_start",
    )
    def _compute_preview_html(self):
        for wizard in self:
            steps = wizard._get_steps()
            rows = Markup().join(wizard._get_preview_row(step) for step in steps[:PREVIEW_ROWS])
            rest = len(steps) - PREVIEW_ROWS
            if rest > 0:
                more = self.env._("and %(count)s more", count=rest)
                rows += Markup('<tr><td colspan="4" class="text-muted">%s</td></tr>') % more
            wizard.preview_html = rows and Markup('<table class="table table-sm mb-0">%s</table>') % rows

    def action_extend(self):
        """Extend the warranties as previewed, all or none.

        :return: an action that says how many were extended
        :raise UserError: when nothing would change, or a unit cannot be extended so, naming it
        """
        self.ensure_one()
        if self.method == "months" and self.months <= 0:
            raise UserError(self.env._("Enter by how many months the warranty is extended."))
        if self.method == "until" and not self.date_end:
            raise UserError(self.env._("Enter the last day of the extended warranty."))
        steps = [step for step in self._get_steps() if step["is_later"]]
        if not steps:
            raise UserError(self.env._("There is nothing to extend: no warranty would end later than it does now."))
        self.env["service.warranty.extension"].create([self._prepare_extension_values(step) for step in steps])
        message = self.env._("%(count)s warranties extended.", count=len(steps))
        if len(steps) == 1:
            message = self.env._("Warranty extended until %(end)s.", end=format_date(self.env, steps[0]["date_end"]))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    def _get_steps(self):
        """Return what the wizard would do, one step for each unit and kind of warranty.

        :return: list of dicts: `unit`, `kind`, `old_end`, `date_start`, `date_end` (False while it is not known),
            and `is_later`: the new end is later than the old one
        """
        steps = []
        for unit in self.equipment_ids:
            for kind in self._get_kinds():
                old_end = unit._get_warranty_kind_end(kind)
                starts_again = self._is_lapsed(unit, old_end) and (not old_end or self.lapsed_from == "date")
                start = self.date_start if starts_again else fields.Date.add(old_end, days=1)
                end = self.date_end if self.method == "until" else unit._get_warranty_end(start, max(self.months, 0))
                steps.append(
                    {
                        "unit": unit,
                        "kind": kind,
                        "old_end": old_end,
                        "date_start": start,
                        "date_end": end,
                        "is_later": bool(end and (not old_end or end > old_end)),
                    }
                )
        return steps

    def _prepare_extension_values(self, step):
        """Return the values of the `service.warranty.extension` that one step makes."""
        return {
            "equipment_id": step["unit"].id,
            "kind": step["kind"],
            "date_start": step["date_start"],
            "date_end": step["date_end"],
            "reason": self.reason,
            "reference": self.reference,
        }

    @api.model
    def _is_lapsed(self, unit, end):
        """Tell whether a warranty has ended before today, or never was."""
        return not end or end < unit._get_today()

    def _get_preview_row(self, step):
        """Return one step in words, as a row of the preview."""
        unit, old_end, new_end = step["unit"], step["old_end"], step["date_end"]
        labels = dict(self.env["service.warranty.extension"]._fields["kind"]._description_selection(self.env))
        before = format_date(self.env, old_end) if old_end else self.env._("none")
        after, css = (format_date(self.env, new_end), "fw-bold") if new_end else ("?", "text-muted")
        notes = []
        if not step["is_later"]:
            css = "text-muted"
            after = self.env._("stays as it is") if new_end else after
        elif old_end and step["date_start"] > fields.Date.add(old_end, days=1):
            notes.append(self.env._("without warranty in between: starts on %(day)s", day=self._format_start(step)))
        elif not old_end:
            notes.append(self.env._("starts on %(day)s", day=self._format_start(step)))
        if step["is_later"] and new_end < unit._get_today():
            notes.append(self.env._("has ended all the same"))
        return Markup('<tr><td>%s</td><td>%s</td><td>%s -> <span class="%s">%s</span></td><td>%s</td></tr>') % (
            unit.display_name,
            labels[step["kind"]],
            before,
            css,
            after,
            ", ".join(notes),
        )

    def _format_start(self, step):
        return format_date(self.env, step["date_start"])
