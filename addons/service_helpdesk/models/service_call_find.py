# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

FIND_LIMIT = 8
WORD = re.compile(r"[^\W_]{2}")
# Longer texts are no numbers and no names.
MAX_LENGTH = 100
MIN_LENGTH = 2


class ServiceCall(models.Model):
    """One field finds everything that a caller may name: a unit, a person, a contract, a call."""

    _inherit = "service.call"

    @api.model
    def find_subjects(self, text, limit=FIND_LIMIT):
        """Find what a caller says or a scanner reads: what a new call may be about.

        Looked for, exactly first: the number of a call, the label, number, serial number or asset code of a unit,
        the number of a contract, then the telephone number, e-mail address or name of customers and contacts, and
        units whose model's name contains the words. A handful of indexed queries, with the user's own rights.

        :param str text: as typed: any case, blanks and formatting
        :param int limit: how many at most
        :return: list of dicts in plain JSON, best first: `kind` ("call", "unit", "contract", "contact", "customer" or
            "site"), `id`, `label`, `detail`, `why` (what matched, in words) and `values`, what picking it fills in a
            call: {field name: {"id", "display_name"}}; empty for a call, which is opened instead
        """
        text = " ".join((text or "").split())[:MAX_LENGTH]
        if len(text) < MIN_LENGTH or not WORD.search(text):
            return []
        subjects = [
            *(self._prepare_call_subject(call) for call in self._find_calls(text, limit)),
            *(self._prepare_unit_subject(unit, text) for unit in self._find_units(text, limit)),
            *(self._prepare_contract_subject(contract) for contract in self._find_contracts(text, limit)),
        ]
        if len(subjects) < limit:
            partners = self.env["res.partner"]._find_by_words(text, limit)
            subjects += [self._prepare_partner_subject(partner, why) for partner, why in partners.items()]
        if not subjects:
            units = self.env["service.equipment"].search([("display_name", "ilike", text)], limit=limit)
            subjects += [self._prepare_unit_subject(unit, text) for unit in units]
        return subjects[:limit]

    # ------------------------------------------------------------
    # Where it is looked
    # ------------------------------------------------------------

    @api.model
    def _find_calls(self, text, limit):
        """Return the calls with a number: as printed, or its figures alone."""
        numbers = self._get_number_candidates("service.call", text)
        return self.search([("name", "in", numbers)], limit=limit) if numbers else self.browse()

    @api.model
    def _find_units(self, text, limit):
        """Return the units whose label, number, serial number or asset code is, or begins with, a text."""
        Equipment = self.env["service.equipment"]
        units = Equipment._find_by_scan(text)
        key = Equipment._normalize_serial(text)
        if not units and key and len(key) > MIN_LENGTH:
            pattern = f"{escape_psql(key)}%"
            beginnings = Domain.OR(Domain(name, "=like", pattern) for name in ("name_key", "serial_key", "asset_key"))
            units = Equipment.search(beginnings, limit=limit)
        return units[:limit]

    @api.model
    def _find_contracts(self, text, limit):
        """Return the contracts with a number: as printed, or its figures alone."""
        numbers = self._get_number_candidates("service.contract", text)
        return self.env["service.contract"].search([("name", "in", numbers), ("kind", "=", "customer")], limit=limit)

    @api.model
    def _get_number_candidates(self, code, text):
        """Return the numbers that a text may mean: itself, and "123" for CALL/00123.

        :param str code: of the sequence that numbers the documents
        """
        text = text.strip().upper()
        candidates = [text]
        if text.isdecimal():
            # Numbering is a technical record: whoever may read the document may write its number as printed.
            sequences = self.env["ir.sequence"].sudo()
            sequences = sequences.search([("code", "=", code), ("company_id", "in", [False, *self.env.companies.ids])])
            candidates += [sequence.get_next_char(int(text)) for sequence in sequences if not sequence.use_date_range]
        return candidates

    # ------------------------------------------------------------
    # What is found
    # ------------------------------------------------------------

    @api.model
    def _prepare_subject(self, kind, record, why, **values):
        """Return a finding of :meth:`find_subjects`.

        :param str kind: see there
        :param record: what was found
        :param str why: what matched, in words
        :param values: `label`, `detail`, and under `fills` the records that picking it fills in
        """
        fills = values.pop("fills", {})
        return {
            "kind": kind,
            "id": record.id,
            "label": record.display_name,
            "detail": "",
            "why": why,
            **values,
            "values": {
                name: {"id": filled.id, "display_name": filled.display_name} if filled else False
                for name, filled in fills.items()
            },
        }

    @api.model
    def _prepare_call_subject(self, call):
        parts = (call.partner_id.display_name, call.stage_id.name, call.deadline_words)
        return self._prepare_subject(
            "call",
            call,
            self.env._("Call number"),
            detail=" - ".join(part for part in parts if part),
        )

    @api.model
    def _prepare_unit_subject(self, unit, text):
        key = unit._normalize_serial(text)
        if unit.serial_key and unit.serial_key.startswith(key):
            why = self.env._("Serial number %(serial)s", serial=unit.serial_number)
        elif unit.asset_key and unit.asset_key.startswith(key):
            why = self.env._("Asset code %(code)s", code=unit.asset_code)
        elif unit.name_key and unit.name_key.startswith(key):
            why = self.env._("Unit number")
        elif unit.label_key and unit.label_key in text:
            why = self.env._("Label")
        else:
            why = self.env._("Unit")
        place = unit.site_id.display_name if unit.site_id != unit.partner_id else False
        return self._prepare_subject(
            "unit",
            unit,
            why,
            detail=" - ".join(part for part in (unit.partner_id.display_name, place) if part),
            fills={
                "equipment_id": unit,
                "partner_id": unit.partner_id,
                "site_id": unit.site_id,
                "product_id": unit.product_id,
            },
        )

    @api.model
    def _prepare_contract_subject(self, contract):
        fills = {"partner_id": contract.partner_id}
        if len(contract.site_ids) == 1:
            fills["site_id"] = contract.site_ids
        if len(contract.equipment_ids) == 1:
            fills["equipment_id"] = contract.equipment_ids
            fills["product_id"] = contract.equipment_ids.product_id
            fills["site_id"] = contract.equipment_ids.site_id
        state = dict(contract._fields["state"]._description_selection(self.env))[contract.state]
        return self._prepare_subject(
            "contract",
            contract,
            self.env._("Contract number"),
            detail=f"{contract.partner_id.display_name} - {state}",
            fills=fills,
        )

    @api.model
    def _prepare_partner_subject(self, partner, why):
        words = {
            "phone": self.env._("Phone %(phone)s", phone=partner.phone or ""),
            "email": self.env._("E-mail %(email)s", email=partner.email or ""),
            "name": self.env._("Name"),
        }
        customer = partner.commercial_partner_id
        fills = {"partner_id": customer}
        if partner.is_service_site:
            kind = "site" if partner != customer else "customer"
            fills["site_id"] = partner
        elif partner != customer:
            kind = "contact"
            fills["contact_id"] = partner
        else:
            kind = "customer"
        place = ", ".join(part for part in (partner.street, partner.city) if part)
        return self._prepare_subject(kind, partner, words[why], detail=place or partner.phone or "", fills=fills)
