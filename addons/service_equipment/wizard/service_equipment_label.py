# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine.label import LAYOUTS, count_pages, place_labels, wrap_lines
from ..engine.qr import qr_modules, qr_path

REPORTS = {
    "2x7": "service_equipment.service_equipment_label_report",
    "3x8": "service_equipment.service_equipment_label_report",
    "4x10": "service_equipment.service_equipment_label_report",
    "roll": "service_equipment.service_equipment_label_report_roll",
}


class ServiceEquipmentLabel(models.TransientModel):
    """A sheet of labels with QR codes that open the units."""

    _name = "service.equipment.label"
    _description = "Equipment Labels"

    equipment_ids = fields.Many2many(
        comodel_name="service.equipment",
        string="Units",
        default=lambda self: self._default_equipment_ids(),
    )
    layout = fields.Selection(
        selection=[
            ("2x7", "A4 sheet, 2 x 7 labels (99 x 38 mm)"),
            ("3x8", "A4 sheet, 3 x 8 labels (64 x 34 mm)"),
            ("4x10", "A4 sheet, 4 x 10 labels (46 x 25 mm)"),
            ("roll", "Roll, one label at a time (62 x 29 mm)"),
        ],
        required=True,
        default="3x8",
    )
    start_position = fields.Integer(
        string="First Free Label",
        default=1,
        help="On a sheet begun before, the number of the first label still there: 1 is top left, then to the right.",
    )
    copies = fields.Integer(default=1, help="Labels per unit.")
    show_number = fields.Boolean(string="Number", default=True)
    show_serial = fields.Boolean(string="Serial Number", default=True)
    show_asset_code = fields.Boolean(string="Asset Code", default=True)
    show_customer = fields.Boolean(string="Customer", default=True)
    show_company = fields.Boolean(string="Our Company", default=True)
    label_count = fields.Integer(string="Labels", compute="_compute_counts")
    page_count = fields.Integer(string="Sheets", compute="_compute_counts")

    @api.model
    def _default_equipment_ids(self):
        if self.env.context.get("active_model") != "service.equipment":
            return []
        return [Command.set(self.env.context.get("active_ids", []))]

    @api.depends("equipment_ids", "layout", "start_position", "copies")
    def _compute_counts(self):
        for wizard in self:
            wizard.label_count = len(wizard.equipment_ids) * max(wizard.copies, 0)
            layout = LAYOUTS.get(wizard.layout)
            wizard.page_count = layout and count_pages(layout, wizard.label_count, wizard._get_start())

    def action_print(self):
        """Print the labels.

        :return: an `ir.actions.report` dict
        :raise UserError: when there is no unit, or the first free label is not on the sheet
        """
        self.ensure_one()
        self._check_can_print()
        self.equipment_ids._ensure_label_key()
        return self.env.ref(REPORTS[self.layout]).report_action(self, config=False)

    def _check_can_print(self):
        """Refuse what cannot be printed, in one sentence."""
        per_page = LAYOUTS[self.layout].per_page
        if not self.equipment_ids:
            raise UserError(self.env._("Choose the units whose labels you want to print."))
        if self.copies < 1:
            raise UserError(self.env._("Print at least one label per unit."))
        if not 1 <= self._get_start() <= per_page:
            raise UserError(
                self.env._("The first free label is a number from 1 to %(last)s on this sheet.", last=per_page)
            )

    def _get_start(self):
        return 1 if self.layout == "roll" else self.start_position

    def _get_layout(self):
        """Return the sheet's measures, for the report."""
        return LAYOUTS[self.layout]

    def _get_pages(self):
        """Return the labels by page, for the report.

        :return: list of pages, each a list of dicts: `left` and `top` in mm, `qr_path` and `qr_size` (the drawing of
            the QR code and its fields per side), `lines` (list of dicts: `text`, `is_title`)
        """
        self.ensure_one()
        self._check_can_print()
        self.equipment_ids.check_access("read")
        layout, start = self._get_layout(), self._get_start()
        labels = [label for unit in self.equipment_ids for label in [self._prepare_label(unit)] * self.copies]
        pages = [[] for _page in range(count_pages(layout, len(labels), start))]
        for (page, left, top), label in zip(place_labels(layout, len(labels), start), labels, strict=True):
            pages[page].append({**label, "left": left, "top": top})
        return pages

    def _prepare_label(self, unit):
        """Prepare the label of one unit.

        :return: dict as in `_get_pages`, without its place
        """
        rows = qr_modules(unit._get_label_url())
        lines = wrap_lines(self._get_layout(), self._get_label_texts(unit._with_customer_lang()))
        return {
            "qr_path": qr_path(rows),
            "qr_size": len(rows),
            "lines": [{"text": text, "is_title": not number} for number, text in lines],
        }

    def _get_label_texts(self, unit):
        """Hook: return the texts on the label of one unit, the title first.

        :param unit: `service.equipment` record in the language of its customer
        :return: list of str
        """
        # Whoever reads a unit reads the names on its label.
        unit_sudo = unit.sudo()
        texts = (
            unit_sudo.product_id.name,
            self.show_number and unit.name,
            self.show_serial and unit.serial_number and unit.env._("S/N %(serial)s", serial=unit.serial_number),
            self.show_asset_code and unit.asset_code,
            self.show_customer and unit_sudo.commercial_partner_id.name,
            self.show_company and unit_sudo.company_id.name,
        )
        return [text for text in texts if text]
