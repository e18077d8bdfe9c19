# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Clocks of two machines differ a little.
CLOCK_SKEW = timedelta(minutes=5)
SELF_SERVICE_CHANNELS = ("email", "portal", "web", "chat")


class ServiceCall(models.Model):
    """What is checked and filled in while a call is taken: the rules of its type, and what cannot be."""

    _inherit = "service.call"

    properties = fields.Properties(
        string="Own Fields",
        definition="type_id.call_properties_definition",
        copy=True,
        groups="base.group_user",
    )
    external_ref = fields.Char(
        string="Reference of the Sender",
        copy=False,
        help="How the system that raised the call names it: the same reference never makes a second call.",
    )
    intake_problems = fields.Json(compute="_compute_intake_problems", groups="base.group_user")

    _external_ref_uniq = models.UniqueIndex(
        "(external_ref, company_id) WHERE external_ref IS NOT NULL",
        "This reference is taken by another call.",
    )

    # ------------------------------------------------------------
    # Computes, constraints and onchange
    # ------------------------------------------------------------

    @api.depends(
        "type_id",
        "partner_id",
        "contact_id",
        "site_id",
        "equipment_id",
        "product_id",
        "original_id",
        "symptom_id",
        "raised_at",
        "cover_source",
        "cover_explanation",
    )
    @api.depends_context("lang", "uid")
    def _compute_intake_problems(self):
        for call in self:
            # Of a closed call nothing can be changed any more.
            is_asked = not call.is_closed and (call.partner_id or call.site_id or call.equipment_id)
            call.intake_problems = call._get_intake_problems() if is_asked else []

    @api.constrains("equipment_id", "partner_id", "product_id", "raised_at")
    def _check_intake(self):
        """Refuse what cannot be, with the sentence that the form shows before saving."""
        for call in self:
            for problem in call._get_impossible_problems():
                raise ValidationError(problem["text"])

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """A type brings its team, channel and priority; what was chosen by hand stays."""
        call_type = self.type_id.with_company(self.company_id)
        if self._origin:
            return
        if call_type.team_id:
            self.team_id = call_type.team_id
        if call_type.default_channel:
            self.channel = call_type.default_channel
        if not self.priority_is_manual:
            self.priority = self._get_default_priority()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        calls._check_logged_facts()
        calls._tell_complaints()
        return calls

    @api.model
    def _prepare_call_values(self, vals, default_type):
        values = super()._prepare_call_values(vals, default_type)
        call_type = self.env["service.call.type"].browse(values["type_id"])
        if call_type.default_channel:
            values.setdefault("channel", call_type.default_channel)
        if not values.get("team_id"):
            company_id = values.get("company_id") or self.env.company.id
            # The default of a type holds for whoever logs the call.
            team = call_type.with_company(company_id).sudo().team_id
            if team and team.company_id.id in (False, company_id):
                values["team_id"] = team.id
        return values

    def _get_default_priority(self):
        """Return the priority of a call to which the contract gives none."""
        return self.type_id.default_priority or super()._get_default_priority()

    # ------------------------------------------------------------
    # Rules of the type
    # ------------------------------------------------------------

    def _get_missing_facts(self, is_complete=False):
        """Return the labels of what the type wants to be known of this call, and is not.

        :param bool is_complete: whether the call is being completed; else it is being logged
        """
        self.ensure_one()
        return [
            self._fields[name]._description_string(self.env)
            for name in self.type_id._get_needed_facts(is_complete)
            if not self[name]
        ]

    def _check_logged_facts(self):
        """Refuse calls that lack what their type must know; those that no person of ours took need triage instead."""
        to_triage = self.browse()
        for call in self:
            missing = call._get_missing_facts()
            if not missing:
                continue
            # Mails, the portal and jobs log calls in the system's name: nobody is there to be asked.
            if self.env.su or call.channel in SELF_SERVICE_CHANNELS:
                to_triage |= call
            else:
                raise ValidationError(call._get_missing_text(missing))
        if to_triage:
            to_triage._store({"needs_triage": True})

    def _get_missing_text(self, missing, is_complete=False):
        """Return the sentence that asks for what is missing."""
        self.ensure_one()
        if is_complete:
            return self.env._(
                "Call %(call)s cannot be completed yet, fill in: %(facts)s.",
                call=self.name,
                facts=", ".join(missing),
            )
        return self.env._(
            "A call of type %(type)s needs more, fill in: %(facts)s.",
            type=self.type_id.name,
            facts=", ".join(missing),
        )

    def _check_event(self, kind, at):
        super()._check_event(kind, at)
        if kind == "completed" and (missing := self._get_missing_facts(is_complete=True)):
            raise UserError(self._get_missing_text(missing, is_complete=True))

    def _tell_complaints(self):
        """Give whoever is responsible for the customer an activity for each new complaint."""
        for call in self:
            if call.type_id.is_complaint and (responsible := call._get_complaint_user()):
                call.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=responsible.id,
                    summary=self.env._("Complaint: answer the customer"),
                )

    def _get_complaint_user(self):
        """Return the user who is told of a complaint: who looks after the customer."""
        self.ensure_one()
        return self._get_responsible()

    # ------------------------------------------------------------
    # What does not fit together
    # ------------------------------------------------------------

    def _get_intake_problems(self):
        """Return what does not fit together on this call, saved or not: the impossible first, then the odd.

        :return: list of dicts: `level` ("danger": cannot be saved, "warning": odd, "info": still to be asked), `code`
            and `text`, one sentence that says what to do
        """
        self.ensure_one()
        problems = self._get_impossible_problems() + self._get_odd_problems()
        if not self._origin and (missing := self._get_missing_facts()):
            text = self.env._("Still to be asked: %(facts)s.", facts=", ".join(missing))
            problems.append(self._prepare_problem("info", "missing", text))
        return problems

    @api.model
    def _prepare_problem(self, level, code, text):
        return {"level": level, "code": code, "text": text}

    def _get_impossible_problems(self):
        """Return the problems with which a call cannot be saved; see :meth:`_get_intake_problems`."""
        self.ensure_one()
        texts = {
            "foreign_unit": self._get_foreign_unit_problem(),
            "retired_unit": self._get_retired_problem(),
            "product": self._get_product_problem(),
            "future": self._get_future_problem(),
        }
        return [self._prepare_problem("danger", code, text) for code, text in texts.items() if text]

    def _get_odd_problems(self):
        """Return the problems of which a call taker is warned; see :meth:`_get_intake_problems`."""
        self.ensure_one()
        texts = {
            "foreign_contact": self._get_foreign_contact_problem(),
            "foreign_site": self._get_foreign_site_problem(),
            "archived": self._get_archived_problem(),
            "refused": self._get_refused_problem(),
        }
        return [self._prepare_problem("warning", code, text) for code, text in texts.items() if text]

    def _get_foreign_unit_problem(self):
        unit = self.equipment_id
        if not unit or self.commercial_partner_id == unit.commercial_partner_id:
            return False
        return self.env._(
            "%(unit)s belongs to %(owner)s, not to %(customer)s: pick that customer, or another unit.",
            unit=unit.display_name,
            owner=unit.commercial_partner_id.name,
            customer=self.commercial_partner_id.name or self.env._("nobody"),
        )

    def _get_retired_problem(self):
        unit = self.equipment_id
        raised_on = self.raised_at and fields.Date.context_today(
            self.with_context(tz=self.site_tz or "UTC"), self.raised_at
        )
        if unit.state != "retired" or (unit.date_retired and raised_on and raised_on <= unit.date_retired):
            return False
        return self.env._(
            "%(unit)s is retired: pick the unit that took its place, or bring it back to service.",
            unit=unit.display_name,
        )

    def _get_product_problem(self):
        unit = self.equipment_id
        if not unit or not self.product_id or unit.product_id == self.product_id:
            return False
        return self.env._(
            "%(unit)s is a %(own)s, not a %(product)s: clear the product, or pick another unit.",
            unit=unit.display_name,
            own=unit.product_id.display_name,
            product=self.product_id.display_name,
        )

    def _get_future_problem(self):
        if not self.raised_at or self.raised_at <= fields.Datetime.now() + CLOCK_SKEW:
            return False
        return self.env._(
            "The call is raised in the future, %(at)s: say when the customer told us.",
            at=self._format_at_site(self.raised_at),
        )

    def _get_foreign_contact_problem(self):
        contact, customer = self.contact_id, self.commercial_partner_id
        if not contact or not customer or contact.commercial_partner_id == customer:
            return False
        return self.env._(
            "%(contact)s is a contact of %(owner)s, not of %(customer)s: check who is calling.",
            contact=contact.name,
            owner=contact.commercial_partner_id.name,
            customer=customer.name,
        )

    def _get_foreign_site_problem(self):
        site, unit, customer = self.site_id, self.equipment_id, self.commercial_partner_id
        if unit.site_id and site and unit.site_id != site:
            return self.env._(
                "%(unit)s stands at %(place)s, not at %(site)s: pick that site, or move the unit.",
                unit=unit.display_name,
                place=unit.site_id.display_name,
                site=site.display_name,
            )
        if site and not unit and customer and site.commercial_partner_id != customer:
            return self.env._(
                "%(site)s is a site of %(owner)s, not of %(customer)s: check where the work is.",
                site=site.display_name,
                owner=site.commercial_partner_id.name,
                customer=customer.name,
            )
        return False

    def _get_archived_problem(self):
        closed = (self.site_id | self.partner_id | self.contact_id).filtered(lambda partner: not partner.active)
        if not closed:
            return False
        return self.env._(
            "%(partner)s is archived: pick another one, or bring it back.",
            partner=", ".join(closed.mapped("display_name")),
        )

    def _get_refused_problem(self):
        """Say why a contract that would cover the call does not, and what to do."""
        if self.cover_source != "none":
            return False
        explanation = self.env["service.coverage"].render_explanation(self.cover_explanation)
        refused = next((entry for entry in explanation if entry["code"] == "refused"), None)
        if not refused:
            return False
        return f"{refused['reason']} {self.env['service.coverage.whatif']._get_advice(refused)}"
