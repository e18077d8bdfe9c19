# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools.misc import get_lang

CONTROLLER = "service_helpdesk.group_service_helpdesk_controller"


class ServiceSolution(models.Model):
    """What was wrong, why, and what helped: written down once, found again while the next call is typed.

    ``service_solution_search`` finds and ranks solutions; a ``service.solution.use`` says on which call one was tried
    and whether it helped. Customers have no right on solutions: the portal's pages show them those that are published
    for customers, field by field.
    """

    _name = "service.solution"
    _description = "Solution"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.version.mixin", "service.transition.mixin"]
    _order = "name desc, id desc"
    _check_company_auto = True

    _transitions = {
        "draft": ("review", "published"),
        "review": ("draft", "published"),
        "published": ("draft", "retired"),
        "retired": ("draft",),
    }

    title = fields.Char(tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("review", "To Review"), ("published", "Published"), ("retired", "Retired")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    company_id = fields.Many2one(comodel_name="res.company", index=True, help="Empty for all companies.")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: get_lang(self.env).code,
        help="Words are found again in all their forms of this language.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Author",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    reviewed_by_id = fields.Many2one(comodel_name="res.users", string="Published By", readonly=True, copy=False)
    reviewed_on = fields.Date(string="Published On", readonly=True, copy=False)
    is_public = fields.Boolean(
        string="Customers See It",
        tracking=True,
        help="Once published it stands in the customer portal, without the internal notes.",
    )
    # What it says
    symptom = fields.Html(help="What the customer sees.")
    cause = fields.Html(help="Why it happens.")
    remedy = fields.Html(help="What helps, step by step.")
    internal_note = fields.Html(string="Internal Notes", help="Never shown to customers.")
    keywords = fields.Char(help="Further words by which it is found: what customers call it, error codes.")
    # What it is for
    product_tmpl_ids = fields.Many2many(
        comodel_name="product.template",
        string="Products",
        check_company=True,
        help="Empty, with no category either: for every product.",
    )
    categ_ids = fields.Many2many(comodel_name="product.category", string="Categories")
    fault_ids = fields.Many2many(
        comodel_name="service.fault",
        string="Faults",
        help="Symptoms, causes and remedies: a call with one of them is offered this solution.",
    )
    fix_id = fields.Many2one(
        comodel_name="service.fix",
        string="Bug or Fix",
        index="btree_not_null",
        check_company=True,
    )
    call_id = fields.Many2one(
        comodel_name="service.call",
        string="Made from Call",
        index="btree_not_null",
        check_company=True,
        readonly=True,
        copy=False,
    )
    # How it does
    use_ids = fields.One2many(comodel_name="service.solution.use", inverse_name="solution_id", string="Tried On")
    use_count = fields.Integer(string="Tried", compute="_compute_use_counts")
    helped_count = fields.Integer(string="Helped", compute="_compute_use_counts")
    failed_count = fields.Integer(string="Did Not Help", compute="_compute_use_counts")
    success_words = fields.Char(string="Result", compute="_compute_use_counts")

    # ------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------

    @api.depends("use_ids.result")
    def _compute_use_counts(self):
        counts = self._count_uses()
        for solution in self:
            # A solution that is being edited counts as it is saved, a new one not at all.
            tried, helped, failed = counts.get(solution._origin.id, (0, 0, 0))
            solution.update({"use_count": tried, "helped_count": helped, "failed_count": failed})
            solution.success_words = (
                self.env._(
                    "helped %(helped)s of %(known)s times",
                    helped=solution.helped_count,
                    known=solution.helped_count + solution.failed_count,
                )
                if solution.helped_count + solution.failed_count
                else self.env._("not tried yet")
            )

    def _count_uses(self):
        """Count how often each solution was tried, helped, and did not: one query.

        :return: dict {id: (tried, helped, did not help)}
        """
        counts = {solution_id: [0, 0, 0] for solution_id in self.ids}
        # How often something helped is no secret, whoever's calls it was.
        for solution, result, count in self.env["service.solution.use"].sudo()._read_group(
            [("solution_id", "in", self.ids)], ["solution_id", "result"], ["__count"]
        ):
            counts[solution.id][0] += count
            if result != "open":
                counts[solution.id][1 if result == "helped" else 2] += count
        return counts

    # ------------------------------------------------------------
    # Constraints and CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        self._check_published_text(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_published_text({"title"})

    def _check_published_text(self, names):
        """Refuse to change what is published, unless a controller does it: others take it back to draft first."""
        if self.env.su or self.env.user.has_group(CONTROLLER) or not self._get_text_fields().intersection(names):
            return
        for solution in self:
            if solution.state == "published":
                raise AccessError(
                    self.env._(
                        "%(solution)s is published: only a controller changes it.", solution=solution.display_name
                    )
                )

    @api.model
    def _get_text_fields(self):
        """Return the names of the fields that a solution consists of."""
        return {
            *("title", "symptom", "cause", "remedy", "keywords", "is_public", "company_id", "lang"),
            *("product_tmpl_ids", "categ_ids", "version_from", "version_to", "fault_ids", "active"),
        }

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_submit(self):
        """Hand a draft to those who publish: each controller of the author's teams gets one task."""
        self._transition("review")
        for solution in self:
            for controller in solution._get_reviewers():
                solution.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Review %(solution)s", solution=solution.display_name),
                    user_id=controller.id,
                )
        return True

    def action_publish(self):
        """Publish solutions: they are suggested from now on.

        :raise AccessError: unless the user is a controller
        :raise ValidationError: for a solution without a remedy
        """
        self._check_publisher()
        for solution in self:
            if not solution.remedy or not solution._to_text(solution.remedy):
                raise ValidationError(
                    self.env._("Say in %(solution)s what helps before publishing it.", solution=solution.display_name)
                )
        self._transition("published")
        self.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_draft(self):
        """Take solutions back to work on them."""
        if any(solution.state in ("published", "retired") for solution in self):
            self._check_publisher()
        self._transition("draft")
        return True

    def action_retire(self):
        """Take solutions out of use: nobody is offered them any more."""
        self._check_publisher()
        self._transition("retired")
        return True

    def action_view_uses(self):
        """Open the calls on which this solution was tried."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("service_helpdesk.service_solution_use_action")
        return {**action, "domain": [("solution_id", "=", self.id)], "context": {}}

    def _check_publisher(self):
        if not self.env.su and not self.env.user.has_group(CONTROLLER):
            raise AccessError(self.env._("Only a controller publishes solutions or takes them back."))

    def _get_reviewers(self):
        """Return who is asked to publish this solution."""
        self.ensure_one()
        # Whoever writes a solution need not be allowed to read all teams.
        teams = self.env["service.team"].sudo().search([("member_ids", "in", self.user_id.ids)])
        return (teams.controller_ids or teams.user_id) - self.user_id

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target == "published":
            values.update(reviewed_by_id=self.env.uid, reviewed_on=fields.Date.context_today(self))
        return values
