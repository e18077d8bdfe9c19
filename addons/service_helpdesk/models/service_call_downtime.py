# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

UNIT_CONDITIONS = [("down", "Down"), ("degraded", "Degraded")]
CONDITIONS = tuple(key for key, _label in UNIT_CONDITIONS)
# What people who handle calls may say of a unit: an alternative in place stops down time, where the regime says so.
CALL_KINDS = (*CONDITIONS, "alternative")


class ServiceCall(models.Model):
    """What calls tell of the down time of their units.

    The register of down time (`service.downtime`) keeps it; a call shows its rows and begins and ends them.
    """

    _inherit = "service.call"

    downtime_ids = fields.One2many(
        comodel_name="service.downtime",
        inverse_name="call_id",
        string="Down Time",
        groups="base.group_user",
    )
    unit_condition = fields.Selection(
        selection=UNIT_CONDITIONS,
        string="Unit Is",
        compute="_compute_unit_condition",
        inverse="_inverse_unit_condition",
        groups="base.group_user",
        help="Empty: it works. Down and degraded count in the register of down time.",
    )
    unit_loss = fields.Integer(
        string="Loss (%)",
        compute="_compute_unit_condition",
        inverse="_inverse_unit_condition",
        groups="base.group_user",
        help="How much of a degraded unit's service is lost.",
    )
    unit_condition_since = fields.Datetime(
        string="Since",
        compute="_compute_unit_condition",
        inverse="_inverse_unit_condition",
        groups="base.group_user",
        help="Empty: since the call was raised.",
    )
    downtime_words = fields.Char(
        string="Unit Down Time",
        compute="_compute_unit_condition",
        groups="base.group_user",
    )

    @api.depends("downtime_ids.started_at", "downtime_ids.ended_at", "downtime_ids.kind", "downtime_ids.percent")
    @api.depends_context("lang", "tz")
    def _compute_unit_condition(self):
        # Whoever reads a call may know how its unit does.
        rows_by_call = self._find_downtime().grouped("call_id")
        for call in self:
            rows = rows_by_call.get(call._origin.sudo(), self.env["service.downtime"].sudo())
            row = rows.filtered(lambda row: row.is_open and row.kind in CONDITIONS)[:1]
            call.unit_condition = row.kind
            call.unit_loss = row.percent
            call.unit_condition_since = row.started_at
            call.downtime_words = row._get_now_words() if row else call._get_downtime_words(rows)

    def _inverse_unit_condition(self):
        """A call that is logged says that its unit is down; later, what changes is a row of the register."""
        said = self.filtered("unit_condition")
        if said:
            # Read before the first row is written: writing it computes these fields again.
            wanted = [(call, call.unit_condition, call.unit_loss, call.unit_condition_since) for call in said]
            for call, kind, loss, since in wanted:
                call._begin_downtime(kind, loss or 100, since or call.raised_at)

    def _get_downtime_words(self, rows):
        """Say how long the unit did not work, once it works again."""
        losses = rows.filtered(lambda row: row.kind in CONDITIONS)
        if not losses:
            return False
        hours, minutes = divmod(round(sum(losses.mapped("hours")) * 60), 60)
        return self.env._("Was down for %(hours)s h %(minutes)02d min, works again.", hours=hours, minutes=minutes)

    @api.onchange("type_id")
    def _onchange_unit_condition(self):
        if not self._origin and self.type_id.unit_condition:
            self.unit_condition = self.type_id.unit_condition

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        for call, vals in zip(calls, vals_list, strict=True):
            if "unit_condition" not in vals and (kind := call.type_id.unit_condition) and call.equipment_id:
                call.sudo()._begin_downtime(kind, 100, call.raised_at)
        return calls

    def _store(self, vals):
        result = super()._store(vals)
        if vals.get("stage_id") and self.env["service.call.stage"].browse(vals["stage_id"]).is_unit_working:
            # The stage says that the unit works, whoever moved the call there.
            self.sudo()._end_downtime(fields.Datetime.now())
        return result

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_unit_down(self, kind="down", percent=100, at=None, reason=None):
        """Say that the unit of a call is down, degraded, or replaced by an alternative.

        :param str kind: ``down``, ``degraded`` or ``alternative``
        :param int percent: how much of a degraded unit's service is lost
        :param at: since when (naive UTC or ISO text); now when not given
        :param str reason: what happened
        :raise UserError: when the register refuses it, or the call has no unit
        """
        self.ensure_one()
        self._check_handler_rights()
        if kind not in CALL_KINDS:
            raise UserError(
                self.env._("A call says that its unit is down, degraded, or that an alternative is in place.")
            )
        at = fields.Datetime.to_datetime(at) or fields.Datetime.now()
        self._begin_downtime(kind, percent, at, reason)
        return True

    def action_unit_works(self, at=None):
        """Say that the unit of a call works again.

        :param at: since when (naive UTC or ISO text); now when not given
        :raise UserError: when it is not down, or the register refuses it
        """
        self.ensure_one()
        self._check_handler_rights()
        rows = self._find_downtime().filtered("is_open")
        if not rows:
            raise UserError(self.env._("By this call the unit is not down."))
        rows.action_end(at)
        return True

    def action_unit_still_down(self):
        """Take back that the unit of a call works again: its last down time goes on.

        :raise UserError: when it was not down, or the register refuses it
        """
        self.ensure_one()
        self._check_handler_rights()
        row = self._find_downtime().filtered(lambda row: row.kind in CONDITIONS)[:1]
        if not row or row.is_open:
            raise UserError(self.env._("By this call the unit was not down, or it still is."))
        row.ended_at = False
        self._message_log(body=self.env._("The unit does not work after all: its down time goes on."))
        return True

    def action_open_downtime(self):
        """Ask since when the unit is down, or works again."""
        self.ensure_one()
        self._check_handler_rights()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_call_downtime_action"),
            "context": {
                "default_call_id": self.id,
                "default_kind": "works" if self.unit_condition else "down",
                "default_at": fields.Datetime.to_string(
                    fields.Datetime.now() if self.downtime_ids else self.raised_at
                ),
            },
        }

    # ------------------------------------------------------------
    # Business
    # ------------------------------------------------------------

    def _find_downtime(self):
        """Return the rows of the register that these calls told of, the last one first (sudo)."""
        # The register is written by the actions above only, after the check of rights.
        return self.env["service.downtime"].sudo().search([("call_id", "in", self._origin.ids)])

    def _begin_downtime(self, kind, percent, at, reason=None):
        """Enter in the register that the unit of this call does not work.

        A unit that is down already is not entered twice; down time that no call has told of becomes this call's.
        """
        self.ensure_one()
        if not self.equipment_id:
            raise UserError(self.env._("Choose the unit of call %(call)s: only a unit can be down.", call=self.name))
        Downtime = self.env["service.downtime"].sudo()
        domain = [("equipment_id", "=", self.equipment_id.id), ("is_open", "=", True)]
        opened = Downtime.search([*domain, ("kind", "in", CONDITIONS if kind in CONDITIONS else (kind,))], limit=1)
        values = self._prepare_downtime_values(kind, percent, at, reason)
        if opened and (opened.kind, opened.percent) == (kind, values["percent"]):
            if not opened.call_id:
                opened.call_id = self
            elif opened.call_id == self:
                raise UserError(self.env._("That is said already: %(event)s.", event=opened.display_name))
            self._message_log(body=self.env._("The unit was down already: %(event)s.", event=opened.display_name))
            return
        if opened and at > opened.started_at:
            opened.action_end(at)
        Downtime.create(values)

    def _prepare_downtime_values(self, kind, percent, at, reason=None):
        """Prepare the row of the register that this call tells of.

        :param str kind: see :meth:`action_unit_down`
        :param int percent: loss while degraded
        :param datetime at: since when, naive UTC
        """
        self.ensure_one()
        return {
            "equipment_id": self.equipment_id.id,
            "call_id": self.id,
            "kind": kind,
            "percent": percent if kind == "degraded" else 100,
            "started_at": at,
            "cause_id": self.cause_id.id,
            "reason": reason or f"{self.name} {self.subject}",
        }

    def _end_downtime(self, at):
        """End what these calls have open in the register (sudo); what cannot end is told on the call."""
        for row in self._find_downtime().filtered("is_open"):
            try:
                with self.env.cr.savepoint():
                    # Told and mended within one instant: it was no down time.
                    row.action_end(at) if at > row.started_at else row.unlink()
            except (UserError, ValidationError) as error:
                row.call_id._message_log(
                    body=self.env._("The down time of the unit could not be ended: %(error)s", error=error)
                )

    def _withdraw_downtime(self):
        """Take what these calls told of out of the register (sudo), with a note on call and unit.

        What was approved or stands in a frozen statement stays.
        """
        for row in self._find_downtime():
            call, unit, name = row.call_id, row.equipment_id, row.display_name
            try:
                with self.env.cr.savepoint():
                    row.unlink()
                body = self.env._("Withdrawn with call %(call)s: %(event)s.", call=call.name, event=name)
                unit._message_log(body=body)
            except (UserError, ValidationError) as error:
                body = self.env._("%(event)s stays in the register: %(error)s", event=name, error=error)
            call._message_log(body=body)

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind == "completed":
            # Whoever closes a call says that its unit works.
            self.sudo()._end_downtime(at)
        elif kind == "cancelled":
            self.sudo()._withdraw_downtime()
