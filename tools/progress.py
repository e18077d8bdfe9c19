# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Failures in one sentence, steps with their time, commands with a log, stamps and locks."""

import contextlib
import fcntl
import hashlib
import json
import subprocess
import sys
import threading
import time

from . import paths

STARTED = time.monotonic()


class Failure(Exception):
    """Something the reader can do something about: the message is one sentence that says what."""


def say(text):
    """Print one line of progress with the time since the start."""
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", flush=True)


@contextlib.contextmanager
def step(text):
    """Say what begins and how long it took; on a terminal the seconds run."""
    begin = time.monotonic()
    say(f"{text} ...")
    ended = threading.Event()
    ticker = threading.Thread(target=_tick, args=(ended, begin), daemon=True)
    if sys.stdout.isatty():
        ticker.start()
    try:
        yield
    finally:
        ended.set()
    say(f"{text}: done in {time.monotonic() - begin:.0f} s")


def _tick(ended, begin):
    while not ended.wait(1):
        print(f"\r          {time.monotonic() - begin:4.0f} s\r", end="", flush=True)


def run_logged(command, log_name, **options):
    """Run a command with its output in `.odoo/log/<log_name>.log`; fail with its last lines.

    :param command: list of arguments
    :param log_name: name of the log file, without extension
    :param options: passed to `subprocess.run`
    :return: path of the log
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log = paths.LOGS / f"{log_name}.log"
    try:
        with log.open("w", encoding="utf-8") as stream:
            result = subprocess.run(
                [str(part) for part in command], stdout=stream, stderr=subprocess.STDOUT, check=False, **options
            )
    except FileNotFoundError as error:
        raise Failure(f"There is no command {error.filename} on this machine: install it and start again.") from error
    if result.returncode:
        raise Failure(f"`{command_line(command)}` failed: {last_line(log)} (all of it is in {log})")
    return log


def command_line(command):
    """Return the first words of a command, for a message."""
    words = [str(part) for part in command]
    return " ".join([words[0].rsplit("/", 1)[-1], *words[1:4]])


def last_line(log):
    """Return the last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it printed nothing")


def digest(*inputs):
    """Return a short hash of values and of the content of files."""
    value = hashlib.sha256()
    for item in inputs:
        value.update(item.read_bytes() if hasattr(item, "read_bytes") else json.dumps(item).encode())
    return value.hexdigest()[:16]


def is_stamped(name, key):
    """Tell whether step `name` was finished with inputs of hash `key`."""
    stamp = paths.STAMPS / name
    return stamp.is_file() and stamp.read_text(encoding="ascii") == key


def stamp(name, key):
    """Remember that step `name` was finished with inputs of hash `key`."""
    paths.STAMPS.mkdir(parents=True, exist_ok=True)
    unfinished = paths.STAMPS / f".{name}"
    unfinished.write_text(key, encoding="ascii")
    unfinished.replace(paths.STAMPS / name)


def unstamp(name):
    """Forget step `name`: it is done again at the next start."""
    (paths.STAMPS / name).unlink(missing_ok=True)


@contextlib.contextmanager
def locked(name):
    """Hold a lock among all processes of this checkout."""
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with (paths.LOCKS / name).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
