# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import namedtuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import formatLang

# One piece, or one uncounted quantity, of an as-designed list drawn out: the line it comes from,
# its own position and quantity, and the nodes of what it contains.
DesignNode = namedtuple("DesignNode", ["line", "position", "quantity", "children"])


class ProductTemplate(models.Model):
    """The as-designed list of a product, with those of its sub-assemblies."""

    _inherit = "product.template"

    service_design_html = fields.Html(
        string="As-Designed Tree",
        compute="_compute_service_design_html",
        sanitize=False,
        help="The as-designed list with the lists of its sub-assemblies, as each unit gets it.",
    )

    @api.depends(
        "service_design_line_ids.position",
        "service_design_line_ids.product_id",
        "service_design_line_ids.version",
        "service_design_line_ids.quantity",
        "service_design_line_ids.is_serial_wanted",
    )
    @api.depends_context("lang", "uid")
    def _compute_service_design_html(self):
        designs = self._explode_service_design()
        for template in self:
            nodes = designs[template]
            is_deep = any(node.children for node in nodes)
            template.service_design_html = is_deep and self._render_service_design(nodes)

    def _explode_service_design(self):
        """Draw out the as-designed lists of products to the last sub-assembly, as units get them.

        A line is drawn as one node per piece when the serial numbers of its pieces are wanted, or
        when its product has a list of its own; the pieces share their children. Two queries for
        each level of depth, whatever the number of products.

        :return: dict of `product.template` to a list of :class:`DesignNode`
        """
        lines_by_template = self._get_service_design_lines()
        known = {}

        def explode(template, path):
            key = template._origin or template
            if key in known:
                return known[key]
            nodes = []
            for line in lines_by_template.get(template, ()):
                if not line.product_id:
                    continue
                part = line.product_id.product_tmpl_id
                # A list that is being edited may contain itself until it is refused.
                children = explode(part, path | {key}) if part not in path | {key} else []
                nodes += line._get_design_nodes(children)
            known[key] = nodes
            return nodes

        return {template: explode(template, frozenset()) for template in self}

    def _get_service_design_lines(self):
        """Return the as-designed lines of these products and of all that they contain.

        :return: dict of `product.template` to its `service.product.component` records
        """
        lines_by_template = {}
        level = self
        while level:
            for template in level:
                lines_by_template[template] = template.service_design_line_ids
            level = level.service_design_line_ids.product_id.product_tmpl_id
            level = level.filtered(lambda template: template not in lines_by_template)
        return lines_by_template

    def _get_service_design_contents(self):
        """Return what these products contain by their as-designed lists, to the last level.

        :return: dict of `product.template` to a set of `product.template` records
        """
        lines_by_template = self._get_service_design_lines()
        parts_by_template = {
            template: set(lines.product_id.product_tmpl_id) for template, lines in lines_by_template.items()
        }
        contents = {}
        for template in self:
            found, todo = set(), [template]
            while todo:
                new = parts_by_template[todo.pop()] - found
                found |= new
                todo += new
            contents[template] = found
        return contents

    @api.model
    def _render_service_design(self, nodes):
        """Render drawn out as-designed lists as a table that is indented by level."""
        rows, todo = [], [(node, 0) for node in reversed(nodes)]
        while todo:
            node, depth = todo.pop()
            todo += [(child, depth + 1) for child in reversed(node.children)]
            line = node.line
            place = Markup('<span style="padding-left: %srem">%s</span>') % (
                1.5 * depth,
                node.position or line.product_id.name,
            )
            serial = self.env._("wanted") if line.is_serial_wanted else ""
            quantity = formatLang(self.env, node.quantity, dp="Product Unit")
            cells = (place, line.product_id.display_name, line.version or "", quantity, serial)
            rows.append(Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % cell for cell in cells))
        heads = Markup().join(
            Markup("<th>%s</th>") % label
            for label in (
                self.env._("Place"),
                self.env._("Component"),
                self.env._("Version"),
                self.env._("Quantity"),
                self.env._("Serial Number"),
            )
        )
        return Markup('<table class="table table-sm"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>') % (
            heads,
            Markup().join(rows),
        )
