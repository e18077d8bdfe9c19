# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..const import TEAM_LEVELS
from ..engine.competence import Competence, Subject, choose, rank

SETS_BY_FIELD = {
    "competence_partner_ids": "customers",
    "competence_product_ids": "products",
    "competence_category_ids": "categories",
    "competence_symptom_ids": "symptoms",
    "competence_area_ids": "areas",
    "competence_type_ids": "types",
}
COMPETENCES = tuple(SETS_BY_FIELD)


class ServiceTeam(models.Model):
    """What teams are competent for, and which one gets a call (the rule: ``engine/competence.py``)."""

    _inherit = "service.team"

    level = fields.Selection(selection=TEAM_LEVELS, default="1", required=True, help="Calls are escalated upwards.")
    is_routed = fields.Boolean(
        string="Gets Calls by Itself",
        compute="_compute_is_routed",
        store=True,
        readonly=False,
        precompute=True,
        help="New calls that match go to this team. A team without any competence gets what no other team matches.",
    )
    competence_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="service_team_partner_rel",
        string="Customers",
        check_company=True,
        domain="[('parent_id', '=', False)]",
    )
    competence_product_ids = fields.Many2many(
        comodel_name="product.product",
        relation="service_team_product_rel",
        string="Products",
        check_company=True,
    )
    competence_category_ids = fields.Many2many(
        comodel_name="product.category",
        relation="service_team_category_rel",
        string="Product Categories",
        help="With all categories below them.",
    )
    competence_symptom_ids = fields.Many2many(
        comodel_name="service.fault",
        relation="service_team_symptom_rel",
        string="Symptoms",
        domain="[('kind', '=', 'symptom')]",
        help="With all symptoms below them.",
    )
    competence_area_ids = fields.Many2many(
        comodel_name="service.area",
        relation="service_team_area_rel",
        string="Service Areas",
        check_company=True,
    )
    competence_type_ids = fields.Many2many(
        comodel_name="service.call.type",
        relation="service_team_type_rel",
        string="Call Types",
        check_company=True,
    )
    competence_text = fields.Char(string="Competent For", compute="_compute_competence_text")

    @api.depends(*COMPETENCES)
    def _compute_is_routed(self):
        for team in self:
            team.is_routed = team.is_routed or any(team[name] for name in COMPETENCES)

    @api.depends(*COMPETENCES)
    @api.depends_context("lang")
    def _compute_competence_text(self):
        for team in self:
            names = [team[name].mapped("display_name") for name in COMPETENCES if team[name]]
            team.competence_text = "; ".join(", ".join(some) for some in names) or self.env._("everything")

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def _is_cached(self, fnames):
        return bool({"is_routed", "active", "company_id", "sequence", *COMPETENCES} & fnames)

    # ------------------------------------------------------------
    # Routing
    # ------------------------------------------------------------

    @api.model
    def _get_routing_domain(self, company_id):
        """Hook: return the domain of the teams that get calls of a company by themselves."""
        return Domain("is_routed", "=", True) & Domain("company_id", "=", company_id)

    @api.model
    @tools.ormcache("company_id")
    def _get_routed_competences(self, company_id):
        """Return the competences of the teams that get calls of a company, as values of the engine."""
        # Whoever raises a call, its team is found; portal users have no right to read teams. Never archived ones: what
        # is kept serves all, whatever whoever asks first wants to see.
        teams = self.sudo().with_context(active_test=True).search(self._get_routing_domain(company_id))
        return tuple(team._to_competence() for team in teams)

    def _to_competence(self):
        """Return what the team is competent for, as a value of the engine."""
        self.ensure_one()
        sets = {name: frozenset(self[field].ids) for field, name in SETS_BY_FIELD.items()}
        return Competence(key=self.id, sequence=self.sequence, **sets)

    @api.model
    def _route(self, calls):
        """Return the team that each call goes to by itself, and why.

        :param calls: ``service.call``, new ones too
        :return: dict {call: engine Match}, without the calls that no team matches
        """
        matches = {}
        for call in calls:
            competences = self._get_routed_competences(call.company_id.id)
            match = choose(self._to_subject(call), competences) if competences else None
            if match:
                matches[call] = match
        return matches

    def _rank_for(self, call):
        """Return an engine Match for each of these teams, the most competent for ``call`` first."""
        return rank(self._to_subject(call), [team._to_competence() for team in self])

    @api.model
    def _to_subject(self, call):
        """Return what a call is about, as a value of the engine."""
        # Of what the call is about only identifiers are read, whoever raises it.
        call = call.sudo()
        return Subject(
            customer=call.partner_id.commercial_partner_id._origin.id or None,
            product=call.product_id._origin.id or None,
            categories=_get_path(call.product_id.categ_id),
            symptoms=_get_path(call.symptom_id),
            area=call.site_id.area_id._origin.id or None,
            type=call.type_id._origin.id or None,
        )


def _get_path(node):
    """Return the ids of a node of a tree and of those above it, the deepest first."""
    path = node._origin.parent_path or ""
    return tuple(int(part) for part in reversed(path.split("/")) if part)
