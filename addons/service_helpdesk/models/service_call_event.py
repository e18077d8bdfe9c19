# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import EVENT_KINDS
from ..engine.sla_clock import Event


class ServiceCallEvent(models.Model):
    """What happened to a call and when. Clocks are computed from this log and nothing else.

    Rows are never edited and never deleted: a mistake is put right by a further row that
    names the one it corrects.
    """

    _name = "service.call.event"
    _description = "Service Call Event"
    _order = "at, id"
    _check_company_auto = True

    call_id = fields.Many2one(
        comodel_name="service.call",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, index=True)
    kind = fields.Selection(selection=EVENT_KINDS, required=True)
    at = fields.Datetime(string="Happened At", required=True, help="When it happened, apart from when it was entered.")
    user_id = fields.Many2one(comodel_name="res.users", string="Entered By", index="btree_not_null")
    reason = fields.Char()
    reason_id = fields.Many2one(
        comodel_name="service.pause.reason",
        string="Reason of the Pause",
        index="btree_not_null",
        ondelete="restrict",
    )
    corrects_id = fields.Many2one(
        comodel_name="service.call.event",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    correction_ids = fields.One2many(
        comodel_name="service.call.event",
        inverse_name="corrects_id",
        string="Corrections",
    )
    is_superseded = fields.Boolean(string="Corrected", compute="_compute_is_superseded")

    @api.depends("correction_ids")
    def _compute_is_superseded(self):
        for event in self:
            event.is_superseded = bool(event.correction_ids)

    @api.depends("kind", "at", "call_id.site_tz")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            at = event.call_id._format_at_site(event.at) if event.call_id else ""
            event.display_name = f"{kinds.get(event.kind, '')} {at}".strip()

    def action_correct(self):
        """Ask when the event really happened."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_event_correct_action")
        context = {
            "default_call_id": self.call_id.id,
            "default_event_id": self.id,
            "default_at": fields.Datetime.to_string(self.at),
        }
        return {**action, "context": context}

    @api.model_create_multi
    def create(self, vals_list):
        calls = self.env["service.call"].browse({vals["call_id"] for vals in vals_list if vals.get("call_id")})
        company_by_call = {call.id: call.company_id.id for call in calls}
        return super().create(
            [
                {"user_id": self.env.uid, "company_id": company_by_call.get(vals.get("call_id")), **vals}
                for vals in vals_list
            ]
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("The log of a call is never changed; enter a correction instead."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The log of a call is never changed; enter a correction instead."))

    def _to_engine(self):
        """Return the rows as engine events."""
        return [
            Event(id=event.id, kind=event.kind, at=event.at, corrects_id=event.corrects_id.id or None) for event in self
        ]
