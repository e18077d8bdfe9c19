# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`./service run`: the demo database and a server on it."""

from . import databases, odoo, paths, postgres, setup
from .postgres import query
from .progress import Failure, say
from .server import serving

DEMO_DATABASE = "service-demo"
DEFAULT_PORT = 8069
# Role and log-in of the demo users, whose password is the log-in; in the order of the story.
ROLE_LOGINS = (
    ("Administrator", "admin"),
    ("Call taker", "calltaker"),
    ("Controller and dispatcher", "controller"),
    ("Engineer", "engineer"),
    ("Second engineer", "engineer2"),
    ("Stock clerk", "clerk"),
    ("Contract manager", "contracts"),
    ("Billing accountant", "accountant"),
    ("Service manager", "manager"),
    ("Auditor", "auditor"),
    ("Subcontractor (portal)", "subcontractor"),
    ("Customer (portal)", "customer"),
    ("Second customer (portal)", "customer2"),
)


def add_arguments(one):
    """Add the arguments of `run`."""
    one.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"port of the web server (default {DEFAULT_PORT})")
    one.add_argument("--db", help=f"name of the database (default {DEMO_DATABASE}, or service with --no-demo)")
    one.add_argument("--no-demo", action="store_true", help="a database without demo data")
    one.add_argument("--reset", action="store_true", help="make the database anew")
    one.add_argument("--stop-after-init", action="store_true", help="stop as soon as the server has answered once")


def run(options):
    """Make what is missing, start the server and wait until it is stopped."""
    database = options.db or ("service" if options.no_demo else DEMO_DATABASE)
    databases.check_name(database)
    odoo.check_port(options.port)
    setup.ensure(strict=False)
    with postgres.server(options.db_host) as variables:
        if options.reset:
            databases.drop(variables, database)
        if not databases.exists(variables, database):
            make(variables, database, demo=not options.no_demo)
        set_address(variables, database, options.port)
        say("Starting the server ...")
        with serving(variables, database, options.port, crons=True) as process:
            greet(variables, database, options.port)
            if not options.stop_after_init:
                process.wait()
                raise Failure(f"The server has stopped by itself: read {paths.LOGS / f'server-{database}.log'}.")
    say("Stopped")


def make(variables, database, demo):
    """Make the database with the whole suite; it gets its name only when it is whole."""
    unfinished = f"{database}.unfinished"
    databases.drop(variables, unfinished)
    databases.create(
        variables, unfinished, "deps-demo" if demo else "deps", modules=paths.suite_modules(), demo=demo
    )
    databases.rename(variables, unfinished, database)


def set_address(variables, database, port):
    """Let links in mails and styles of PDF reports lead here; Odoo learns it when an administrator logs in."""
    query(
        variables,
        database,
        f"UPDATE ir_config_parameter SET value = 'http://localhost:{port}' WHERE key = 'web.base.url'"
        " AND NOT EXISTS (SELECT 1 FROM ir_config_parameter WHERE key = 'web.base.url.freeze')",
    )


def greet(variables, database, port):
    """Print the address and who can log in."""
    print(f"\nThe service suite is at http://localhost:{port}  (database {database}, log in .odoo/log)\n")
    found = {row[0] for row in query(variables, database, "SELECT login FROM res_users WHERE active")}
    print("Log in as (the password is the same word):")
    for role, login in ROLE_LOGINS:
        if login in found:
            print(f"  {login:14} {role}")
    print("\nStop it with Ctrl-C.\n", flush=True)
