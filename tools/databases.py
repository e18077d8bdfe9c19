# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases of this checkout: made, copied and dropped together with their file store.

Templates are made once and copied in a second. A template's comment holds the hash of what it was made from, so that
one from other inputs, or one that was not finished, is made again.
"""

import contextlib
import os
import re
import shutil

from . import odoo, paths, source
from .postgres import is_embedded, query
from .progress import Failure, digest, locked, step

# name: (modules, with demo data)
TEMPLATES = {
    "base": (("base",), False),
    "deps": (paths.DEPENDENCIES, False),
    "deps-demo": (paths.DEPENDENCIES, True),
}
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,60}$")


def check_name(name):
    """Fail in one sentence when a name is none for a database."""
    if not NAME.match(name):
        raise Failure(f"{name!r} is no name for a database: use letters, digits, dots, dashes and underscores.")


def exists(variables, name):
    """Tell whether a database exists."""
    return bool(query(variables, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names(variables):
    """Return the names and sizes of the databases, templates included."""
    return query(
        variables,
        "postgres",
        "SELECT datname, pg_size_pretty(pg_database_size(oid)), coalesce(shobj_description(oid, 'pg_database'), '')"
        " FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname",
    )


def drop(variables, name):
    """Drop a database and its file store, if they exist."""
    check_name(name)
    query(variables, "postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(file_store(name), ignore_errors=True)


def copy(variables, origin, name):
    """Copy a database and its file store.

    :param origin: name of the database to copy, on which nobody may be connected
    """
    check_name(name)
    query(
        variables,
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{origin}' AND backend_type = 'client backend'",
    )
    # Much faster where nothing is synced to disk; PostgreSQL before 15 has no strategies.
    strategy = " STRATEGY FILE_COPY" if is_embedded(variables) else ""
    query(variables, "postgres", f'CREATE DATABASE "{name}" TEMPLATE "{origin}"{strategy}')
    shutil.rmtree(file_store(name), ignore_errors=True)
    if file_store(origin).is_dir():
        # Files of a store are never changed, so links do.
        shutil.copytree(file_store(origin), file_store(name), copy_function=os.link)


def rename(variables, name, new_name):
    """Give a database and its file store another name."""
    query(variables, "postgres", f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')
    shutil.rmtree(file_store(new_name), ignore_errors=True)
    if file_store(name).is_dir():
        file_store(name).rename(file_store(new_name))


def file_store(name):
    """Return the directory with a database's attachments."""
    return paths.DATA / "filestore" / name


def make_empty(variables, name):
    """Make an empty database as Odoo wants it, with trigram search where the server has it."""
    query(variables, "postgres", f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")
    if query(variables, name, "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"):
        query(variables, name, "CREATE EXTENSION pg_trgm")


def create(variables, name, origin=None, modules=(), demo=False):
    """Make a database.

    :param origin: a database or template to copy; by default the template `base`
    :param modules: modules to install in it
    :param demo: with demo data
    """
    check_name(name)
    origin = origin or ("deps-demo" if demo else "base")
    if exists(variables, name):
        raise Failure(f"The database {name} exists already: drop it with `./service db drop {name}` first.")
    if origin in TEMPLATES:
        origin = ensure_template(variables, origin)
    elif not exists(variables, origin):
        raise Failure(f"There is no database {origin} to copy: `./service db list` shows those there are.")
    with step(f"Copying {origin} to {name}"):
        copy(variables, origin, name)
    if modules:
        with step(f"Installing {', '.join(modules)} in {name}"):
            install_or_drop(variables, name, modules, demo)


def install_or_drop(variables, name, modules, demo=False):
    """Install modules in a new database, which is dropped when that fails."""
    try:
        odoo.install(variables, name, modules, demo)
        check_installed(variables, name, modules)
    except Failure:
        drop(variables, name)
        raise


def check_installed(variables, name, modules):
    """Fail in one sentence when a module is not installed in a database."""
    rows = query(variables, name, "SELECT name FROM ir_module_module WHERE state = 'installed'")
    missing = sorted(set(modules) - {row[0] for row in rows})
    if missing:
        raise Failure(f"{', '.join(missing)} could not be installed: is the module in addons/ and installable?")


def ensure_template(variables, template):
    """Make a template unless it is there, and return the name of its database."""
    modules, demo = TEMPLATES[template]
    name = f"template-{template}"
    key = digest(modules, demo, str(source.addons_path()[0]))
    with locked(name):
        if [row for row in names(variables) if row[0] == name and row[2] == key]:
            return name
        unfinished = f"{name}.unfinished"
        for old in (name, unfinished):
            drop(variables, old)
        with step(f"Making the template database {template}, once ({len(modules)} modules)"):
            make_empty(variables, unfinished)
            odoo.install(variables, unfinished, modules, demo)
            copy(variables, unfinished, name)
            drop(variables, unfinished)
            query(variables, "postgres", f"COMMENT ON DATABASE \"{name}\" IS '{key}'")
    return name


@contextlib.contextmanager
def temporary(variables, name, **options):
    """Have a database while the context lasts."""
    drop(variables, name)
    create(variables, name, **options)
    try:
        yield name
    finally:
        drop(variables, name)
