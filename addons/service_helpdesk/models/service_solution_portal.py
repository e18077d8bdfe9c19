# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from ..engine.solution_rank import Trouble


class ServiceSolution(models.Model):
    """What customers read of solutions."""

    _inherit = "service.solution"

    @api.model
    def _get_portal_domain(self, user):
        """Hook: return the domain of the solutions that a customer may read in the portal.

        :param user: `res.users` of the customer
        """
        return (
            Domain("state", "=", "published")
            & Domain("is_public", "=", True)
            & Domain("company_id", "in", [False, *user.company_ids.ids])
        )

    @api.model
    def _find_for_portal(self, user, text, unit=None, limit=5):
        """Find solutions for a customer by words.

        :param user: `res.users` of the customer
        :param str text: what he typed
        :param unit: his `service.equipment` that it is about, or None
        :return: `service.solution`, the best first
        """
        unit = unit or self.env["service.equipment"]
        if not self._get_question(text):
            return self.browse()
        trouble = Trouble(text, unit.product_id, unit.version_key or None, self.env["service.fault"])
        found = self._suggest(trouble, limit, self._get_portal_domain(user))
        return self.union(*(solution for solution, candidate in found if candidate.words))

    def _keep_reader_result(self, partner, is_helped):
        """Keep whether a solution helped a reader; who changes his mind is counted once.

        :param partner: `res.partner` of the reader
        :param bool is_helped: whether it helped
        """
        self.ensure_one()
        result = "helped" if is_helped else "failed"
        use = self.use_ids.filtered(lambda use: use.partner_id == partner and not use.call_id)
        if use:
            use.result = result
        else:
            self.env["service.solution.use"].create(
                {
                    "solution_id": self.id,
                    "partner_id": partner.id,
                    "company_id": (self.company_id or self.env.company).id,
                    "result": result,
                }
            )
