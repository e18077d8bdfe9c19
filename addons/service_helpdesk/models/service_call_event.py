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
    corrects_id = fields.Many2one(
        comodel_name="service.call.event",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )

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
