# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailTemplate(models.Model):
    """E-mails of the suite in the company's own words; the templates stay as they are written."""

    _inherit = "mail.template"

    def _render_template(  # noqa: PLR0913, PLR0917 (as in Odoo)
        self, template_src, model, res_ids, engine="inline_template", add_context=None, options=None
    ):
        words = model.startswith("service.") and len(self) == 1 and self.env["service.label"]._get_words()
        if words and template_src:
            # Subject and text only: an address has no words.
            if engine == "inline_template" and template_src == self.subject:
                template_src = words.replace_inline(template_src)
            elif engine == "qweb" and template_src == self.body_html:
                template_src = self.env["service.label"]._overlay_html(template_src)
        return super()._render_template(
            template_src, model, res_ids, engine=engine, add_context=add_context, options=options
        )
