# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

# What the import screen proposes: whoever wants parts enters another number of rows there.
DEFAULT_LIMIT = 2000


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        is_whole = getattr(self.env[self.res_model], "_import_all_or_nothing", False)
        if is_whole and int(options.get("limit") or DEFAULT_LIMIT) == DEFAULT_LIMIT:
            options = {**options, "limit": None}
        # So that errors name the rows that the user sees in the file.
        first = (options.get("skip") or 0) + (2 if options.get("has_headers") else 1)
        return super(BaseImport, self.with_context(import_first_row=first)).execute_import(
            fields, columns, options, dryrun=dryrun
        )
