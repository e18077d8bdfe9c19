# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exchange many components in one go, beside all their bare stock moves in one go."""

from exchange import bare_at_once, prepare  # noqa: F401  (the same data as one by one)

TITLE = "Exchange components in one batch"
UNIT = "exchange"
SIZES = (10, 100)


def measure(env, exchanges):
    """Do the exchanges."""
    exchanges.action_done()
    env.cr.flush()
    assert set(exchanges.mapped("state")) == {"done"}


def floors(env, exchanges):
    """Make and do all their moves in one batch."""
    return {"all its bare stock moves at once": lambda: bare_at_once(env, exchanges)}
