# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class IrUiView(models.Model):
    """Screens, portal pages and prints of the suite in the company's own words."""

    _inherit = "ir.ui.view"

    def _postprocess_view(self, node, model_name, *args, **options):
        name_manager = super()._postprocess_view(node, model_name, *args, **options)
        labels = self.env["service.label"]
        if not name_manager.parent and labels._has_own_words(model_name):
            labels._overlay_tree(node)
        return name_manager

    def _postprocess_tag_field(self, node, name_manager, node_info):
        self._drop_own_string(node, node.get("name"), name_manager)
        return super()._postprocess_tag_field(node, name_manager, node_info)

    def _postprocess_tag_label(self, node, name_manager, node_info):
        self._drop_own_string(node, node.get("for"), name_manager)
        return super()._postprocess_tag_label(node, name_manager, node_info)

    def _drop_own_string(self, node, field_name, name_manager):
        """Let the own word of a field stand also where a screen gives the field another label."""
        if "string" in node.attrib and field_name in self.env["service.label"]._get_field_labels(
            name_manager.model._name
        ):
            del node.attrib["string"]

    def apply_inheritance_specs(self, source, specs_tree, pre_locate=None):
        if self._brings_texts_elsewhere():
            self.env["service.label"]._overlay_tree(specs_tree)
        return super().apply_inheritance_specs(source, specs_tree, pre_locate=pre_locate)

    def _brings_texts_elsewhere(self):
        """Return whether the suite adds to a screen or page of another module by this view."""
        if len(self) != 1 or not (self.arch_fs or "").startswith("service_"):
            return False
        if self.type != "qweb":
            return not (self.model or "").startswith("service.")
        base = self
        while base.mode == "extension" and base.inherit_id:
            base = base.inherit_id
        return not (base.key or "").startswith("service_")

    def _get_view_etrees(self):
        trees = super()._get_view_etrees()
        for view, tree in zip(self, trees, strict=True):
            if (view.key or "").startswith("service_"):
                self.env["service.label"]._overlay_tree(tree)
        return trees
