# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.service_equipment.const import WORK_KINDS

from ..const import COVER_SOURCES

COVER_COLUMNS = ("coverage_id", "contract_id", "cover_source", "sla_policy_id", "calendar_id", "priority")


class ServiceCall(models.Model):
    """What is promised for a call and who pays: the answers of the one resolver, kept on the call (rules.md 2)."""

    _inherit = "service.call"

    coverage_id = fields.Many2one(
        comodel_name="service.coverage",
        index="btree_not_null",
        copy=False,
        check_company=True,
        groups="base.group_user",
    )
    contract_id = fields.Many2one(
        comodel_name="service.contract",
        index="btree_not_null",
        copy=False,
        check_company=True,
        readonly=True,
        groups="base.group_user",
    )
    cover_source = fields.Selection(
        selection=COVER_SOURCES,
        default="none",
        required=True,
        copy=False,
        readonly=True,
        tracking=True,
        groups="base.group_user",
    )
    cover_is_manual = fields.Boolean(string="Cover Chosen by Hand", copy=False, groups="base.group_user")
    cover_manual_reason = fields.Char(string="Why by Hand", copy=False, groups="base.group_user")
    cover_reason = fields.Text(string="Why", readonly=True, copy=False, groups="base.group_user")
    cover_explanation = fields.Json(readonly=True, copy=False, groups="base.group_user")
    cover_explanation_html = fields.Html(
        string="Considered",
        compute="_compute_cover_explanation_html",
        groups="base.group_user",
    )
    payer_terms = fields.Json(readonly=True, copy=False, groups="base.group_user")
    payer_summary = fields.Char(string="Who Pays", compute="_compute_payer_summary", groups="base.group_user")
    sla_policy_id = fields.Many2one(
        comodel_name="service.sla.policy",
        string="SLA",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
        groups="base.group_user",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        copy=False,
        readonly=True,
        check_company=True,
        groups="base.group_user",
    )

    @api.model
    def _cover_fields(self):
        """Names of the fields whose change resolves the cover of an open call again."""
        return {
            "partner_id",
            "contact_id",
            "site_id",
            "equipment_id",
            "product_id",
            "type_id",
            "raised_at",
            "company_id",
            "coverage_id",
            "cover_is_manual",
            "priority_is_manual",
        }

    @api.depends("cover_explanation")
    @api.depends_context("lang")
    def _compute_cover_explanation_html(self):
        for call in self:
            rows = self.env["service.coverage"].render_explanation(call.cover_explanation)
            call.cover_explanation_html = (
                Markup("<ul>%s</ul>")
                % Markup().join(
                    Markup("<li><b>%s</b> %s: %s</li>")
                    % (row.get("contract") or "", row.get("row") or "", row.get("reason") or "")
                    for row in rows
                )
                if rows
                else False
            )

    @api.depends("payer_terms")
    @api.depends_context("lang")
    def _compute_payer_summary(self):
        payers = {
            "warranty": self.env._("Warranty pays"),
            "contract": self.env._("Contract pays"),
            "customer": self.env._("Customer pays"),
        }
        kinds = self.env["service.work"]._fields["kind"]._description_selection(self.env)
        for call in self:
            labels_by_payer = {}
            for kind, label in kinds:
                if terms := (call.payer_terms or {}).get(kind):
                    payer = "customer" if terms["term"] == "chargeable" else terms["payer"]
                    labels_by_payer.setdefault(payer, []).append(label)
            everything = self.env._("everything")
            call.payer_summary = "; ".join(
                f"{payers[payer]}: {everything if len(labels_by_payer) == 1 else ', '.join(labels)}"
                for payer, labels in labels_by_payer.items()
            )

    @api.onchange("partner_id", "site_id", "equipment_id", "product_id", "type_id", "raised_at")
    def _onchange_cover(self):
        """Show, while a call is being taken, what is promised and who pays."""
        if self.partner_id and not self.cover_is_manual:
            (values,) = self._get_cover_values_list()
            if self.priority_is_manual:
                values.pop("priority")
            self.update(values)

    def _resolve_cover(self, is_new=False):
        """Ask the resolver for each call, store its answer and replay the clocks that it touches.

        A few queries for any number of calls. A choice by hand keeps its coverage; only what
        follows from that row is read again.

        :param bool is_new: whether the calls are just being created: nothing has changed then,
            and the clocks don't exist yet
        """
        # The resolver reads contracts that whoever raises a call need not see.
        calls = self.sudo()
        before = {} if is_new else {call: call._read_cover() for call in calls}
        calls._store_cover(calls._get_cover_values_list())
        if not is_new:
            after = {call: call._read_cover() for call in calls}
            calls._tell_cover_changes(
                {call: (columns, after[call]) for call, columns in before.items() if columns != after[call]}
            )
            self._replay_clocks(is_told=True)

    def _store_cover(self, values_list):
        """Store the answers of the resolver, those that are the same at once: most calls of a unit have one."""
        groups = {}
        for call, values in zip(self, values_list, strict=True):
            if call.priority_is_manual:
                values.pop("priority")
            groups.setdefault(repr(values), (values, []))[1].append(call.id)
        for values, call_ids in groups.values():
            self.browse(call_ids)._store(values)

    def _get_cover_values_list(self):
        """Return, for each call, the values that describe its cover."""
        resolved = self.filtered(lambda call: not call.cover_is_manual)
        answers = iter(self.env["service.coverage"].resolve([call._prepare_cover_request() for call in resolved]))
        return [
            call._prepare_manual_cover_values() if call.cover_is_manual else call._prepare_cover_values(next(answers))
            for call in self
        ]

    def _prepare_cover_request(self):
        """Return what the resolver wants to know of this call."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "site_id": self.site_id.id,
            "equipment_id": self.equipment_id.id,
            "product_id": self.product_id.id,
            "call_type_id": self.type_id.id,
            "at": self.raised_at,
            "company_id": self.company_id.id,
        }

    def _prepare_cover_values(self, answer):
        """Return this call's values for an answer of the resolver."""
        self.ensure_one()
        return {
            "coverage_id": answer["coverage_id"],
            "contract_id": answer["contract_id"],
            "cover_source": answer["source"],
            "cover_reason": answer["reason"],
            # Without the sentences: each reader gets them in his own language.
            "cover_explanation": [
                {name: value for name, value in entry.items() if name != "reason"} for entry in answer["explanation"]
            ],
            "payer_terms": answer["payers"],
            "sla_policy_id": answer["sla_policy_id"],
            "calendar_id": answer["calendar_id"],
            "priority": answer["priority"] or self._get_default_priority(),
        }

    def _get_resolved_priority(self):
        """Return the priority that this call gets by itself."""
        if not self.partner_id or self.cover_is_manual:
            return self._origin.priority or self._get_default_priority()
        (values,) = self._get_cover_values_list()
        return values["priority"]

    def _get_default_priority(self):
        """Return the priority of a call to which the contract gives none."""
        return self.default_get(["priority"])["priority"]

    def _prepare_manual_cover_values(self):
        """Return the call's values for a coverage row that was chosen by hand; no row means not covered."""
        self.ensure_one()
        row = self.coverage_id
        policy = row.sla_policy_id or row.contract_id.sla_policy_id or self.company_id.service_sla_policy_id
        return {
            "contract_id": row.contract_id.id,
            "cover_source": "manual",
            "cover_reason": self.env._(
                "%(cover)s, chosen by %(user)s: %(reason)s",
                cover=row.display_name or self.env._("Not covered"),
                user=self.env.user.name,
                reason=self.cover_manual_reason or "",
            ),
            "cover_explanation": [],
            "payer_terms": {
                kind: {
                    "payer": "contract" if row and row._get_term(kind) != "chargeable" else "customer",
                    "term": row._get_term(kind) if row else "chargeable",
                    "discount": row._get_discount(kind) if row else 0.0,
                }
                for kind, _label in WORK_KINDS
            },
            "sla_policy_id": policy.id,
            "calendar_id": (row.calendar_id or policy.calendar_id).id,
            "priority": row.priority or self.priority,
        }

    def _read_cover(self):
        """Return the columns of the cover as comparable values."""
        self.ensure_one()
        return {name: self[name] for name in COVER_COLUMNS}

    def _tell_cover_changes(self, changed):
        """Say on each call what its new cover changed.

        :param dict changed: {call: (columns before, columns after)}
        """
        bodies = {}
        for call, (before, after) in changed.items():
            lines = [
                Markup("%s: %s &rarr; %s")
                % (
                    call._fields[name]._description_string(self.env),
                    call._format_column(name, before[name]),
                    call._format_column(name, after[name]),
                )
                for name in COVER_COLUMNS
                if before[name] != after[name]
            ]
            bodies[call.id] = Markup("<br/>").join(
                [self.env._("Cover resolved again."), *lines, call.cover_reason or ""]
            )
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)

    def _format_column(self, name, value):
        if isinstance(value, models.BaseModel):
            return value.display_name or self.env._("none")
        return dict(self._fields[name]._description_selection(self.env)).get(value) or self.env._("none")
