# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ServiceSlaPolicy(models.Model):
    """A service level: how fast, measured in which calendar at the site (rules.md 3)."""

    _name = "service.sla.policy"
    _description = "Service Level"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="The hours in which the clocks run, read as wall time at the site. Empty means round the clock.",
    )
    target_ids = fields.One2many(
        comodel_name="service.sla.target",
        inverse_name="policy_id",
        copy=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    @api.constrains("calendar_id")
    def _check_calendar_id(self):
        self.calendar_id._check_service_calendar()

    def _get_targets(self, priority):
        """Return the targets for a call's priority, one per metric.

        A target of that very priority beats one for all priorities.

        :param priority: key of PRIORITIES
        :return: dict {metric: service.sla.target}
        """
        self.ensure_one()
        targets = {}
        for target in self.target_ids.sorted(lambda target: bool(target.priority)):
            if target.priority in (False, priority):
                targets[target.metric] = target
        return targets
