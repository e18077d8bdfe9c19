# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The job that wakes for due deadlines: 100 are due, among 10,000 open clocks and among 1,000,000.

The open clocks are copies, made by SQL, of the clocks of one call that was logged; due are those of 100 calls that the
application logged. The same 100 are due in both, and what was done for them is undone in between.
"""

import calls
from run import timed

TITLE = "Wake for 100 due clocks, among few and many open ones"
SIZES = (10_000, 1_000_000)
DUE = 100
LIMIT = 1.2
ROUNDS = 3
# The copies of clocks belong to so many copies of a call.
CALLS = 1000
CALL_ID = f"10000000 + mod(n, {CALLS})"


def report(env):
    """Print what the job costs beside few and many open clocks, and the ratio."""
    values = calls.prepare(env, DUE + 1)
    logged = env["service.call"].create(values)
    template, due = logged[0], logged[1:].clock_ids
    env.flush_all()
    env.cr.execute("UPDATE service_sla_clock SET next_wakeup_at = NULL WHERE id NOT IN %s", [tuple(due.ids)])
    due_first = logged[1:].clock_ids.filtered(lambda clock: clock.metric == "response")
    env.cr.execute(
        "UPDATE service_sla_clock SET next_wakeup_at = now() AT TIME ZONE 'UTC' + interval '9 years' WHERE id IN %s",
        [tuple((due - due_first).ids)],
    )
    env.cr.execute(
        "UPDATE service_sla_clock SET next_wakeup_at = now() AT TIME ZONE 'UTC' - interval '1 hour' WHERE id IN %s",
        [tuple(due_first.ids)],
    )
    timings, size = [], 0
    for wanted in SIZES:
        _copy(env, template, size, wanted)
        size = wanted
        env.cr.execute("ANALYZE service_call; ANALYZE service_sla_clock; ANALYZE service_call_event")
        rounds = [timed(env, DUE, lambda: _wake(env)) for _round in range(ROUNDS)]
        best = min(rounds, key=lambda timing: timing.work)
        timings.append(best)
        print(
            f"  {wanted:>9} open clocks: {best.seconds:.2f} s, {best.work:.2f} s of work, {best.queries} queries",
            flush=True,
        )
    small, large = timings
    ratio = large.work / max(small.work, 0.01)
    print(f"  ratio of work {ratio:.2f} (at most {LIMIT})")


def _wake(env):
    """Do what the job does, in this transaction."""
    clocks = env["service.sla.clock"]
    now = env.cr.now()
    domain = clocks._get_wake_domain(now)
    found = clocks.search_count(domain)
    assert found == DUE, found
    clocks._take_due(domain)._wake_together(now)
    clocks._trigger_wake()


def _copy(env, template, first, last):
    """Add copies of the clocks of a call, in ever further cycles of copies of that call, until there are so many."""
    metrics = len(calls.METRICS)
    if not first:
        _insert(env, template, 0, CALLS - 1, {"id": CALL_ID, "name": "'BENCH/' || n"})
        _insert(env, template.event_ids[:1], 0, CALLS - 1, {"call_id": CALL_ID})
    for clock in template.clock_ids:
        values = {
            "call_id": CALL_ID,
            "cycle": f"n / {CALLS}",
            "state": "'running'",
            "next_wakeup_at": "'2035-01-01'::timestamp + n * interval '1 minute'",
        }
        _insert(env, clock, first // metrics, last // metrics - 1, values)
    env.invalidate_all()


def _insert(env, record, first, last, values):
    """Insert copies of a record, one for each n from the first to the last; values are SQL expressions of n."""
    table = record._table
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()",
        [table],
    )
    columns = [column for (column,) in env.cr.fetchall()]
    values = {"id": f"nextval('{table}_id_seq')", **values}
    chosen = ", ".join(f"({values[column]})" if column in values else f'src."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    env.cr.execute(
        f"INSERT INTO {table} ({names})"
        f" SELECT {chosen} FROM {table} src, generate_series(%s, %s) n WHERE src.id = %s",
        [first, last, record.id],
    )
