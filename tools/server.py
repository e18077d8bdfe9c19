# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo server as a child process that is stopped with us."""

import contextlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

from . import odoo, paths
from .progress import Failure, last_line

PATIENCE = 180


@contextlib.contextmanager
def serving(variables, database, port, crons=False):
    """Have a server of one database while the context lasts; yield its process when it answers.

    :param variables: the way to the database server
    :param port: port on this machine
    :param crons: run scheduled actions, one at a time
    """
    odoo.check_port(port)
    arguments = [
        "--database",
        database,
        f"--db-filter=^{database}$",
        f"--http-port={port}",
        f"--max-cron-threads={int(crons)}",
        "--log-level=info" if crons else "--log-level=warn",
    ]
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"server-{database}.log"
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            odoo.command(*arguments),
            env=odoo.surroundings(variables),
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_it_answers(process, port, log)
        yield process
    finally:
        stop(process)


def wait_until_it_answers(process, port, log):
    """Return when the log-in page answers; fail in one sentence when it does not."""
    deadline = time.monotonic() + PATIENCE
    address = f"http://127.0.0.1:{port}/web/login"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"The server stopped at once: {last_line(log)} (all of it is in {log}).")
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE):
                return
        except urllib.error.HTTPError as error:
            raise Failure(f"The log-in page answers {error.code}: read {log}.") from error
        except OSError:
            time.sleep(0.2)
    raise Failure(f"The server did not answer within {PATIENCE} s: read {log}.")


def stop(process):
    """Stop a server, gently first."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
