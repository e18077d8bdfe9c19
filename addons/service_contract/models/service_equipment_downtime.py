# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

READERS = "service_contract.group_service_contract_reader,service_equipment.group_service_auditor"


class ServiceEquipment(models.Model):
    """The down time of a unit."""

    _inherit = "service.equipment"

    downtime_ids = fields.One2many(
        comodel_name="service.downtime",
        inverse_name="equipment_id",
        string="Down Time",
        groups=READERS,
    )
    downtime_count = fields.Integer(compute="_compute_downtime", compute_sudo=False, groups=READERS)
    downtime_hours = fields.Float(
        string="Hours Down This Year",
        compute="_compute_downtime",
        compute_sudo=False,
        groups=READERS,
    )
    downtime_now = fields.Char(string="Down Now", compute="_compute_downtime", compute_sudo=False, groups=READERS)

    @api.depends("downtime_ids.started_at", "downtime_ids.ended_at", "downtime_ids.kind")
    @api.depends_context("uid", "lang", "tz")
    def _compute_downtime(self):
        Downtime = self.env["service.downtime"]
        counts = dict(Downtime._read_group([("equipment_id", "in", self.ids)], ["equipment_id"], ["__count"]))
        now = fields.Datetime.now()
        year = now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        losses = Downtime.search(
            [
                ("equipment_id", "in", self.ids),
                ("kind", "in", ("down", "degraded")),
                "|",
                ("ended_at", "=", False),
                ("ended_at", ">", year),
            ]
        ).grouped("equipment_id")
        for unit in self:
            events = losses.get(unit._origin, Downtime)
            unit.downtime_count = counts.get(unit._origin, 0)
            unit.downtime_hours = sum(
                max(((event.ended_at or now) - max(event.started_at, year)).total_seconds(), 0) / 3600
                for event in events
            )
            unit.downtime_now = events.filtered(lambda event: not event.ended_at)[:1]._get_now_words()

    def action_open_downtime(self):
        """Open the down time of these units."""
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_downtime_action")
        context = {"default_equipment_id": self.id} if len(self) == 1 else {}
        return {**action, "domain": [("equipment_id", "in", self.ids)], "context": context}

    def _get_failure_group(self):
        """Return what the unit is judged with where a rule judges groups: the units of its product at its site."""
        self.ensure_one()
        return f"{self.product_id.id},{self.site_id.id or 0}"

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        Downtime = self.env["service.downtime"]
        if not Downtime.has_access("read"):
            return entries
        domain = [("equipment_id", "=", self.id), ("kind", "in", ("down", "degraded", "planned"))]
        labels = dict(Downtime._fields["kind"]._description_selection(self.env))
        for event in Downtime.search(domain, order="started_at, id"):
            details = [event.period_words, event.cause_id.complete_name, event.reason]
            entries.append(
                self._prepare_history_entry(
                    date=event._to_site(event.started_at).date(),
                    kind="downtime",
                    title=labels[event.kind],
                    text=", ".join(filter(None, details)),
                    record=event,
                )
            )
        return entries

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "downtime": self.env._("Down Time")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "downtime": "fa-power-off"}
