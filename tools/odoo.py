# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's configuration, and running Odoo with it."""

import os
import re
import socket

from . import farm, paths, source
from .progress import Failure, run_logged

LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)"
)  # first line of an entry
CONFIGURATION = """\
[options]
addons_path = {addons}
data_dir = {data}
admin_passwd = admin
list_db = True
proxy_mode = False
workers = 0
max_cron_threads = 1
limit_time_cpu = 3600
limit_time_real = 3600
limit_time_real_cron = 3600
limit_memory_soft = 0
limit_memory_hard = 0
http_interface = 127.0.0.1
"""


def configure():
    """Write `.odoo/odoo.conf`, and the addons farm that it names."""
    farm.ensure()
    text = CONFIGURATION.format(addons=",".join(str(path) for path in source.addons_path()), data=paths.DATA)
    unfinished = paths.CONF.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(paths.CONF)


def command(*arguments):
    """Return the command that runs Odoo; a subcommand such as `shell` comes first."""
    first, rest = (arguments[:1], arguments[1:]) if arguments and not arguments[0].startswith("-") else ((), arguments)
    return [str(paths.PYTHON), "-m", "odoo", *first, f"--config={paths.CONF}", *rest]


def surroundings(variables):
    """Return the environment that Odoo runs in: this one and the way to the database server."""
    return {**os.environ, **variables, "PYTHONUNBUFFERED": "1"}


def install(variables, database, modules, demo=False, update=False):
    """Install or update modules and return the log.

    :param variables: the way to the database server
    :param modules: technical names
    :param demo: load demo data; counts when the database is new
    :param update: update modules that are installed already
    """
    names = ",".join(modules)
    arguments = ["--database", database, "--stop-after-init", "--no-http", "--max-cron-threads=0", f"--init={names}"]
    if demo:
        arguments.append("--with-demo")
    if update:
        arguments.append(f"--update={names}")
    log = paths.LOGS / f"install-{database}.log"
    failure = None
    try:
        run_logged(command(*arguments), log.stem, env=surroundings(variables))
    except Failure as error:
        failure = error
    broken = problems(log.read_text(encoding="utf-8", errors="replace"))
    if broken:
        raise Failure(f"Installing {names} logged {len(broken)} problem(s), the first: {broken[0]} (see {log}).")
    if failure:
        raise failure
    return log


def problems(text):
    """Return what a log of an installation has against the suite: all errors, and warnings about its modules.

    Warnings of Odoo's own modules are Odoo's.
    """
    found = []
    for entry in re.split(r"^(?=\d{4}-\d\d-\d\d \d\d:)", text, flags=re.MULTILINE):
        match = LOG_LINE.match(entry)
        if not match:
            continue
        ours = any(name in entry for name in (*paths.CHAIN, paths.UMBRELLA))
        if match["level"] in ("ERROR", "CRITICAL") or (match["level"] == "WARNING" and ours):
            words = [match["text"], *(["..."] if "\n" in entry.strip() else []), entry.strip().splitlines()[-1]]
            found.append(f"{match['level']} {match['logger']}: {' '.join(dict.fromkeys(words))}")
    return found


def free_port():
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_port(port):
    """Fail in one sentence when a port is none, or somebody listens on it already."""
    if not 0 < port < 65536:
        raise Failure(f"{port} is no port: choose one between 1024 and 65535 with --port.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(f"Port {port} cannot be used ({error.strerror}): choose another with --port.") from error


