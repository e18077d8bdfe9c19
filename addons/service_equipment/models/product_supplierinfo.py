# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ProductSupplierinfo(models.Model):
    _inherit = "product.supplierinfo"
