# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import service_equipment, stock_lot, stock_move, stock_move_line, stock_picking
