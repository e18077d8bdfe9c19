# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

SHOWN_UNITS = 5


class ServiceCoverage(models.Model):
    """Rows that bill the same unit for the same service on the same day (rules.md 11): shown, never forbidden."""

    _inherit = "service.coverage"

    is_double = fields.Boolean(
        string="Covered Twice",
        compute="_compute_is_double",
        search="_search_is_double",
        help="Another priced row, of this contract or another one, bills the same unit and service on the same day.",
    )

    _double_idx = models.Index("(equipment_id, product_id) WHERE equipment_id IS NOT NULL AND price > 0")

    def _compute_is_double(self):
        double_ids = {row_id for pair in self._get_double_pairs(Domain("id", "in", self.ids)) for row_id in pair}
        for coverage in self:
            coverage.is_double = coverage.id in double_ids

    @api.model
    def _search_is_double(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        pairs = self._get_double_pairs(Domain("company_id", "in", self.env.companies.ids))
        return Domain("id", "in", list({row_id for pair in pairs for row_id in pair}))

    @api.model
    def _get_double_pairs(self, domain):
        """Return which rows bill what another one bills too, in one query.

        :param domain: `Domain` of the rows to look at; the others are any of their companies
        :return: list of (id of a row, id of the other), in both orders when both are looked at
        """
        # That a unit is billed twice is told without the prices, whoever looks.
        Coverage = self.env["service.coverage"].sudo()
        billing = self._get_double_domain()
        looked_at = Coverage._search(domain & billing)
        others = Coverage._search(billing)
        names = ("id", "equipment_id", "product_id", "company_id", "date_start", "date_end")

        def select(query):
            columns = [Coverage._field_to_sql(query.table, name, query) for name in names]
            return query.select(
                *(SQL("%s AS %s", column, SQL.identifier(name)) for column, name in zip(columns, names, strict=True))
            )

        return self.env.execute_query(
            SQL(
                """
                SELECT one.id, two.id
                  FROM (%s) one
                  JOIN (%s) two
                    ON two.equipment_id = one.equipment_id
                   AND two.product_id IS NOT DISTINCT FROM one.product_id
                   AND two.company_id = one.company_id
                   AND two.id != one.id
                   AND two.date_start <= one.date_end
                   AND one.date_start <= two.date_end
                   AND one.date_start <= one.date_end
                   AND two.date_start <= two.date_end
                """,
                select(looked_at),
                select(others),
            )
        )

    @api.model
    def _get_double_domain(self):
        """Hook: return the domain of the rows that bill a unit to a customer, now or later."""
        return (
            Domain("equipment_id", "!=", False)
            & Domain("price", ">", 0)
            & Domain("contract_state", "!=", "cancelled")
            & Domain("contract_kind", "=", "customer")
            & Domain("contract_id.active", "=", True)
        )


class ServiceContract(models.Model):
    _inherit = "service.contract"

    double_coverage = fields.Char(
        compute="_compute_double_coverage",
        groups="base.group_user",
        help="Units that two priced rows bill for the same service on the same day, here or with another contract.",
    )

    @api.depends(
        "coverage_ids.equipment_id",
        "coverage_ids.product_id",
        "coverage_ids.price",
        "coverage_ids.date_start",
        "coverage_ids.date_end",
    )
    def _compute_double_coverage(self):
        Coverage = self.env["service.coverage"]
        pairs = Coverage._get_double_pairs(Domain("contract_id", "in", self.ids))
        rows = Coverage.sudo().browse({row_id for row_id, _other in pairs})
        rows_by_contract = rows.grouped("contract_id")
        for contract in self:
            units = rows_by_contract.get(contract._origin.sudo(), rows.browse()).equipment_id
            text = ", ".join(units[:SHOWN_UNITS].mapped("display_name"))
            if len(units) > SHOWN_UNITS:
                text = self.env._("%(units)s and %(more)s more", units=text, more=len(units) - SHOWN_UNITS)
            contract.double_coverage = text

    def action_open_doubles(self):
        """Open the rows of these contracts that bill what another row bills too, with those other rows.

        :return: an `ir.actions.act_window` dict
        """
        pairs = self.env["service.coverage"]._get_double_pairs(Domain("contract_id", "in", self.ids))
        if not pairs:
            raise UserError(self.env._("Nothing is covered twice."))
        action = self.env["ir.actions.act_window"]._for_xml_id("service_contract.service_coverage_action")
        row_ids = sorted({row_id for pair in pairs for row_id in pair})
        return {
            **action,
            "name": self.env._("Covered Twice"),
            "domain": [("id", "in", row_ids)],
            "context": {"group_by": ["equipment_id"]},
        }
