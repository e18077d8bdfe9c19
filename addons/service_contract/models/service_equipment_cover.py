# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command, Domain
from odoo.tools import format_date

ONE_DAY = timedelta(days=1)


class ServiceEquipment(models.Model):
    """What happens to a unit in the register is told to who looks after its contract: no cover goes on silently.

    Whoever moves, retires or merges units need not know about contracts: he changes nothing of them. An amendment that
    removes the units is proposed as a draft, with an activity for the responsible of the contract.
    """

    _inherit = "service.equipment"

    # ------------------------------------------------------------------
    # Events of the register
    # ------------------------------------------------------------------

    def _after_moved(self):
        super()._after_moved()
        # Whoever may move a unit causes its contract to be looked at.
        units = self.sudo()
        days = {
            unit: unit.placement_ids.filtered(lambda row: not row.date_end)[:1].date_start or unit._get_today()
            for unit in units
        }
        rows = units._get_running_rows(min(days.values(), default=None), Domain("contract_kind", "=", "customer"))
        strangers = rows.filtered(
            lambda row: not row.contract_id.is_frame
            and row.equipment_id.commercial_partner_id != row.contract_id.commercial_partner_id
        )
        strangers._propose_removal(days, self.env._("Moved to another customer"))
        for contract, moved in (rows - strangers).filtered("price").grouped("contract_id").items():
            names = ", ".join(moved.equipment_id.mapped("display_name"))
            sites = ", ".join(moved.equipment_id.site_id.mapped("display_name"))
            note = self.env._("%(units)s stand at %(sites)s now: check what they cost.", units=names, sites=sites)
            contract._tell_responsible(self.env._("Units have moved"), note)

    def _write_state(self, vals):
        super()._write_state(vals)
        if vals.get("state") == "retired":
            # Units that another company takes over are told of in one go.
            self.sudo().filtered(lambda unit: not unit.successor_ids)._propose_end(self.env._("Retired"))

    def _after_handed_over(self, successors):
        super()._after_handed_over(successors)
        # As in `_after_moved`.
        self.sudo()._propose_end(self.env._("Handed over to another company"))

    def _after_merged(self, others):
        super()._after_merged(others)
        pairs = self.env["service.coverage"]._get_double_pairs(Domain("equipment_id", "in", self.ids))
        # As in `_after_moved`.
        rows = self.env["service.coverage"].sudo().browse({row_id for row_id, _other in pairs})
        for contract in rows.contract_id:
            note = self.env._(
                "%(unit)s was registered twice, and is one unit now: it is billed twice on the same days.",
                unit=self.display_name,
            )
            contract._tell_responsible(self.env._("A unit is covered twice"), note)

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _propose_end(self, reason):
        """Propose to end the cover of retired units with the day on which they were."""
        days = {unit: (unit.date_retired or unit._get_today()) + ONE_DAY for unit in self}
        self._get_running_rows(min(days.values(), default=None))._propose_removal(days, reason)

    def _get_running_rows(self, day, domain=Domain.TRUE):
        """Return the rows of running contracts that cover these units on a day, or later."""
        if not self:
            return self.env["service.coverage"]
        rows = self.env["service.coverage"].search(
            domain
            & Domain("equipment_id", "in", self.ids)
            & Domain("contract_state", "in", ("active", "suspended"))
            & Domain("date_end", ">=", day)
        )
        return rows.filtered(lambda row: row.date_start <= row.date_end)


class ServiceCoverage(models.Model):
    _inherit = "service.coverage"

    def _propose_removal(self, day_by_unit, reason):
        """Draft amendments that remove these rows, and tell the responsible of each contract.

        Rows that a draft removes already are left out.

        :param dict day_by_unit: {unit: first day without cover}
        :param str reason: why
        """
        waiting = self.env["service.contract.amendment.line"].search(
            [("coverage_id", "in", self.ids), ("amendment_id.state", "=", "draft")]
        )
        rows = (self - waiting.coverage_id).filtered(lambda row: row.date_end >= day_by_unit[row.equipment_id])
        for (contract, day), removed in rows.grouped(
            lambda row: (row.contract_id, max(day_by_unit[row.equipment_id], row.contract_id.date_start))
        ).items():
            amendment = self.env["service.contract.amendment"].create(
                {
                    "contract_id": contract.id,
                    "date": day,
                    "reason": reason,
                    "line_ids": [Command.create({"action": "remove", "coverage_id": row.id}) for row in removed],
                }
            )
            note = self.env._(
                "%(reason)s: %(units)s. Amendment %(amendment)s would end the cover on %(date)s.",
                reason=reason,
                units=", ".join(removed.equipment_id.mapped("display_name")),
                amendment=amendment.name,
                date=format_date(self.env, day - ONE_DAY),
            )
            contract._tell_responsible(self.env._("Apply an amendment, or lay it aside"), note, amendment)


class ServiceContract(models.Model):
    _inherit = "service.contract"

    def _tell_responsible(self, summary, note, document=None):
        """Note something on the contract, and give its responsible something to do.

        :param str summary: what to do
        :param str note: why
        :param document: the record to do it on, by default the contract itself
        """
        self.ensure_one()
        self._message_log(body=note)
        if self.user_id:
            (self if document is None else document).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=fields.Date.context_today(self),
                summary=summary,
                note=note,
                user_id=self.user_id.id,
            )
