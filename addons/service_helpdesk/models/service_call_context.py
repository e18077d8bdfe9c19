# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

HISTORY_LIMIT = 5
FOLLOWING_FIELDS = ("partner_id", "site_id", "product_id")
CONTEXT_FIELDS = (
    "partner_id",
    "contact_id",
    "site_id",
    "equipment_id",
    "product_id",
    "type_id",
    "company_id",
    "raised_at",
    "priority",
    "priority_is_manual",
)


class ServiceCall(models.Model):
    """What a call taker sees beside the fields as soon as unit or customer is known, before saving."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Public
    # ------------------------------------------------------------

    @api.model
    def get_intake_context(self, values, call_id=None):
        """Tell what is known of the customer, site and unit that a call is about, saved or not.

        :param dict values: the call's fields as they stand on the form, many2ones as ids
        :param int call_id: the call, when it is saved
        :return: dict of plain JSON: `cover` (headline, reason, deadlines promised, quotas left), `unit`, `unit_calls`,
            `customer_calls` and `site_calls` (lists of calls), `notes` and `flags`; empty when nobody is known yet
        :raise AccessError: for customers
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only our own people see what is known of a customer."))
        call = self._new_from_form(values)
        call_id = call_id or 0
        if not (call.partner_id or call.site_id or call.equipment_id):
            return {}
        unit_calls, known = self._prepare_unit_calls(call, call_id)
        return {
            "cover": call._prepare_promise() if not call_id else False,
            "unit": call._prepare_unit_facts(),
            "unit_calls": unit_calls,
            **self._prepare_other_calls(call, known | {call_id}),
            "notes": call._prepare_notes(),
            "flags": call._prepare_intake_flags(),
        }

    def action_note_repeat(self, subject, description=None):
        """Add to this call that the customer asked again, instead of logging a second call.

        :param str subject: what he said, one line
        :param str description: HTML, as typed so far
        :return: the action that opens this call
        :raise UserError: when there is nothing to add, or the call is closed
        """
        self.ensure_one()
        self.check_access("write")
        if not (subject or "").strip() and not description:
            raise UserError(self.env._("Type what the customer says first, then add it to the call."))
        if self.is_closed:
            raise UserError(self.env._("Call %(call)s is closed: log a new one, or reopen it.", call=self.name))
        note = self.new({"description": description}).description
        body = self.env._("The customer asked again: %(subject)s", subject=(subject or "").strip())
        self.message_post(body=body + (note or ""), subtype_xmlid="mail.mt_note")
        return {**self._get_form_action(), "res_id": self.id}

    @api.model
    def _new_from_form(self, values):
        """Return an unsaved call with the values of a form."""
        given = {name: values[name] for name in CONTEXT_FIELDS if values.get(name)}
        following = {name: given.pop(name) for name in FOLLOWING_FIELDS if name in given}
        call = self.new(given)
        # What follows from the unit by itself, read here, may have been changed by hand since.
        call.update({name: value for name, value in following.items() if call[name].id != value})
        return call

    @api.model
    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.call",
            "views": [(False, "form")],
            "view_mode": "form",
            "target": "current",
        }

    # ------------------------------------------------------------
    # Parts of the answer
    # ------------------------------------------------------------

    def _prepare_promise(self):
        """Return what would be promised and who would pay if this call were saved now, in words."""
        self.ensure_one()
        question = self.env["service.coverage.whatif"].new(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "site_id": self.site_id.id,
                "equipment_id": self.equipment_id.id,
                "product_id": self.product_id.id,
                "call_type_id": self.type_id.id,
                "priority": self.priority if self.priority_is_manual else False,
                "at": self.raised_at,
            }
        )
        try:
            answer = question._prepare_answer()
        except UserError as error:  # working hours that cannot drive a clock, a promise beyond two years
            return {"headline": str(error), "state": "refused", "reason": "", "deadlines": [], "quotas": []}
        contract = answer["contract"]
        return {
            "state": answer["state"],
            "headline": answer["headline"],
            "reason": answer["reason"],
            "policy": answer["policy"].display_name,
            "priority": answer["priority"],
            "hours": answer["hours"],
            "contract": {"id": contract.id, "name": contract.display_name} if contract else False,
            "deadlines": [
                {name: entry[name] for name in ("metric", "label", "deadline", "budget")}
                for entry in answer["deadlines"]
            ],
            "quotas": [
                {"unit": quota["unit"], **bucket} for quota in answer["quotas"] for bucket in quota["buckets"]
            ],
        }

    def _prepare_unit_facts(self):
        self.ensure_one()
        unit = self.equipment_id
        if not unit:
            return False
        end = unit.warranty_date_end
        return {
            "id": unit.id,
            "name": unit.display_name,
            "product": unit.product_id.display_name,
            "warranty": format_date(self.env, end) if end else False,
            "is_under_warranty": unit.is_under_warranty,
        }

    @api.model
    def _prepare_unit_calls(self, call, call_id):
        """Return the unit's open calls and its last five, and the ids of them all."""
        if not call.equipment_id:
            return {"open": [], "closed": []}, set()
        own = Domain("equipment_id", "=", call.equipment_id.id) & Domain("id", "!=", call_id)
        opened = self.search(own & Domain("is_closed", "=", False), order="raised_at desc", limit=HISTORY_LIMIT)
        closed = self.search(own & Domain("is_closed", "=", True), order="raised_at desc", limit=HISTORY_LIMIT)
        found = {"open": opened._prepare_context_calls(), "closed": closed._prepare_context_calls()}
        return found, set((opened | closed).ids)

    @api.model
    def _prepare_other_calls(self, call, known_ids):
        """Return the other open calls at the site, and of the customer elsewhere."""
        rest = Domain("is_closed", "=", False) & Domain("id", "not in", list(known_ids))
        at_site = of_customer = self.browse()
        if call.site_id:
            at_site = self.search(rest & Domain("site_id", "=", call.site_id.id), limit=HISTORY_LIMIT)
        if call.commercial_partner_id:
            own = Domain("commercial_partner_id", "=", call.commercial_partner_id.id)
            of_customer = self.search(rest & own & Domain("id", "not in", at_site.ids), limit=HISTORY_LIMIT)
        return {
            "site_calls": at_site._prepare_context_calls(),
            "customer_calls": of_customer._prepare_context_calls(),
        }

    def _prepare_context_calls(self):
        return [
            {
                "id": call.id,
                "name": call.name,
                "subject": call.subject,
                "type": call.type_id.name,
                "is_preventive": call.type_id.is_preventive,
                "stage": call.stage_id.name,
                "owner": call.user_id.name or False,
                "unit": call.equipment_id.display_name or False,
                "raised": format_date(self.env, fields.Datetime.context_timestamp(call, call.raised_at).date()),
                "deadline": call.deadline_words or False,
                "sla_state": call.sla_state,
                "remedy": call.remedy_id.display_name or False,
            }
            for call in self
        ]

    def _prepare_notes(self):
        """Return what is noted of the place: how to get in."""
        self.ensure_one()
        place = self.site_id or self.partner_id
        return [{"title": place.display_name, "text": place.service_access_notes}] if place.service_access_notes else []

    def _prepare_intake_flags(self):
        """Return what a call taker must be aware of: list of dicts `level` (a Bootstrap colour) and `text` (a hook)."""
        self.ensure_one()
        contracts = self.env["service.contract"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("kind", "=", "customer"),
                ("state", "=", "active"),
                ("is_payment_blocked", "=", True),
            ],
            limit=1,
        )
        if not contracts:
            return []
        text = self.env._("Contract %(contract)s is blocked for payment.", contract=contracts.name)
        return [{"level": "danger", "text": text}]
