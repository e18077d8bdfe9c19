# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.version import version_key


class ServiceFix(models.Model):
    """A known bug of some versions of a product, or what has to be done about it: a fix, a recall, an upgrade.

    The units that it affects are found by query (`service_fix_campaign.py`); what became of it on
    each is a `service.fix.application`.
    """

    _name = "service.fix"
    _description = "Bug or Fix"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.version.mixin", "service.transition.mixin"]
    _order = "name desc, id desc"
    _check_company_auto = True

    _transitions = {
        "draft": ("released", "cancelled"),
        "released": ("closed", "cancelled"),
        "closed": ("released",),
        "cancelled": ("draft",),
    }

    title = fields.Char(translate=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("released", "Released"), ("closed", "Closed"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    kind = fields.Selection(
        selection=[("bug", "Known Bug"), ("fix", "Fix"), ("recall", "Recall"), ("upgrade", "Upgrade")],
        required=True,
        default="fix",
        tracking=True,
    )
    severity = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Critical")],
        default="1",
        required=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty for the units of all companies.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    date = fields.Date(required=True, copy=False, default=fields.Date.context_today)
    date_deadline = fields.Date(string="Deadline", copy=False, tracking=True)
    description = fields.Html(translate=True)
    instructions = fields.Html(string="Work Instructions", translate=True)

    product_tmpl_ids = fields.Many2many(
        comodel_name="product.template",
        string="Models",
        check_company=True,
        help="Products of the units that are affected.",
    )
    component_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Component",
        index="btree_not_null",
        check_company=True,
        help="The affected part of the units: versions and serial numbers are then those of this component.",
    )
    version_from = fields.Char(tracking=True, help="The first affected version.")
    version_to = fields.Char(tracking=True, help="The last affected version.")
    is_without_version = fields.Boolean(
        string="Also Without Version",
        help="Units whose version nobody knows count as affected.",
    )
    serial_from = fields.Char(
        string="From Serial",
        help="Compared character by character, without blanks: write all digits.",
    )
    serial_to = fields.Char(string="To Serial")
    version_fixed = fields.Char(
        string="Version After",
        help="The version after the fix: applying it writes it to the unit or the component.",
    )

    affected_version = fields.Char(
        string="Version",
        compute="_compute_affected_version",
        search="_search_affected_version",
        help="Find what is known of a version.",
    )
    application_ids = fields.One2many(comodel_name="service.fix.application", inverse_name="fix_id", string="Units")
    todo_count = fields.Integer(string="To Do", compute="_compute_counts")
    applied_count = fields.Integer(string="Applied", compute="_compute_counts")
    not_applicable_count = fields.Integer(string="Not Applicable", compute="_compute_counts")
    unit_count = fields.Integer(string="Units Found", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Percent of the affected units on which it is applied.")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("version_from", "version_to")
    def _compute_affected_version(self):
        for fix in self:
            if fix.version_from == fix.version_to:
                fix.affected_version = fix.version_from or self.env._("All versions")
            elif not fix.version_from:
                fix.affected_version = self.env._("Up to %(version)s", version=fix.version_to)
            elif not fix.version_to:
                fix.affected_version = self.env._("From %(version)s", version=fix.version_from)
            else:
                fix.affected_version = f"{fix.version_from} - {fix.version_to}"

    def _search_affected_version(self, operator, value):
        if operator not in ("in", "=", "ilike"):
            return NotImplemented
        versions = [value] if isinstance(value, str) else list(value)
        return Domain.OR(self._get_version_domain(version) for version in versions)

    @api.depends("application_ids.state")
    def _compute_counts(self):
        groups = self.env["service.fix.application"]._read_group(
            [("fix_id", "in", self.ids)], ["fix_id", "state"], ["__count"]
        )
        counts = {(fix.id, state): count for fix, state, count in groups}
        for fix in self:
            fix.todo_count = counts.get((fix.id, "todo"), 0)
            fix.applied_count = counts.get((fix.id, "applied"), 0)
            fix.not_applicable_count = counts.get((fix.id, "not_applicable"), 0)
            affected = fix.todo_count + fix.applied_count
            fix.unit_count = affected + fix.not_applicable_count
            fix.progress = 100 * fix.applied_count / affected if affected else 0

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("serial_from", "serial_to")
    def _check_serials(self):
        for fix in self:
            first, last = fix._get_serials()
            if first and last and first > last:
                raise ValidationError(
                    self.env._("Serial number %(first)s comes after %(last)s: exchange them.", first=first, last=last)
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        res = super().write(vals)
        if "date_deadline" in vals or "user_id" in vals:
            self.filtered(lambda fix: fix.state == "released")._plan_deadline()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_worked_on(self):
        for fix in self:
            if fix.applied_count:
                raise UserError(self.env._("%(fix)s has been applied to units: archive it.", fix=fix.display_name))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_release(self):
        """Start the campaign: find the affected units and let everybody see what is to be done.

        :raise UserError: when a fix says neither which models nor which component it is for
        """
        for fix in self:
            if not fix.product_tmpl_ids and not fix.component_product_id:
                raise UserError(
                    self.env._("%(fix)s is for no product: enter models or a component.", fix=fix.display_name)
                )
        self._transition("released")
        self._find_units()
        self._plan_deadline()

    def action_close(self):
        """End the campaign; what is still to do is no longer shown on the units."""
        self._transition("closed")
        self._drop_deadline()

    def action_cancel(self):
        """Give the fix up."""
        self._transition("cancelled")
        self._drop_deadline()

    def action_draft(self):
        """Take a cancelled fix up again."""
        self._transition("draft")

    def action_view_applications(self):
        """Open the units of these fixes.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_fix_application_action")
        return {**action, "domain": [("fix_id", "in", self.ids)], "context": {"search_default_todo": 1}}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _get_version_domain(self, version):
        """Return the domain of the fixes whose range contains a version; open ends contain all.

        :param str version: as read on a unit; False finds those that look at units without version
        """
        key = version_key(version)
        if not key:
            without_range = Domain("version_from_key", "=", False) & Domain("version_to_key", "=", False)
            return without_range | Domain("is_without_version", "=", True)
        begins = Domain("version_from_key", "=", False) | Domain("version_from_key", "<=", key)
        ends = Domain("version_to_key", "=", False) | Domain("version_to_key", ">=", key)
        return begins & ends

    @api.model
    def _find_known(self, product, version):
        """Return what is known of a version of a product: released and closed bugs and fixes.

        :param product: `product.product` of a unit or of a component
        :param str version: as read on it
        :return: `service.fix` records
        """
        domain = self._get_version_domain(version) & Domain("state", "in", ("released", "closed"))
        models = Domain("product_tmpl_ids", "in", product.product_tmpl_id.ids) & Domain(
            "component_product_id", "=", False
        )
        return self.search(domain & (models | Domain("component_product_id", "=", product.id)))

    def _get_serials(self):
        """Return the ends of the serial range in the form in which they are compared."""
        normalize = self.env["service.equipment"]._normalize_serial
        return normalize(self.serial_from), normalize(self.serial_to)

    def _plan_deadline(self):
        """Give the responsible of each fix one activity, at the deadline."""
        self._drop_deadline()
        for fix in self:
            if fix.date_deadline and fix.user_id:
                fix.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=fix.date_deadline,
                    summary=fix.with_context(lang=fix.user_id.lang).env._("Applied to all units?"),
                    user_id=fix.user_id.id,
                )

    def _drop_deadline(self):
        self.activity_unlink(["mail.mail_activity_data_todo"])
