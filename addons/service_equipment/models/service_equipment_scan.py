# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import re
import secrets

from odoo import api, fields, models

from ..engine.qr import qr_svg

LABEL_PATH = "/service/unit/"
LABEL_URL = re.compile(re.escape(LABEL_PATH) + r"([\w-]+)/?(?:[?#].*)?$")


class ServiceEquipment(models.Model):
    """What stands on a unit's label, and the unit that a scanned text means."""

    _inherit = "service.equipment"

    label_key = fields.Char(
        copy=False,
        readonly=True,
        help="What the QR code on the label says of the unit: it can't be guessed, and opens nothing without a log-in.",
    )

    _label_key_uniq = models.UniqueIndex(
        "(label_key) WHERE label_key IS NOT NULL",
        "Another unit has the same label.",
    )

    @api.model
    def _find_by_scan(self, text):
        """Find the unit that a scanned or typed text names, exactly.

        Tried in this order: the address or key of a label, the unit's number, its serial number, its asset code.
        Blanks and case matter in the key of a label only. Archived and retired units are found when no other one
        has the text; of one that was merged or handed over, the unit that took its place.

        :param str text: as read by a scanner
        :return: `service.equipment` record of the user's companies; empty when there is none, several when units of
            different products or companies share the text
        """
        text = (text or "").strip()
        if not text:
            return self.browse()
        label = LABEL_URL.search(text)
        searches = [("label_key", label[1] if label else text)]
        if not label:
            key = self._normalize_serial(text)
            searches += [("name_key", key), ("serial_key", key), ("asset_key", key)]
        Equipment = self.with_context(active_test=False)
        for name, value in searches:
            units = Equipment.search([(name, "=", value), ("company_id", "in", self.env.companies.ids)])
            if units:
                found = units.filtered(lambda unit: unit.active and unit.state != "retired") or units
                return self.browse().union(*(unit._get_present_unit() for unit in found.with_env(self.env)))
        return self.browse()

    def _ensure_label_key(self):
        """Give a key to the units that were never printed."""
        self.check_access("read")
        # Whoever reads a unit may print its label, though not write the unit.
        units = self.sudo().with_context(tracking_disable=True).filtered(lambda unit: not unit.label_key)
        for unit in units:
            unit.label_key = secrets.token_urlsafe(12)

    def _get_label_url(self):
        """Return the address in the QR code of one unit's label, a key made when there is none."""
        self.ensure_one()
        self._ensure_label_key()
        return f"{self.get_base_url()}{LABEL_PATH}{self.label_key}"

    def _get_label_qr(self):
        """Return the QR code of one unit's label as a data URI, which needs no further request.

        As a drawing: it is sharp on the smallest label, and Odoo's barcode images need a library of pixels.
        """
        svg = qr_svg(self._get_label_url())
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
