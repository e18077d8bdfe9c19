# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

BATCH = 100
# Somebody else was faster: what he did is read, and the rest is done again.
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
MAX_CONFLICTS = 10


class ServiceBatchMixin(models.AbstractModel):
    """How a scheduled action goes through many records: in batches, and a record that fails stays alone with it."""

    _name = "service.batch.mixin"
    _description = "Work in Batches"

    def _do_in_batches(self, parts):
        """Do something for many records in a scheduled action, and commit after each batch.

        A batch in which somebody else was faster is looked up again, so that the domain should leave out what is done.

        :param parts: list of (`Domain`, function of a recordset)
        """
        cron, conflicts = self.env["ir.cron"], 0
        cron._commit_progress(remaining=sum(self.search_count(domain) for domain, _method in parts))
        for domain, method in parts:
            last_id = 0
            while records := self.search(domain & Domain("id", ">", last_id), order="id", limit=BATCH):
                try:
                    records._do_or_tell(method)
                except CONFLICTS:
                    conflicts += 1
                    if conflicts > MAX_CONFLICTS:
                        raise
                    self.env.cr.rollback()
                    self.env.invalidate_all(flush=False)
                    continue
                last_id = records[-1].id
                if not cron._commit_progress(len(records)):
                    return

    def _do_or_tell(self, method):
        """Do something for these records at once, else for each alone; a failure is logged and told of.

        :param method: function of a recordset
        :raise: an error of concurrency, which is nobody's failure: whoever calls this begins again
        """
        # What was done before is not these records' fault: where it fails, it fails - and is tried again - as a whole.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                method(self)
                self.env.flush_all()
                return
        except CONFLICTS:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the other records must go on
            _logger.warning("%s of %s together failed, going one by one.", len(self), self._name, exc_info=True)
            self.env.invalidate_all(flush=False)
        for record in self:
            try:
                with self.env.cr.savepoint():
                    method(record)
                    self.env.flush_all()
            except CONFLICTS:
                raise
            except Exception as error:  # noqa: BLE001 - reported on the record, the others go on
                self.env.invalidate_all(flush=False)
                _logger.exception("The scheduled action failed for %s", record)
                record._tell_failure(error)

    def _tell_failure(self, error):
        """Hook: note on the record that a scheduled action failed there.

        :param error: the exception
        """
        self.ensure_one()
        self._message_log(body=self.env._("The daily job failed here: %(error)s", error=error))
