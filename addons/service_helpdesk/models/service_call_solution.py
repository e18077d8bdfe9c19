# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import CALL_READERS
from ..engine.solution_rank import Trouble

SUGGESTIONS = 5
SIMILAR_CALLS = 10
FAULT_FIELDS = ("symptom_id", "cause_id", "remedy_id")


class ServiceCall(models.Model):
    """Solutions suggested for a call, and made from it."""

    _inherit = "service.call"

    solution_use_ids = fields.One2many(
        comodel_name="service.solution.use",
        inverse_name="call_id",
        string="Solutions Tried",
        groups=CALL_READERS,
    )

    @api.model
    def suggest_solutions(self, values, limit=SUGGESTIONS):
        """Suggest what may help with a call that is being typed, and show solved calls with the same trouble.

        :param dict values: ``subject``, ``description`` (HTML), and the ids ``equipment_id``, ``product_id``,
            ``symptom_id``, ``cause_id``, ``remedy_id``; ``id`` of the call when it is saved; all optional
        :param int limit: how many solutions at most
        :return: dict ``solutions``: list of dicts ``id``, ``name``, ``title``, ``result`` (how often it helped),
            ``reasons`` (why it is suggested), ``is_public``; ``calls``: list of dicts ``id``, ``name``, ``subject``,
            ``closed_on``, ``remedy``
        :raise AccessError: unless the user may read calls
        """
        self.check_access("read")
        unit = self.env["service.equipment"].browse(values.get("equipment_id") or []).exists()
        product = unit.product_id or self.env["product.product"].browse(values.get("product_id") or []).exists()
        faults = self.env["service.fault"].browse([values[name] for name in FAULT_FIELDS if values.get(name)]).exists()
        Solution = self.env["service.solution"]
        text = " ".join(filter(None, (Solution._to_text(values.get("description")), values.get("subject"))))
        tried = self.browse(values.get("id") or []).solution_use_ids.solution_id
        trouble = Trouble(text, product, unit.version_key or None, faults)
        found = Solution._suggest(trouble, limit + len(tried))
        return {
            "solutions": [
                self._prepare_suggestion(solution, candidate) for solution, candidate in found if solution not in tried
            ][:limit],
            "calls": [
                {
                    "id": call.id,
                    "name": call.name,
                    "subject": call.subject,
                    "closed_on": fields.Date.to_string(call._to_site(call.closed_at).date()),
                    "remedy": call.remedy_id.display_name or call.solution_use_ids.solution_id[:1].title or "",
                }
                for call in self._find_solved_calls(product, faults, values.get("id"))
            ],
        }

    @api.model
    def _prepare_suggestion(self, solution, candidate):
        reasons = []
        if candidate.match == "product":
            reasons.append(self.env._("this product"))
        elif candidate.match == "category":
            reasons.append(self.env._("products like this"))
        if candidate.faults:
            reasons.append(self.env._("same fault"))
        if candidate.words:
            reasons.append(self.env._("same words"))
        return {
            "id": solution.id,
            "name": solution.name,
            "title": solution.title,
            "result": solution.success_words,
            "reasons": reasons,
            "is_public": solution.is_public,
        }

    @api.model
    def _find_solved_calls(self, product, faults, call_id):
        """Find the last calls with the same fault, or on the same product, that were completed."""
        if not product and not faults:
            return self.browse()
        solved = Domain("is_closed", "=", True) & Domain("stage_id.is_cancelled", "=", False)
        solved &= Domain("id", "!=", call_id or 0)
        if product:
            solved &= Domain("product_id", "=", product.id)
        same_fault = Domain.OR(Domain(name, "in", faults.ids) for name in FAULT_FIELDS)
        calls = self.search(solved & same_fault, order="closed_at desc", limit=SIMILAR_CALLS) if faults else self
        if product and len(calls) < SIMILAR_CALLS:
            calls |= self.search(
                solved & Domain("id", "not in", calls.ids),
                order="closed_at desc",
                limit=SIMILAR_CALLS - len(calls),
            )
        return calls

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_use_solution(self, solution_id):
        """Put a solution on this call: it is tried; its only cause and remedy become those of the call.

        :param int solution_id: `service.solution`
        :return: True; a second time changes nothing
        """
        self.ensure_one()
        solution = self.env["service.solution"].browse(solution_id)
        solution.check_access("read")
        if solution not in self.solution_use_ids.solution_id:
            self.env["service.solution.use"].create({"solution_id": solution.id, "call_id": self.id})
            self.write(self._prepare_solution_values(solution))
            self._message_log(body=self.env._("Solution tried: %(solution)s", solution=solution.display_name))
        return True

    def _prepare_solution_values(self, solution):
        """Return the faults that a solution gives to a call that has none yet."""
        values = {}
        for name in ("cause", "remedy"):
            faults = solution.fault_ids.filtered(lambda fault, name=name: fault.kind == name)
            if len(faults) == 1 and not self[f"{name}_id"]:
                values[f"{name}_id"] = faults.id
        return values

    def action_send_solution(self, solution_id):
        """Open a message to the customer with the text of a public solution.

        :param int solution_id: `service.solution`
        :return: an `ir.actions.act_window` dict
        :raise UserError: for a solution that customers may not see
        """
        self.ensure_one()
        solution = self.env["service.solution"].browse(solution_id)
        if solution.state != "published" or not solution.is_public:
            raise UserError(self.env._("%(solution)s is not for customers.", solution=solution.display_name))
        self.action_use_solution(solution.id)
        self.solution_use_ids.filtered(lambda use: use.solution_id == solution).is_sent = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_subtype_xmlid": "mail.mt_comment",
                "default_partner_ids": (self.contact_id or self.partner_id).ids,
                "default_body": Markup("<p><b>%s</b></p>%s") % (solution.title, Markup(solution.remedy or "")),
            },
        }

    def action_make_solution(self):
        """Draft a solution from what this call says, and open it.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        solution = self.env["service.solution"].create(self._prepare_new_solution_values())
        self.env["service.solution.use"].create({"solution_id": solution.id, "call_id": self.id, "result": "helped"})
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.solution",
            "res_id": solution.id,
            "view_mode": "form",
        }

    def _prepare_new_solution_values(self):
        """Return the values of a solution that is made from this call."""
        self.ensure_one()
        done = [line.name for line in self.work_ids if line.kind in ("labour", "part") and line.name]
        remedy = self.env["ir.qweb.field.text"].value_to_html("\n".join(dict.fromkeys(done)), {}) if done else False
        return {
            "title": self.subject,
            "symptom": self.description,
            "cause": self.cause_id.name,
            "remedy": remedy or self.remedy_id.name,
            "fault_ids": [Command.set([self[name].id for name in FAULT_FIELDS if self[name]])],
            "product_tmpl_ids": [Command.set(self.product_id.product_tmpl_id.ids)],
            "company_id": self.company_id.id,
            "call_id": self.id,
        }
