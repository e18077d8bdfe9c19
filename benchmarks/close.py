# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Close calls with three clocks."""

import calls

TITLE = "Close calls with three clocks"
UNIT = "call"
SIZES = (100, 1000)


def prepare(env, size):
    """Log the calls that are to be closed."""
    return env["service.call"].create(calls.prepare(env, size))


def measure(env, opened):
    """Close them."""
    opened.action_complete()
    assert all(opened.mapped("is_closed"))


def floors(env, opened):
    """Log a note on as many calls, and write a column of each."""

    def note_and_write():
        opened._message_log_batch(bodies=dict.fromkeys(opened.ids, "Closed"))
        for call in opened:
            call._store({"partner_phone": call.name})

    return {"a note and a column each": note_and_write}
