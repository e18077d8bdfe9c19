# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..const import STAGE_FLAG_BY_KIND

STAGE_FLAGS = tuple(STAGE_FLAG_BY_KIND.values())


class ServiceCallStage(models.Model):
    """A step of a call's life. What a stage means is said by its flags; its name is free."""

    _name = "service.call.stage"
    _description = "Service Call Stage"
    _inherit = ["service.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fold = fields.Boolean(string="Folded in Kanban")
    type_ids = fields.Many2many(
        comodel_name="service.call.type",
        string="Call Types",
        context={"active_test": False},
        help="Empty: used by calls of every type.",
    )
    is_initial = fields.Boolean(string="Raised", help="New calls begin here.")
    is_allocated = fields.Boolean(string="Allocated", help="Entered when a call is given to a team or a person.")
    is_planned = fields.Boolean(string="Planned", help="Entered when a visit is planned.")
    is_travel = fields.Boolean(string="Travel", help="Entered when an engineer sets off.")
    is_working = fields.Boolean(string="Working", help="Entered when work begins at the site.")
    is_pause = fields.Boolean(string="Pauses the Clocks", help="While a call is here its deadlines wait.")
    pause_reason_id = fields.Many2one(
        comodel_name="service.pause.reason",
        string="Reason When Dragged Here",
        ondelete="restrict",
        domain="[('stops_clocks', '=', True)]",
        help="Of calls that are moved to this stage. Empty: whoever moves a call here is asked for the reason.",
    )
    is_done = fields.Boolean(string="Completed", help="Entering closes the call and stops its clocks.")
    is_cancelled = fields.Boolean(string="Cancelled", help="Entering closes the call without a result.")
    is_unit_working = fields.Boolean(string="Unit Works", help="Entering ends the down time of the unit.")
    description = fields.Text(translate=True)

    @api.constrains(*STAGE_FLAGS)
    def _check_flags(self):
        for stage in self:
            flags = [flag for flag in STAGE_FLAGS if stage[flag]]
            if len(flags) > 1:
                raise ValidationError(
                    self.env._(
                        "Stage %(stage)s can stand for one step only, not for %(steps)s.",
                        stage=stage.name,
                        steps=", ".join(self._fields[flag]._description_string(self.env) for flag in flags),
                    )
                )

    @api.constrains("pause_reason_id")
    def _check_pause_reason(self):
        for stage in self.filtered("pause_reason_id"):
            if not stage.pause_reason_id.stops_clocks:
                raise ValidationError(
                    self.env._(
                        "%(reason)s lets the deadlines go on: stage %(stage)s needs a reason that stops them.",
                        reason=stage.pause_reason_id.name,
                        stage=stage.name,
                    )
                )

    # ------------------------------------------------------------
    # What a stage means
    # ------------------------------------------------------------

    @api.model
    @ormcache("flag")
    def _get_by_flag(self, flag):
        """Return the stages that stand for a step, in their order; no query while nobody changes them.

        :param str flag: a flag of a stage
        :return: tuple of (id, ids of the call types that use it; none for all types)
        """
        # Which steps there are is no secret of whoever logs a call. What is kept serves all: archived ones are left out
        # whatever whoever asks first wants to see.
        stages = self.sudo().with_context(active_test=True).search([(flag, "=", True)])
        return tuple((stage.id, frozenset(stage.type_ids.ids)) for stage in stages)

    def _get_event_kind(self):
        """Return the kind of event that entering this stage means, or None for a plain stage."""
        self.ensure_one()
        return next((kind for kind, flag in STAGE_FLAG_BY_KIND.items() if self[flag]), None)

    def _serves(self, call_type):
        """Tell whether calls of ``call_type`` use this stage."""
        self.ensure_one()
        return not self.type_ids or call_type in self.type_ids
