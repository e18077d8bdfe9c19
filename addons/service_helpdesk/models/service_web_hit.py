# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

# How many forms one address, and one e-mail address, may send in an hour.
LIMITS = {"address": 10, "email": 4}
KEPT_DAYS = 2


class ServiceWebHit(models.Model):
    """How often the public form was sent in an hour, by whom.

    Neither network addresses nor e-mail addresses are kept: only a salted hash of them, another one each day, and for
    a day or two.
    """

    _name = "service.web.hit"
    _description = "Sent Public Form"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    hour = fields.Datetime(required=True, readonly=True, index=True)
    count = fields.Integer(required=True, readonly=True)

    _key_uniq = models.UniqueIndex("(key, hour)", "An hour is counted once.")

    @api.model
    def _count(self, kind, text):
        """Count one form, and tell whether that is still allowed.

        One statement, so that forms sent at once are counted one after the other.

        :param str kind: a key of ``LIMITS``
        :param str text: network address or e-mail address
        :return: bool
        """
        now = fields.Datetime.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        key = hmac(self.env(su=True), "service_web_hit", (kind, str(hour.date()), text))
        ((count,),) = self.env.execute_query(
            SQL(
                """
                INSERT INTO service_web_hit (key, hour, count) VALUES (%s, %s, 1)
                ON CONFLICT (key, hour) DO UPDATE SET count = service_web_hit.count + 1
                RETURNING count
                """,
                key,
                hour,
            )
        )
        return count <= LIMITS[kind]

    @api.autovacuum
    def _gc_hits(self):
        """Forget who sent the form."""
        self.sudo().search([("hour", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))]).unlink()
