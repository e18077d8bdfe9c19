# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things are, and which modules the suite has."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".odoo"
VENV = STATE / "venv"
PYTHON = VENV / "bin" / "python"
SOURCE = STATE / "src"
FARM = STATE / "addons"
PGDATA = STATE / "pg"
DATA = STATE / "data"
LOGS = STATE / "log"
STAMPS = STATE / "stamps"
LOCKS = STATE / "locks"
CONF = STATE / "odoo.conf"
LOCKFILE = ROOT / "requirements.lock"

UMBRELLA = "service_management"
CHAIN = (
    "service_equipment",
    "service_contract",
    "service_helpdesk",
    "service_planning",
    "service_billing",
)
# Modules that join one of the chain to another Odoo module, and install themselves where both are.
LINKS = ("service_equipment_mrp", "service_helpdesk_livechat")
# What of the root belongs to the umbrella module, when it exists.
UMBRELLA_PARTS = (
    "__init__.py",
    "__manifest__.py",
    "data",
    "security",
    "demo",
    "tests",
    "i18n",
    "static",
    "views",
    "migrations",
)
# The Odoo modules that the suite builds on, all of them.
DEPENDENCIES = (
    "stock",
    "portal",
    "analytic",
    "resource",
    "rating",
    "hr_skills",
    "project",
    "crm",
    "account",
    "sale_management",
    "sale_stock",
    "stock_account",
    "hr_hourly_cost",
)


def cache_dir():
    """Return the per-user download cache, which outlives a checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "service-management"


def chain_modules():
    """Return the modules of the chain that exist in this checkout, in order of dependency."""
    return [name for name in CHAIN if (ROOT / "addons" / name / "__manifest__.py").is_file()]


def link_modules():
    """Return the link modules that exist in this checkout."""
    return [name for name in LINKS if (ROOT / "addons" / name / "__manifest__.py").is_file()]


def has_umbrella():
    """Tell whether this checkout has the umbrella module."""
    return (ROOT / "__manifest__.py").is_file()


def suite_modules():
    """Return all modules of the suite that exist in this checkout, the umbrella last."""
    return chain_modules() + ([UMBRELLA] if has_umbrella() else [])
