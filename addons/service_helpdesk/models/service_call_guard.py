# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError


class ServiceCall(models.Model):
    """Two operators on one call: the second one to save does not overwrite what he has not seen.

    The form sends changed fields only, so that changes of different fields never meet. With those it sends what the
    user had seen of them (``static/src/components/call_save_guard``): where somebody has changed the same field
    meanwhile, saving is refused with one sentence, and what was typed stays on the screen.
    """

    _inherit = "service.call"

    seen_values = fields.Json(
        store=False,
        copy=False,
        groups="base.group_user",
        help="What the user had seen of the fields that he changes; never stored.",
    )

    def write(self, vals):
        if "seen_values" in vals:
            vals = dict(vals)
            self._check_seen_values(vals, vals.pop("seen_values") or {})
        return super().write(vals)

    def _check_seen_values(self, vals, seen):
        """Refuse to overwrite what somebody else has changed.

        :param dict vals: what is to be written
        :param dict seen: what the user saw before, by field; many2one fields as ids
        :raise UserError: naming who has changed what
        """
        # Whoever saves at the same time is waited for; the request is then repeated by the server, and sees his values.
        self._lock()
        for call in self:
            changed = [
                name
                for name in seen
                if name in vals and call._get_plain(name) not in (_normalize(seen[name]), _normalize(vals[name]))
            ]
            if changed:
                raise UserError(
                    self.env._(
                        "%(user)s has changed %(fields)s of call %(call)s meanwhile: reload before you save.",
                        user=call.sudo().write_uid.name,
                        fields=", ".join(self._fields[name]._description_string(self.env) for name in changed),
                        call=call.name,
                    )
                )

    def _get_plain(self, name):
        """Return the stored value of a field as the form would send it."""
        value = self[name]
        return _normalize(value.id if self._fields[name].type == "many2one" else value)


def _normalize(value):
    """Return a value such that equal contents are equal: ids and texts as text, nothing as nothing."""
    return str(value) if value else ""
