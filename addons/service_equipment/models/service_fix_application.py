# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.version import version_key


class ServiceFixApplication(models.Model):
    """What became of a fix on one affected unit.

    Applying a fix lets the version of the unit, or of its affected components, follow; undoing it
    gives them back the versions that they had.
    """

    _name = "service.fix.application"
    _description = "Fix on a Unit"
    _inherit = ["service.transition.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _initial_state = "todo"
    _transitions = {
        "todo": ("applied", "not_applicable"),
        "applied": ("todo",),
        "not_applicable": ("todo", "applied"),
    }

    fix_id = fields.Many2one(
        comodel_name="service.fix", required=True, index=True, ondelete="cascade", check_company=True
    )
    equipment_id = fields.Many2one(
        comodel_name="service.equipment",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="equipment_id.company_id", store=True, index=True)
    state = fields.Selection(
        selection=[("todo", "To Do"), ("applied", "Applied"), ("not_applicable", "Not Applicable")],
        required=True,
        readonly=True,
        default="todo",
        index=True,
    )
    date = fields.Date(copy=False, help="The day at the site on which it was done.")
    user_id = fields.Many2one(comodel_name="res.users", string="Done by", copy=False, index="btree_not_null")
    note = fields.Char(copy=False)
    reason = fields.Char(string="Not Applicable Because", copy=False, readonly=True)
    is_out_of_range = fields.Boolean(
        string="No Longer in Range",
        readonly=True,
        copy=False,
        help="Its version, its product or its state changed before the fix was applied.",
    )
    exchange_id = fields.Many2one(
        comodel_name="service.exchange",
        string="Component Exchange",
        index="btree_not_null",
        copy=False,
        check_company=True,
        domain="[('equipment_id', '=', equipment_id), ('state', '=', 'done')]",
        help="The exchange by which the fix was applied.",
    )
    version_before = fields.Char(readonly=True, copy=False)
    # By id of the component, or "unit": what undoing gives back.
    former_versions = fields.Json(readonly=True, copy=False)

    fix_state = fields.Selection(related="fix_id.state", string="State of the Fix")
    severity = fields.Selection(related="fix_id.severity")
    kind = fields.Selection(related="fix_id.kind")
    date_deadline = fields.Date(related="fix_id.date_deadline")
    version_fixed = fields.Char(related="fix_id.version_fixed")
    product_id = fields.Many2one(related="equipment_id.product_id")
    serial_number = fields.Char(related="equipment_id.serial_number")
    version = fields.Char(related="equipment_id.version")
    commercial_partner_id = fields.Many2one(related="equipment_id.commercial_partner_id", string="Customer")
    site_id = fields.Many2one(related="equipment_id.site_id")
    area_id = fields.Many2one(related="equipment_id.area_id")

    _fix_equipment_uniq = models.UniqueIndex(
        "(fix_id, equipment_id)",
        "This fix has a row for this unit already.",
    )
    _todo_idx = models.Index("(equipment_id) WHERE state = 'todo'")

    @api.depends("fix_id.name", "equipment_id.display_name")
    def _compute_display_name(self):
        for application in self:
            parts = (application.fix_id.name, application.equipment_id.display_name)
            application.display_name = " - ".join(filter(None, parts))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_apply(self):
        """Record that the fixes were applied, today at the site unless a date was entered.

        :raise UserError: when a fix is not released, or has been applied already
        """
        self._check_transition("applied")
        for application in self:
            if application.fix_id.state != "released":
                raise UserError(
                    self.env._("%(fix)s is not released: it cannot be applied.", fix=application.fix_id.display_name)
                )
            today = application.equipment_id._get_today()
            if application.date and application.date > today:
                raise UserError(
                    self.env._(
                        "%(fix)s cannot be applied to %(unit)s in the future.",
                        fix=application.fix_id.display_name,
                        unit=application.equipment_id.display_name,
                    )
                )
            application._follow_version()
            application._write_state(
                {
                    "state": "applied",
                    "date": application.date or today,
                    "user_id": self.env.uid,
                    "reason": False,
                    "is_out_of_range": False,
                }
            )
        self._after_applied()

    def action_undo(self):
        """Take back that the fixes were applied; versions that they wrote become again what they were.

        For those who may edit fixes.
        """
        self.fix_id.check_access("write")
        self._check_transition("todo")
        for application in self:
            application._restore_version()
        self._set_todo()

    def action_reopen(self):
        """Let fixes that were said to be not applicable be to do again."""
        for application in self:
            if application.state == "applied":
                raise UserError(application._get_transition_refusal("todo"))
        self._check_transition("todo")
        self._set_todo()

    def action_skip(self):
        """Open the wizard that says why the fixes do not apply to these units.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_fix_skip_action")
        return {**action, "context": {"default_application_ids": self.ids}}

    def action_view_fix(self):
        """Open the fix, with its work instructions.

        :return: an `ir.actions.act_window` dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.fix",
            "res_id": self.fix_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _skip(self, reason):
        """Record that the fixes do not apply to these units.

        :param str reason: why not
        :raise UserError: when one is not to do
        """
        self._check_transition("not_applicable")
        for application in self:
            application._write_state(
                {
                    "state": "not_applicable",
                    "reason": reason,
                    "is_out_of_range": False,
                    "date": application.date or application.equipment_id._get_today(),
                    "user_id": self.env.uid,
                }
            )

    def _set_todo(self):
        self._write_state({"state": "todo", "date": False, "user_id": False, "reason": False, "is_out_of_range": False})

    def _get_fixed_records(self):
        """Return what has the version that one fix raises: the unit, or its affected components.

        :return: `service.equipment` or `service.component` records
        """
        self.ensure_one()
        fix = self.fix_id
        if not fix.component_product_id:
            return self.equipment_id
        components = self.equipment_id.open_component_ids.filtered_domain(fix._get_affected_component_domain())
        # An exchange that applied the fix has put a new component in, which nobody gave a version yet.
        return components | self.exchange_id.new_component_id.filtered(lambda part: not part.date_removed)

    def _follow_version(self):
        """Let lower versions become the fixed one, and remember what they were."""
        self.ensure_one()
        # The user may apply a fix, not edit the register by hand.
        application = self.sudo()
        version = application.fix_id.version_fixed
        key = version_key(version)
        records = application._get_fixed_records().filtered(lambda record: (record.version_key or "") < key)
        application.version_before = ", ".join(sorted({record.version or "-" for record in records})) or False
        application.former_versions = {str(record.id): record.version or False for record in records}
        records.version = version

    def _restore_version(self):
        """Give back the versions that applying the fix has raised, where nobody has changed them since."""
        self.ensure_one()
        # The same right as to apply the fix, whoever may edit it.
        application = self.sudo()
        fix = application.fix_id
        former = application.former_versions or {}
        model = "service.component" if fix.component_product_id else "service.equipment"
        records = self.env[model].sudo().browse(map(int, former)).exists()
        for record in records.filtered(lambda record: record.version == fix.version_fixed):
            record.version = former[str(record.id)]
        application.write({"version_before": False, "former_versions": False})

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _after_applied(self):
        """Hook: these fixes were applied to their units."""
