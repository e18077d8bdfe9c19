# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Suggest solutions for a call, among 1,000 of them and among 100,000.

What is asked for is in twenty solutions of either size, as a subject with two telling words is. The rows are copies by
SQL of one solution that the application published.
"""

import time

from run import watch_work

TITLE = "Suggest solutions, few and many"
SIZES = (1_000, 100_000)
LIMIT = 1.2
ASKED = 50


def report(env):
    """Print the work of a suggestion at both sizes, and their ratio."""
    solution = env["service.solution"].create({"title": "Template", "remedy": "<p>Remedy</p>", "lang": "en_US"})
    solution.action_publish()
    env.flush_all()
    works, size = [], 0
    for target in SIZES:
        copy(env, solution, size, target)
        size = target
        works.append(ask(env))
        print(f"  {target:>8} solutions: {1000 * works[-1] / ASKED:.2f} ms of work for one suggestion")
    ratio = works[1] / works[0]
    print(f"  ratio {ratio:.2f} (at most {LIMIT})")


def copy(env, solution, first, last):
    """Copy the solution: each hundredth word is shared by all, each rare one by twenty."""
    env.cr.execute(
        """
        INSERT INTO service_solution
               (name, title, state, active, lang, remedy, is_public, text_index, create_uid, create_date)
        SELECT 'COPY/' || n, 'Motor ' || n, 'published', true, 'en_US', remedy, false,
               setweight(to_tsvector('english', 'motor common' || n %% 100 || ' rare' || n / 20), 'A'), 1, now()
          FROM service_solution, generate_series(%s::int, %s::int) AS n
         WHERE id = %s
        """,
        (first, last - 1, solution.id),
    )
    # As autovacuum leaves it: words that were just written wait in a list of their own.
    env.cr.execute("SELECT gin_clean_pending_list('service_solution_text_idx'::regclass)")
    env.cr.execute("ANALYZE service_solution")


def ask(env):
    """Return the work, in seconds, of asking for telling words."""
    calls = env["service.call"]
    calls.suggest_solutions({"subject": "rare3 does not turn"})
    env.invalidate_all()
    work, start = watch_work(env), time.perf_counter()
    for number in range(ASKED):
        found = calls.suggest_solutions({"subject": f"rare{number} does not turn"})
        assert len(found["solutions"]) == 5, found
        env.invalidate_all()
    return (watch_work(env) - work) or (time.perf_counter() - start)
