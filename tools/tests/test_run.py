# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service run`, its options, and the sentences it ends with when something is missing."""

import argparse
import contextlib
import itertools
import signal
import socket
from pathlib import Path

import pytest

from tools import databases, main, odoo, packages, paths, postgres, progress, run, setup


@pytest.fixture
def taken():
    """Return a port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def options(*words):
    """Return what the command line is read as."""
    return main.parser().parse_args(["run", *words])


@pytest.fixture
def machine(checkout, monkeypatch):
    """Replace everything that `run` calls; return what it called."""
    calls = []
    known = set()

    @contextlib.contextmanager
    def server(host=None):
        calls.append(("database server", host))
        yield {"PGHOST": host or "embedded"}
        calls.append(("database server stopped", host))

    @contextlib.contextmanager
    def serving(_variables, database, port, crons=False):
        calls.append(("serving", database, port))
        try:
            yield argparse.Namespace(wait=lambda: calls.append(("waiting",)))
        finally:
            calls.append(("server stopped",))

    def create(_variables, name, origin=None, modules=(), demo=False):
        calls.append(("create", name, origin, demo))
        known.add(name)

    def drop(_variables, name):
        calls.append(("drop", name))
        known.discard(name)

    def rename(_variables, name, new_name):
        known.discard(name)
        known.add(new_name)

    monkeypatch.setattr(setup, "ensure", lambda strict=True: calls.append(("set up", strict)))
    monkeypatch.setattr(postgres, "server", server)
    monkeypatch.setattr(run, "serving", serving)
    monkeypatch.setattr(run, "greet", lambda *_: None)
    monkeypatch.setattr(run, "set_address", lambda *_: None)
    monkeypatch.setattr(databases, "create", create)
    monkeypatch.setattr(databases, "drop", drop)
    monkeypatch.setattr(databases, "rename", rename)
    monkeypatch.setattr(databases, "exists", lambda _variables, name: name in known)
    return argparse.Namespace(calls=calls, known=known)


@pytest.mark.parametrize(
    ("words", "created", "host"),
    [
        ([], ("create", "service-demo.unfinished", "deps-demo", True), None),
        (["--no-demo"], ("create", "service.unfinished", "deps", False), None),
        (["--db", "mine"], ("create", "mine.unfinished", "deps-demo", True), None),
        (["--db-host", "elsewhere"], ("create", "service-demo.unfinished", "deps-demo", True), "elsewhere"),
    ],
)
def test_first_start(machine, words, created, host):
    run.run(options("--stop-after-init", f"--port={odoo.free_port()}", *words))
    assert ("database server", host) in machine.calls
    assert created in machine.calls
    assert machine.calls[-2:] == [("server stopped",), ("database server stopped", host)]
    assert ("waiting",) not in machine.calls


def test_second_start_makes_nothing(machine):
    machine.known.add("service-demo")
    run.run(options("--stop-after-init", f"--port={odoo.free_port()}"))
    assert not [call for call in machine.calls if call[0] in ("create", "drop")]


def test_reset_makes_the_database_anew(machine):
    machine.known.add("service-demo")
    run.run(options("--stop-after-init", "--reset", f"--port={odoo.free_port()}"))
    assert machine.calls.index(("drop", "service-demo")) < machine.calls.index(
        ("create", "service-demo.unfinished", "deps-demo", True)
    )


def test_a_half_made_database_is_made_again(machine):
    machine.known.add("service-demo.unfinished")
    run.run(options("--stop-after-init", f"--port={odoo.free_port()}"))
    assert ("drop", "service-demo.unfinished") in machine.calls
    assert "service-demo" in machine.known


def test_ctrl_c_stops_the_database_too(machine, monkeypatch):
    @contextlib.contextmanager
    def serving(*_arguments, **_options):
        yield argparse.Namespace(wait=lambda: (_ for _ in ()).throw(KeyboardInterrupt))

    monkeypatch.setattr(run, "serving", serving)
    monkeypatch.setattr(run, "postgres", argparse.Namespace(server=postgres.server))
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main.main(["run", f"--port={odoo.free_port()}"]) == 130
    finally:
        signal.signal(signal.SIGTERM, before)


def test_port_taken(machine, taken, capsys):
    assert main.main(["run", f"--port={taken}"]) == 1
    assert (
        capsys.readouterr().err
        == f"Port {taken} cannot be used (Address already in use): choose another with --port.\n"
    )
    assert not machine.calls


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_no_port(port):
    with pytest.raises(progress.Failure, match="is no port"):
        odoo.check_port(port)


@pytest.mark.parametrize("name", ["a'b", "", "-x", "x" * 80, "a b"])
def test_no_name_for_a_database(machine, name):
    if not name:
        with pytest.raises(progress.Failure):
            databases.check_name(name)
        return
    with pytest.raises(progress.Failure, match="is no name for a database"):
        run.run(options(f"--db={name}"))
    assert not machine.calls


def test_a_file_that_is_not_ours_is_one_sentence(machine, monkeypatch, capsys):
    def refuse(strict=True):
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(setup, "ensure", refuse)
    assert main.main(["run", f"--port={odoo.free_port()}"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# ------------------------------------------------------------
# Packages of the machine
# ------------------------------------------------------------


@pytest.fixture
def nothing_there(checkout, monkeypatch):
    """Take away the programs of the machine, and leave Odoo be."""
    monkeypatch.setattr(setup, "ensure_odoo", lambda: None)
    programs = [(package, reason, lambda: None) for package, reason, _is_there in setup.PROGRAMS]
    monkeypatch.setattr(setup, "PROGRAMS", programs)


def test_not_root_and_a_package_missing(nothing_there, monkeypatch, commands, capsys):
    monkeypatch.setattr(packages, "is_root", lambda: False)
    setup.ensure(strict=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for line, package in zip(lines, ("wkhtmltopdf", "chromium", "dovecot-imapd"), strict=True):
        assert f"run `sudo apt-get install {package}` and start again. Everything else works without it." in line
    assert not commands


def test_tests_need_all_packages(nothing_there, monkeypatch, commands):
    monkeypatch.setattr(packages, "is_root", lambda: False)
    with pytest.raises(progress.Failure, match="wkhtmltopdf is needed to print PDF reports: run `sudo apt-get install"):
        setup.ensure()


def test_root_installs_packages(nothing_there, monkeypatch, commands):
    monkeypatch.setattr(packages, "is_root", lambda: True)
    monkeypatch.setattr(packages.shutil, "which", lambda name: name)
    setup.ensure()
    assert [command.split()[-1] for command in commands] == ["wkhtmltopdf", "chromium", "dovecot-imapd"]


def test_a_package_that_cannot_be_had_is_tried_once(nothing_there, monkeypatch, commands, capsys):
    monkeypatch.setattr(packages, "is_root", lambda: True)
    monkeypatch.setattr(packages.shutil, "which", lambda name: name)
    commands.fail = ("install",)
    setup.ensure(strict=False)
    assert len(commands) == 9
    assert "Everything else works without it" in capsys.readouterr().out
    commands.clear()
    setup.ensure(strict=False)
    assert not commands
    assert "everything else works" in capsys.readouterr().out


def test_a_command_that_is_not_there_is_named(checkout):
    with pytest.raises(progress.Failure, match="There is no command no-such-program"):
        progress.run_logged(["no-such-program"], "log")


def test_a_command_that_fails_shows_its_last_line(checkout):
    with pytest.raises(progress.Failure, match="failed: the reason"):
        progress.run_logged(["sh", "-c", "echo first; echo the reason; echo; exit 3"], "log")


# ------------------------------------------------------------
# The embedded server
# ------------------------------------------------------------


@pytest.fixture
def cluster(checkout, monkeypatch):
    """Replace the programs of the embedded server; return what was asked of them."""
    asked = []

    def as_owner(program, *arguments):
        asked.append(arguments[0])
        return argparse.Namespace(returncode=0)

    monkeypatch.setattr(postgres, "as_owner", as_owner)
    monkeypatch.setattr(postgres, "ensure_cluster", lambda: None)
    return asked


def test_the_last_user_stops_the_server(cluster):
    with postgres.in_use():
        with postgres.in_use():
            pass
        assert "stop" not in cluster
    assert cluster.count("stop") == 1


def test_a_failure_stops_the_server_too(cluster):
    with pytest.raises(progress.Failure), postgres.in_use():
        raise progress.Failure("anything")
    assert cluster[-1] == "stop"


def test_a_half_made_cluster_is_made_again(checkout, monkeypatch, commands):
    monkeypatch.setattr(postgres, "bin_dir", lambda: Path("/pg/bin"))
    monkeypatch.setattr(postgres, "give_to_owner", lambda path: None)
    paths.PGDATA.mkdir()
    (paths.PGDATA / "PG_VERSION").touch()
    (paths.PGDATA / "rest").touch()
    postgres.ensure_cluster()
    assert len(commands) == 1
    assert not (paths.PGDATA / "rest").exists()
    (paths.PGDATA / "PG_VERSION").touch()
    postgres.ensure_cluster()
    assert len(commands) == 1


def test_a_real_server_that_does_not_answer(checkout, monkeypatch):
    answer = argparse.Namespace(returncode=2, stderr="could not connect\n")
    monkeypatch.setattr(postgres, "client", lambda *_: answer)
    with (
        pytest.raises(progress.Failure, match=r"at elsewhere \(could not connect\): check --db-host"),
        postgres.server("elsewhere"),
    ):
        pass


def test_a_user_without_a_name(monkeypatch):
    def unknown(_number):
        raise KeyError

    monkeypatch.setattr(postgres.os, "geteuid", lambda: 4711)
    monkeypatch.setattr(postgres.pwd, "getpwuid", unknown)
    with pytest.raises(progress.Failure, match="user 4711 of this machine has none"):
        postgres.owner()


# ------------------------------------------------------------
# Installing
# ------------------------------------------------------------

ENTRY = "2026-01-01 10:00:00,000 7 {} db {}: {}\n"


@pytest.mark.parametrize(
    ("level", "logger", "text", "counts"),
    [
        ("ERROR", "odoo.sql_db", "bad query", True),
        ("WARNING", "odoo.addons.service_contract.models", "something", True),
        ("WARNING", "py.warnings", "/x/addons/service_billing/models/a.py: deprecated", True),
        ("WARNING", "odoo.addons.stock", "something", False),
        ("INFO", "odoo.addons.service_contract", "something", False),
    ],
)
def test_what_an_installation_may_log(level, logger, text, counts):
    assert bool(odoo.problems(ENTRY.format(level, logger, text))) == counts


def test_every_verb_has_help(capsys):
    for verb in itertools.chain.from_iterable(
        action.choices for action in main.parser()._actions if isinstance(action, argparse._SubParsersAction)
    ):
        with pytest.raises(SystemExit) as end:
            main.parser().parse_args([verb, "--help"])
        assert end.value.code == 0
    assert "--stop-after-init" in capsys.readouterr().out


def test_a_real_server_has_a_file_store_of_its_own(checkout, monkeypatch):
    embedded, configuration = paths.DATA, paths.CONF
    postgres.keep_apart()
    postgres.keep_apart(postgres.socket_dir())
    assert (embedded, configuration) == (paths.DATA, paths.CONF)
    postgres.keep_apart("db.example")
    assert paths.DATA.name == "data-db-example-5432"
    assert paths.CONF.name == "odoo-db-example-5432.conf"
    monkeypatch.setenv("PGPORT", "5433")
    postgres.keep_apart("/run/postgresql")
    assert paths.DATA.name == "data-run-postgresql-5433"
