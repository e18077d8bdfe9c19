# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_date

# What the sentence of a verdict names, by (code, detail) of the resolver's engine.
NAMED_VALUES = {
    ("not_begun", None): ("start",),
    ("ended", None): ("end",),
    ("time_frame", None): ("frame",),
    ("refused", "not_begun"): ("contract_start",),
    ("refused", "cancelled"): ("contract_end",),
    ("refused", "expired"): ("contract_end",),
}


class Entries(dict):
    """{verdict: its entry in an explanation}, made when first asked for."""

    def __init__(self, model, candidates):
        super().__init__()
        self.model, self.candidates = model, candidates
        self.reasons = model._get_own_reasons()
        self.sentences = model.env["service.label"]._overlay_sentences(model._get_answer_sentences())

    def __missing__(self, verdict):
        name, contract_name, contract, _policy_id = self.candidates.labels[verdict.row.key]
        reason = self.reasons[verdict.code, verdict.detail]
        entry = {
            "coverage_id": verdict.row.key,
            "contract": contract_name,
            "row": name,
            "won": verdict.code == "won",
            "code": verdict.code,
            "detail": verdict.detail,
            "reason": reason,
        }
        if "%(" in reason:  # most sentences name nothing
            entry["values"] = self.model._prepare_named_values(verdict, contract)
            entry["reason"] = self.model._get_entry_reason(entry, self.reasons)
        self[verdict] = entry
        return entry

    def get_answer_reason(self, asked, explanation):
        """Return the reason of an answer in one sentence.

        :param asked: :class:`Asked`
        :param list explanation: the entries of the answer, that of the winner first
        """
        sentences = []
        if asked.warranty:
            end = format_date(self.model.env, asked.equipment.warranty_date_end)
            sentences.append(self.sentences["warranty"] % {"end": end})
        best = explanation[0] if explanation else {}
        if best.get("won"):
            sentences.append(self.sentences["contract"] % best)
        if not sentences:
            refused = [entry["reason"] for entry in explanation if entry["code"] == "refused"]
            sentences = refused[:1] or [self.sentences["none"]]
        return " ".join(sentences)


class ServiceCoverage(models.Model):
    """Why a row won or lost: kept as codes and values, told as a sentence in the language of whoever reads it."""

    _inherit = "service.coverage"

    @api.model
    def render_explanation(self, explanation):
        """Tell in the reader's language what a stored explanation says.

        :param explanation: list of dicts as :meth:`resolve` returns them, with or without their `reason`; entries
            that have a `reason` but no `code`, from before codes were kept, stay as they are
        :return: the list, each entry with its `reason`
        """
        reasons = self._get_own_reasons()
        return [
            {**entry, "reason": self._get_entry_reason(entry, reasons)} if entry.get("code") else dict(entry)
            for entry in explanation or ()
        ]

    @api.model
    def _get_explanation_entries(self, candidates):
        """Return a dict that gives the entry of a verdict: the calls of a batch share verdicts, so also their entries.

        :param candidates: :class:`Candidates`
        """
        return Entries(self, candidates)

    @api.model
    def _prepare_named_values(self, verdict, contract):
        """Return, as plain JSON, the values that the sentence of a verdict names; dates are ISO text.

        :param verdict: :class:`engine.resolver.Verdict`
        :param contract: the row's `service.contract`
        """
        row = verdict.row
        values = {
            "start": row.date_start,
            "end": row.date_end,
            "contract_start": contract.date_start,
            "contract_end": contract.date_cancelled or contract.date_end,
            "frame": row.time_frame,
        }
        named = {name: values[name] for name in NAMED_VALUES.get((verdict.code, verdict.detail), ())}
        return {
            name: self.env["resource.calendar"].browse(value).name
            if name == "frame"
            else fields.Date.to_string(value)
            for name, value in named.items()
        }

    @api.model
    def _get_entry_reason(self, entry, reasons):
        """Return the sentence of an entry; `reasons` are those of :meth:`_get_own_reasons`."""
        reason = reasons.get((entry["code"], entry.get("detail"))) or entry.get("reason") or entry["code"]
        if "%(" not in reason:
            return reason
        values = {
            name: value if name == "frame" else format_date(self.env, value)
            for name, value in (entry.get("values") or {}).items()
        }
        return reason % {"contract": entry["contract"], **values}

    @api.model
    def _get_own_reasons(self):
        """Return the sentences of :meth:`_get_reasons` in the company's own words."""
        return self.env["service.label"]._overlay_sentences(self._get_reasons())

    @api.model
    def _get_answer_sentences(self):
        """Return the sentences of which the reason of an answer is made."""
        return {
            "warranty": self.env._("Under warranty until %(end)s."),
            "contract": self.env._("Covered by %(row)s of contract %(contract)s."),
            "none": self.env._("No contract covers this."),
        }

    @api.model
    def _get_reasons(self):
        """Return the sentence for each (code, detail) of the engine's verdicts."""
        return {
            ("won", None): self.env._("The narrowest row that covers the call."),
            ("lost", "equipment"): self.env._("A row for this very unit is narrower."),
            ("lost", "product"): self.env._("A row for the product is narrower."),
            ("lost", "category"): self.env._("A row for a closer product category is narrower."),
            ("lost", "zone"): self.env._("A row for the zone is narrower."),
            ("lost", "site"): self.env._("A row for the site is narrower."),
            ("lost", "call_type"): self.env._("A row for this type of call is narrower."),
            ("lost", "time_frame"): self.env._("A row for these hours is narrower."),
            ("lost", "sequence"): self.env._("A row with a lower sequence comes first."),
            ("lost", "date_start"): self.env._("A row that began later comes first."),
            ("lost", "age"): self.env._("An equal row was entered earlier."),
            ("equipment", None): self.env._("It covers another unit."),
            ("product", None): self.env._("It covers other products."),
            ("category", None): self.env._("It covers other product categories."),
            ("zone", None): self.env._("It covers other zones."),
            ("site", None): self.env._("It covers other sites."),
            ("contract_site", None): self.env._("Its contract is for other sites."),
            ("call_type", None): self.env._("It covers other types of call."),
            ("not_begun", None): self.env._("It begins on %(start)s."),
            ("ended", None): self.env._("It ended on %(end)s."),
            ("time_frame", None): self.env._("It covers calls within %(frame)s only."),
            ("refused", "blocked"): self.env._("Contract %(contract)s is blocked for payment."),
            ("refused", "not_begun"): self.env._("Contract %(contract)s begins on %(contract_start)s."),
            ("refused", "cancelled"): self.env._("Contract %(contract)s was cancelled with last day %(contract_end)s."),
            ("refused", "expired"): self.env._("Contract %(contract)s expired on %(contract_end)s."),
            ("refused", "suspended"): self.env._("Contract %(contract)s is suspended on that day."),
        }
