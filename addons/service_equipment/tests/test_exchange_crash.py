# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import signal
import subprocess
import sys

from odoo.tests import get_db_name, tagged
from odoo.tools import config

from .test_concurrency import CommittedExchangeCase

# Runs in a process of its own: an exchange whose process dies when a method of it is reached.
SCRIPT = """
import os, signal, sys
import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

options, database, exchange_id, method = sys.argv[1].split(), *sys.argv[2:]
odoo.tools.config.parse_config([*options, "--max-cron-threads=0"])
with Registry(database).cursor() as cr:
    exchange = api.Environment(cr, SUPERUSER_ID, {})["service.exchange"].browse(int(exchange_id))

    def die(*args, **kwargs):
        exchange.env.flush_all()
        cr.execute("SELECT count(*) FROM stock_move WHERE service_exchange_id = %s AND state = 'done'", [exchange.id])
        print(cr.fetchone()[0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(type(exchange), method, die)
    exchange.action_done()
    cr.commit()
"""


@tagged("post_install", "-at_install")
class TestExchangeCrash(CommittedExchangeCase):
    """A server that is killed in the middle of an exchange leaves nothing of it."""

    def _exchange_and_die_in(self, method):
        """Return how many moves were done when the process was killed."""
        options = ["--log-level=critical", f"--addons-path={','.join(config['addons_path'])}"]
        for name in ("db_host", "db_port", "db_user", "db_password", "data_dir"):
            if config[name]:
                options.append(f"--{name.replace('data_dir', 'data-dir')}={config[name]}")
        result = subprocess.run(  # noqa: S603
            [sys.executable, "-c", SCRIPT, " ".join(options), get_db_name(), str(self.exchange_ids[0]), method],
            capture_output=True,
            check=False,
            env=os.environ,
            timeout=120,
        )
        self.assertEqual(result.returncode, -signal.SIGKILL, result.stderr.decode()[-2000:])
        return int(result.stdout)

    def _assert_nothing_is_left(self):
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            exchange = env["service.exchange"].browse(self.exchange_ids[0])
            self.assertRecordValues(exchange, [{"state": "draft", "new_component_id": False, "value_out": 0.0}])
            self.assertFalse(exchange.move_ids)
            self.assertFalse(env["stock.move.line"].search([("product_id", "=", self.product_id)]))
            quants = exchange.new_lot_id.quant_ids
            self.assertEqual([(quant.location_id, quant.quantity) for quant in quants], [(exchange.location_id, 1.0)])
            self.assertFalse(quants.reserved_quantity)
        self.assertEqual(self._count_installed(), 0)

    def test_killed_between_the_moves_and_the_components(self):
        self.assertEqual(self._exchange_and_die_in("_exchange_components"), 1)
        self._assert_nothing_is_left()

    def test_killed_before_the_end_and_done_again(self):
        self.assertEqual(self._exchange_and_die_in("_after_done"), 1)
        self._assert_nothing_is_left()
        with self.registry.cursor() as cr:
            exchange = self._get_env(cr)["service.exchange"].browse(self.exchange_ids[0])
            exchange.action_done()
            self.assertEqual(exchange.state, "done")
        self.assertEqual(self._count_installed(), 1)
