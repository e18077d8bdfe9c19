# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"
