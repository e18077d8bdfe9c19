# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _next_range_by_code(self, code, count, company=None):
        """Draw many numbers of a sequence at once: two queries for any count.

        :param str code: the sequence's code
        :param int count: how many numbers
        :param company: the company whose own sequence wins (default: the current one)
        :return: list of `count` strings; empty strings when there is no such sequence
        """
        if count <= 0:
            return []
        company = company or self.env.company
        # Sequences are technical records: whoever may create the document may draw its number.
        sequence = self.sudo().search(
            [("code", "=", code), ("company_id", "in", (company.id, False))],
            order="company_id",
            limit=1,
        )
        if not sequence:
            return [""] * count
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _index in range(count)]
        # What stands before and behind the numbers is the same for all of them.
        prefix, suffix = sequence._get_prefix_suffix()
        self.env.cr.execute(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            (f"ir_sequence_{sequence.id:03d}", count),
        )
        return [f"{prefix}{number:0{sequence.padding}d}{suffix}" for (number,) in self.env.cr.fetchall()]
