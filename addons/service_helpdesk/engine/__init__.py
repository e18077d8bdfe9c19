# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import charge, clock_story, mail_bounce, mail_facts, notification, queue, reliability, sla_clock, solution_rank
