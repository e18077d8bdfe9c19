# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class ServiceVisit(models.Model):
    """What was done on a visit: work, parts and exchanged components, recorded with few taps on a phone."""

    _inherit = "service.visit"

    result = fields.Text(string="What Was Done", copy=False, help="In the words of the engineer; stands on the report.")
    work_ids = fields.One2many(comodel_name="service.work", inverse_name="visit_id")
    exchange_ids = fields.One2many(comodel_name="service.exchange", inverse_name="visit_id", string="Exchanges")

    def action_start_travel(self, at=None):
        """From now on the visit counts the engineers' time: their timers stop."""
        result = super().action_start_travel(at)
        self._stop_timers(at)
        return result

    def action_start_work(self, at=None):
        """From now on the visit counts the engineers' time: their timers stop."""
        result = super().action_start_work(at)
        self._stop_timers(at)
        return result

    def _stop_timers(self, at):
        # sudo: whoever reports a step of the visit reports it for all of its engineers
        timers = self.env["service.work.timer"].sudo()
        timers._stop_running(self.sudo().engineer_ids.user_id, fields.Datetime.to_datetime(at) or fields.Datetime.now())

    def action_add_labour(self):
        """Offer to record labour, with the time since work began."""
        return self._action_add_work("labour")

    def action_add_travel(self):
        """Offer to record travel time, with the time between setting out and beginning to work."""
        return self._action_add_work("travel")

    def action_add_distance(self):
        """Offer to record the distance driven."""
        return self._action_add_work("distance")

    def action_add_part(self):
        """Offer to record a part used, where no component of a unit is exchanged."""
        return self._action_add_work("part")

    def action_add_expense(self):
        """Offer to record an expense."""
        return self._action_add_work("expense")

    def action_exchange_component(self):
        """Offer to exchange a component of the unit, with the engineer's van as the source."""
        self.ensure_one()
        call = self.call_ids.filtered("equipment_id")[:1] or self.call_ids[:1]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exchange a Component"),
            "res_model": "service.exchange",
            "views": [(self.env.ref("service_planning.service_exchange_view_form_visit").id, "form")],
            "target": "new",
            "context": {
                "default_visit_id": self.id,
                "default_call_id": call.id,
                "default_equipment_id": call.equipment_id.id,
                "default_location_id": self._get_recording_engineer().van_location_id.id,
            },
        }

    def _get_recording_engineer(self):
        """Return the engineer for whom the current user records: himself if he is on the visit, else the lead."""
        self.ensure_one()
        return self.engineer_ids.filtered(lambda engineer: engineer.user_id == self.env.user)[:1] or self.lead_id

    def _action_add_work(self, kind):
        """Return the action that opens a new line of work of this kind, filled in."""
        self.ensure_one()
        values = self._prepare_work_values(kind)
        return {
            "type": "ir.actions.act_window",
            "name": dict(self.env["service.work"]._fields["kind"]._description_selection(self.env))[kind],
            "res_model": "service.work",
            "views": [(self.env.ref("service_planning.service_work_view_form_visit").id, "form")],
            "target": "new",
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    def _prepare_work_values(self, kind):
        """Return the values offered for a new line of work of a kind on this visit."""
        self.ensure_one()
        engineer = self._get_recording_engineer()
        return {
            "visit_id": self.id,
            "call_id": self.call_ids[:1].id,
            "kind": kind,
            "resource_id": engineer.id,
            "date": fields.Date.to_string(self._get_work_date()),
            "quantity": self._suggest_quantity(kind, engineer),
        }

    def _suggest_quantity(self, kind, engineer):
        """Return the quantity to offer for a new line of work.

        Hours come from the time stamps, less what the engineer has recorded of that kind on this visit.

        :param str kind: a key of WORK_KINDS
        :param engineer: the `resource.resource` whose work it is
        :return: hours for labour and travel, 1 for a part or a call-out, else 0
        """
        self.ensure_one()
        if kind == "labour":
            begin, end = self.work_started_at, self.completed_at
        elif kind == "travel":
            begin, end = self.travel_started_at, self.work_started_at
        else:
            return 1.0 if kind in ("part", "callout") else 0.0
        if not begin:
            return 0.0
        hours = ((end or fields.Datetime.now()) - begin).total_seconds() / 3600
        recorded = self.work_ids.filtered(lambda work: work.kind == kind and work.resource_id == engineer)
        return max(round(hours - sum(recorded.mapped("quantity")), 2), 0.0)
