# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_roles, test_story, test_tour
