# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools.mail import email_normalize

# What :meth:`ServiceCall.log` takes, and what of it a customer may give.
PORTAL_ARGUMENTS = {"subject", "description", "serial", "type", "external_ref"}
ARGUMENTS = PORTAL_ARGUMENTS | {"customer", "email", "phone", "site", "team", "priority", "raised_at", "channel"}


class ServiceCall(models.Model):
    """Calls that other systems log, by plain words instead of ids."""

    _inherit = "service.call"

    # ------------------------------------------------------------
    # Public
    # ------------------------------------------------------------

    @api.model
    def log(self, **values):
        """Log a call for another system, over JSON-2 with an API key.

        All arguments are plain texts. With an `external_ref` the same request, sent again, gives the same call.

        :param values: `subject` (required), `description` (plain text), `serial` (serial number, asset code or number
            of the unit), `customer` (reference or exact name), `email` and `phone` of the contact, `site` (exact
            name of a site of the customer), `type` (code of the call type), `priority` ("0" to "3"), `raised_at`
            (ISO 8601, UTC where it has no offset), `team` (name), `channel` and `external_ref`; a customer's own
            key: `subject`, `description`, `serial`, `type` and `external_ref`
        :return: dict of plain JSON: `id`, `number`, `is_new`, `stage`, `priority` and `deadlines` (list of `metric`,
            `deadline` in UTC and `local`, as words at the site)
        :raise UserError: one sentence that says which argument is wrong
        """
        is_customer = self.env.user._is_portal()
        self._check_log_arguments(values, PORTAL_ARGUMENTS if is_customer else ARGUMENTS)
        reference = (values.get("external_ref") or "").strip()
        call = self._find_logged(reference)
        is_new = not call
        if is_new:
            try:
                with self.env.cr.savepoint():
                    call = self._log_for_customer(values) if is_customer else self.create(self._prepare_log(values))
            except UniqueViolation as error:
                if "external_ref" not in (error.diag.constraint_name or ""):
                    raise
                # The same request came twice at once: Odoo repeats this one, which then finds the other's call.
                raise ConcurrencyError(str(error)) from error
        return {**call._prepare_logged(), "is_new": is_new}

    # ------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------

    @api.model
    def _check_log_arguments(self, values, known):
        if unknown := sorted(set(values) - known):
            raise UserError(
                self.env._(
                    "%(names)s: no such argument, use %(known)s.",
                    names=", ".join(unknown),
                    known=", ".join(sorted(known)),
                )
            )
        if wrong := sorted(name for name, value in values.items() if value and not isinstance(value, str)):
            raise UserError(self.env._("%(names)s: a text is expected.", names=", ".join(wrong)))
        if not (values.get("subject") or "").strip():
            raise UserError(self.env._("subject: say in a few words what it is about."))

    @api.model
    def _find_logged(self, reference):
        """Return the call that was logged with a reference; none without one."""
        if not reference:
            return self.browse()
        # A reference is taken whether the user may see its call or not.
        call = self.sudo().search([("external_ref", "=", reference), ("company_id", "=", self.env.company.id)])
        call = call.sudo(False)
        if call and not call.has_access("read"):
            raise UserError(
                self.env._("external_ref: %(reference)s is taken, choose another one.", reference=reference)
            )
        return call

    @api.model
    def _log_for_customer(self, values):
        """Log a call for the customer whose key it is: for units of his own only."""
        unit = self._find_logged_unit(values.get("serial"))
        call_type = self._find_logged_record("service.call.type", "code", "type", values)
        call = self._create_from_portal(
            values["subject"], values.get("description"), unit.id or None, call_type.id or None
        )
        if reference := (values.get("external_ref") or "").strip():
            # In the name of the customer, who may not write calls.
            call.sudo()._store({"external_ref": reference})
            call.flush_recordset(["external_ref"])
        return call

    @api.model
    def _prepare_log(self, values):
        """Return the values of a call for the arguments of :meth:`log` (pure)."""
        unit = self._find_logged_unit(values.get("serial"))
        customer = self._find_logged_customer(values) or unit.partner_id
        contact = self._find_logged_contact(values.get("email"), customer)
        prepared = {
            "subject": values["subject"].strip(),
            "description": self.env["ir.qweb.field.text"].value_to_html(values.get("description") or "", {}) or False,
            "equipment_id": unit.id,
            "partner_id": (customer or contact.commercial_partner_id).id,
            "contact_id": contact.id,
            "channel": self._get_logged_key("channel", values) or "api",
            "external_ref": (values.get("external_ref") or "").strip() or False,
            "company_id": self.env.company.id,
        }
        if not prepared["partner_id"]:
            raise UserError(self.env._("Say whose call it is: customer, email or serial."))
        if values.get("site"):
            domain = [("is_service_site", "=", True), ("commercial_partner_id", "=", customer.commercial_partner_id.id)]
            prepared["site_id"] = self._find_logged_record("res.partner", "name", "site", values, domain).id
        if call_type := self._find_logged_record("service.call.type", "code", "type", values):
            prepared["type_id"] = call_type.id
        if team := self._find_logged_record("service.team", "name", "team", values):
            prepared["team_id"] = team.id
        if priority := self._get_logged_key("priority", values):
            prepared["priority"] = priority
        if values.get("raised_at"):
            raised_at = self.env["service.sla.policy"]._read_instant(values["raised_at"], "raised_at")
            prepared["raised_at"] = raised_at.replace(microsecond=0)
        if values.get("email") and not contact:
            prepared["partner_email"] = values["email"]
        if values.get("phone"):
            prepared["partner_phone"] = values["phone"]
        return prepared

    @api.model
    def _find_logged_unit(self, serial):
        """Return the unit that a serial number, asset code or number names; none without one."""
        units = self.env["service.equipment"]
        if not serial:
            return units
        if self.env.user._is_portal():
            key = units._normalize_serial(serial)
            own = self._get_portal_units()
            found = own.filtered(lambda unit: key in (unit.serial_key, unit.asset_key, unit.name_key))
        else:
            found = units._find_by_scan(serial)
        return self._get_one_logged(found, "serial", serial)

    @api.model
    def _find_logged_customer(self, values):
        """Return the customer with a reference, or else with a name; none without one."""
        text = (values.get("customer") or "").strip()
        Partner = self.env["res.partner"]
        if not text:
            return Partner
        found = Partner.search([("ref", "=", text)], limit=2) or Partner.search(
            [("service_name_key", "=", Partner._get_service_name_key(text)), ("parent_id", "=", False)], limit=2
        )
        return self._get_one_logged(found, "customer", text)

    @api.model
    def _find_logged_contact(self, email, customer):
        """Return the contact with an e-mail address, of the customer where there is one; he may be unknown."""
        domain = [("email_normalized", "=", email_normalize(email or "") or "")]
        if customer:
            domain.append(("commercial_partner_id", "=", customer.commercial_partner_id.id))
        return self.env["res.partner"].search(domain, limit=1) if email else self.env["res.partner"]

    @api.model
    def _find_logged_record(self, model, field_name, argument, values, domain=()):
        """Return the record that an argument names by a field, exactly; none when the argument is not given."""
        text = (values.get(argument) or "").strip()
        records = self.env[model]
        if not text:
            return records
        found = records.search(
            [(field_name, "=", text), ("company_id", "in", (False, self.env.company.id)), *domain], limit=2
        )
        return self._get_one_logged(found, argument, text)

    @api.model
    def _get_one_logged(self, found, argument, text):
        """Return what was found when it is one, else raise."""
        if not found:
            raise UserError(self.env._("%(argument)s: %(text)s is not known.", argument=argument, text=text))
        if len(found) > 1:
            raise UserError(self.env._("%(argument)s: %(text)s is not unique.", argument=argument, text=text))
        return found

    @api.model
    def _get_logged_key(self, name, values):
        """Return the value of a selection, checked."""
        key = values.get(name)
        keys = dict(self._fields[name]._description_selection(self.env))
        if key and key not in keys:
            raise UserError(
                self.env._(
                    "%(argument)s: %(text)s is not one of %(keys)s.",
                    argument=name,
                    text=key,
                    keys=", ".join(keys),
                )
            )
        return key

    def _prepare_logged(self):
        """Return what :meth:`log` answers for this call."""
        self.ensure_one()
        # The promises are the customer's to know: whoever logged the call may read it.
        clocks = self.sudo().clock_ids.filtered("deadline")
        return {
            "id": self.id,
            "number": self.name,
            "stage": self.sudo().stage_id.name,
            "priority": self.priority,
            "deadlines": [
                {
                    "metric": clock.metric,
                    "deadline": fields.Datetime.to_string(clock.deadline),
                    "local": self._format_at_site(clock.deadline),
                }
                for clock in clocks
            ],
        }
