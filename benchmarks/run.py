# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time scenarios beside a floor: `./service bench [scenario ...]`.

A scenario is a module of this directory with

    TITLE, UNIT     what is measured, and the word for one record
    SIZES           two numbers of records
    prepare(env, size)      make what is needed; returns anything
    measure(env, prepared)  what users wait for
    floors(env, prepared)   the least that Odoo itself takes for as many bare records, {label: function}; fastest counts

A scenario that compares otherwise has a `report(env)` in place of these and prints its own lines.

Both run in the same transaction on the same data, one after the other, and are rolled back; so the ratio says more than
the seconds. The slope is what one more record costs, by the difference of the two sizes.
"""

import argparse
import importlib
import os
import pkgutil
import sys
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Modules here that are none.
HELPERS = ("run", "sizes")
HEADER = f"{'':34} {'records':>8} {'seconds':>9} {'ms each':>9} {'queries':>9} {'each':>7}"


class Timing:
    """Seconds, queries and seconds of work of one run over a number of records."""

    def __init__(self, size, seconds, queries, work):
        self.size, self.seconds, self.queries, self.work = size, seconds, queries, work

    def row(self, label):
        """Return one line of the report."""
        return (
            f"{label:34} {self.size:>8} {self.seconds:>9.2f} {1000 * self.seconds / self.size:>9.1f}"
            f" {self.queries:>9} {self.queries / self.size:>7.2f}"
        )


def scenarios():
    """Return the names of the scenarios in this directory."""
    return sorted(module.name for module in pkgutil.iter_modules([str(HERE)]) if module.name not in HELPERS)


@contextmanager
def undone(env):
    """Give back the database as it was, with cold record caches before and after."""
    savepoint = env.cr.savepoint()
    env.invalidate_all()
    try:
        yield
    finally:
        env.flush_all()
        savepoint.close(rollback=True)
        env.invalidate_all()


def timed(env, size, function):
    """Run a function that is rolled back afterwards, and return its :class:`Timing`."""
    with undone(env):
        work, queries, start = watch_work(env), env.cr.sql_log_count, time.perf_counter()
        function()
        env.flush_all()
        seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - queries
        return Timing(size, seconds, queries, watch_work(env) - work)


def watch_work(env):
    """Return the seconds that Odoo and its database backend have worked; those of the clock when it is far away.

    The machine does other work too: what waits for a processor says nothing of what is measured.
    """
    env.cr.execute("SELECT pg_backend_pid()")
    backend = Path(f"/proc/{env.cr.fetchone()[0]}")
    try:
        if "postgres" not in (backend / "comm").read_text():
            return time.perf_counter()
        ticks = (backend / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
    except OSError:
        return time.perf_counter()
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def compare(env, scenario, size):
    """Return the timings of the scenario and of its fastest floor, and that floor's label."""
    with undone(env):
        prepared = scenario.prepare(env, size)
        env.flush_all()
        # On fresh tables the planner has no statistics, and a large batch can take minutes for that alone.
        env.cr.execute("ANALYZE")
        ours = timed(env, size, lambda: scenario.measure(env, prepared))
        floors = {
            label: timed(env, size, floor) for label, floor in scenario.floors(env, prepared).items()
        }
        label = min(floors, key=lambda name: floors[name].seconds)
        return ours, floors[label], label


def report(env, name):
    """Run one scenario in its two sizes and print what was found."""
    scenario = importlib.import_module(name)
    if hasattr(scenario, "report"):
        print(f"\n{scenario.TITLE}", flush=True)
        with undone(env):
            scenario.report(env)
        return
    print(f"\n{scenario.TITLE}\n{HEADER}")
    with undone(env):  # fills the caches that belong to the registry, not to the records
        scenario.measure(env, scenario.prepare(env, 2))
    results = []
    for size in scenario.SIZES:
        ours, floor, label = compare(env, scenario, size)
        results.append(ours)
        print(ours.row(name))
        print(floor.row(f"  floor: {label}"))
        print(f"  ratio {ours.seconds / floor.seconds:.2f}, of work {ours.work / max(floor.work, 0.01):.2f}"
              f" ({ours.work:.2f} s beside {floor.work:.2f} s)", flush=True)
    small, large = results
    more = large.size - small.size
    print(
        f"  slope: {1000 * (large.seconds - small.seconds) / more:.1f} ms"
        f" and {(large.queries - small.queries) / more:.2f} queries per further {scenario.UNIT}"
    )


def main():
    """Open the database and run the scenarios asked for."""
    parser = argparse.ArgumentParser(description="Time scenarios beside a floor.")
    parser.add_argument("scenarios", nargs="*", help=f"of {', '.join(scenarios())}; all when none is named")
    parser.add_argument("--db", required=True, help="a database with the suite; nothing in it is changed")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(scenarios())
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}: there are {', '.join(scenarios())}")
    sys.path.insert(0, str(HERE))

    import odoo  # noqa: PLC0415  (only now: the options need no Odoo)
    from odoo.modules.registry import Registry  # noqa: PLC0415

    odoo.tools.config.parse_config(
        ["--config", os.environ["ODOO_RC"], "--database", options.db, "--log-level=error", "--max-cron-threads=0"])
    with Registry(options.db).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        print(f"Odoo {odoo.release.version}, PostgreSQL {cr.connection.server_version // 10000}, "
              f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
        for name in options.scenarios or scenarios():
            report(env, name)
        cr.rollback()


if __name__ == "__main__":
    main()
