# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain

COUNTED_FIELDS = {"equipment_id", "product_id", "site_id", "type_id", "raised_at", "symptom_id", "cause_id"}


class ServiceCall(models.Model):
    """Calls of what fails too often: they trip the triggers, and their priority follows the flags that stand."""

    _inherit = "service.call"

    reliability_flag_id = fields.Many2one(
        comodel_name="service.reliability.flag",
        string="Fails Too Often",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The flag that raised the priority of this call.",
    )

    def write(self, vals):
        is_counted = bool(COUNTED_FIELDS & vals.keys()) and bool(self._get_reliability_triggers())
        before = self._get_reliability_keys() if is_counted else {}
        result = super().write(vals)
        if is_counted:
            self._judge_reliability(before)
        return result

    def _after_event(self, kind, at):
        super()._after_event(kind, at)
        if kind in ("cancelled", "reopened"):
            self._judge_reliability()

    def _after_corrected(self, events):
        super()._after_corrected(events)
        self._judge_reliability()

    def _resolve_cover(self, is_new=False):
        if is_new:
            # What these calls trip holds for themselves too.
            self._judge_reliability(is_new=True)
        return super()._resolve_cover(is_new=is_new)

    def _get_cover_values_list(self):
        values_list = super()._get_cover_values_list()
        flags = self._find_reliability_flags()
        for call, values in zip(self, values_list, strict=True):
            flag = flags.get(call)
            if flag is None or call.priority_is_manual:
                values["reliability_flag_id"] = False
                continue
            values["reliability_flag_id"] = flag.id
            if flag.trigger_id.priority > values["priority"]:
                values["priority"] = flag.trigger_id.priority
                reason = self.env._(
                    "Raised to %(priority)s: %(reason)s.",
                    priority=flag.trigger_id._get_label("priority"),
                    reason=flag.reason,
                )
                values["cover_reason"] = "\n".join(filter(None, (values.get("cover_reason"), reason)))
        return values_list

    # ------------------------------------------------------------
    # Triggers
    # ------------------------------------------------------------

    def _get_reliability_triggers(self):
        """Return the triggers that concern these calls; no query where none is set up."""
        return self.env["service.reliability.trigger"]._get_triggers(self.company_id)

    def _get_reliability_key(self, trigger):
        """Return the group of the call that a trigger counts, as a tuple of ids, or None."""
        self.ensure_one()
        records = {
            "unit": (self.equipment_id,),
            "product_site": (self.product_id, self.site_id),
            "zone": (self.equipment_id.zone_id,),
        }[trigger.scope]
        key = tuple(record._origin.id for record in records)
        return key if all(key) else None

    def _get_reliability_keys(self):
        """Return the groups of these calls: dict {trigger: set of keys}."""
        calls = self.sudo()
        return {
            trigger: {
                key
                for call in calls
                if call.company_id == trigger.company_id and (key := call._get_reliability_key(trigger))
            }
            for trigger in calls._get_reliability_triggers()
        }

    def _judge_reliability(self, before=None, is_new=False):
        """Judge the groups of these calls again, and let open calls follow the flags that changed.

        :param dict before: groups to which the calls belonged before, as of `_get_reliability_keys`
        :param bool is_new: whether the calls are just being created: their own cover is resolved next
        """
        changed = self.env["service.reliability.flag"].sudo()
        for trigger, keys in self._get_reliability_keys().items():
            changed |= trigger._judge(keys | (before or {}).get(trigger, set()))
        self._follow_flags(changed, left_out=self if is_new else self.browse())

    @api.model
    def _follow_flags(self, flags, left_out=()):
        """Resolve the open calls of what was flagged, or is no longer: their priority may change.

        :param left_out: calls that are resolved anyway
        """
        if not flags:
            return
        domain = Domain.OR(flag.trigger_id._get_key_domain([flag._get_key()]) for flag in flags)
        domain &= Domain("is_closed", "=", False) & Domain("company_id", "in", flags.company_id.ids)
        calls = self.sudo().search(domain)
        (calls - calls.browse([call.id for call in left_out]))._resolve_cover()

    def _find_reliability_flags(self):
        """Return the flag of the highest priority that stands for each of these calls: dict {call: flag}. One query."""
        keys_by_trigger = {trigger: keys for trigger, keys in self._get_reliability_keys().items() if keys}
        if not keys_by_trigger:
            return {}
        triggers = self.env["service.reliability.trigger"].sudo().union(*keys_by_trigger)
        standing = self.env["service.reliability.flag"].sudo().search(
            [("state", "=", "active"), ("trigger_id", "in", triggers.ids)]
        )
        by_key = {(flag.trigger_id, flag._get_key()): flag for flag in standing}
        found = {}
        for call in self if by_key else ():
            keys = {trigger: call.sudo()._get_reliability_key(trigger) for trigger in triggers}
            flags = filter(None, map(by_key.get, keys.items()))
            if flag := max(flags, key=lambda flag: (flag.trigger_id.priority, flag.id), default=None):
                found[call] = flag
        return found
