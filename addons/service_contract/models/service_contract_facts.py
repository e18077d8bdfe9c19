# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from typing import NamedTuple

from odoo import models

from ..engine import performance

# No zone is further from UTC than a day.
MARGIN = timedelta(days=1)


class PerformanceFact(NamedTuple):
    """One outcome or failure under a contract, and what it is counted under.

    :ivar contract: id
    :ivar coverage: id of the coverage row, or False when only the unit says which regime it belongs to
    :ivar metric: a metric of the regimes other than `availability`
    :ivar day: date at the site
    :ivar value: `engine.performance.Outcome`, for failures `engine.performance.Fact`
    """

    contract: int
    coverage: int
    metric: str
    day: object
    value: performance.Outcome | performance.Fact


class ServiceContract(models.Model):
    """What happened under contracts: the facts by which their performance is measured (rules.md 9)."""

    _inherit = "service.contract"

    def _get_performance_facts(self, date_from, date_to):
        """Hook: return what happened under these contracts, apart from the down time of units.

        Later modules add the outcomes of response and resolution times, of maintenance, and failures: batch-safe, in a
        number of queries that does not depend on the number of calls. Whoever calls has sudo'ed the contracts: figures
        are for everybody who reads contracts.

        :param date_from: first day, at each site
        :param date_to: last day, at each site
        :return: list of :class:`PerformanceFact`
        """
        return []
