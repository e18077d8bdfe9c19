# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .service_equipment import INTERNAL


class ServiceEquipment(models.Model):
    """The warranty of a unit: its dates, and which kinds of work it pays."""

    _name = "service.equipment"
    _inherit = ["service.equipment", "service.vendor.warranty"]

    warranty_date_start = fields.Date(
        string="Warranty from",
        compute="_compute_warranty_date_start",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    warranty_parts_end = fields.Date(
        string="Parts until",
        compute="_compute_warranty_parts_end",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Last day of the warranty on parts.",
    )
    warranty_labour_end = fields.Date(
        string="Labour until",
        compute="_compute_warranty_labour_end",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Last day of the warranty on labour.",
    )
    warranty_covers_travel = fields.Boolean(
        string="Travel Covered",
        compute="_compute_warranty_covers_travel",
        store=True,
        precompute=True,
        readonly=False,
        help="Travel time, distance and call-out are under warranty as long as labour is.",
    )
    warranty_date_end = fields.Date(
        string="Warranty until",
        compute="_compute_warranty_date_end",
        store=True,
        precompute=True,
        help="The later end of the warranties on parts and on labour.",
    )
    is_under_warranty = fields.Boolean(compute="_compute_is_under_warranty", search="_search_is_under_warranty")
    warranty_extension_ids = fields.One2many(
        comodel_name="service.warranty.extension",
        inverse_name="equipment_id",
        string="Warranty Extensions",
        groups=INTERNAL,
    )
    warranty_claim_ids = fields.One2many(
        comodel_name="service.warranty.claim",
        inverse_name="equipment_id",
        string="Vendor Claims",
        groups=INTERNAL,
    )
    warranty_claim_count = fields.Integer(
        string="Vendor Claim Count",
        compute="_compute_warranty_claim_count",
        compute_sudo=False,
        groups=INTERNAL,
    )
    has_warranty_gap = fields.Boolean(
        readonly=True,
        copy=False,
        help="The warranty had ended, or there was none, before it was extended: earlier days are not all covered.",
    )

    # None of these depends on the terms themselves: a unit has those of the day of its sale.
    @api.depends("date_delivered", "date_installed", "product_id")
    def _compute_warranty_date_start(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            starts_installed = terms_by_unit[equipment]["basis"] == "installation"
            equipment.warranty_date_start = equipment.date_installed if starts_installed else equipment.date_delivered

    @api.depends("warranty_date_start", "product_id")
    def _compute_warranty_parts_end(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            months = terms_by_unit[equipment]["parts_months"]
            end = self._get_warranty_end(equipment.warranty_date_start, months)
            equipment.warranty_parts_end = equipment._get_extended_end("parts", end)

    @api.depends("warranty_date_start", "product_id")
    def _compute_warranty_labour_end(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            months = terms_by_unit[equipment]["labour_months"]
            end = self._get_warranty_end(equipment.warranty_date_start, months)
            equipment.warranty_labour_end = equipment._get_extended_end("labour", end)

    @api.depends("product_id")
    def _compute_warranty_covers_travel(self):
        terms_by_unit = self._get_warranty_terms()
        for equipment in self:
            equipment.warranty_covers_travel = terms_by_unit[equipment]["covers_travel"]

    @api.depends("date_delivered")
    def _compute_vendor_warranty(self):
        super()._compute_vendor_warranty()

    def _get_vendor_warranty_part(self):
        self.ensure_one()
        return self.product_id, self.lot_id, self.company_id, self.date_delivered

    @api.depends("warranty_parts_end", "warranty_labour_end")
    def _compute_warranty_date_end(self):
        for equipment in self:
            ends = filter(None, (equipment.warranty_parts_end, equipment.warranty_labour_end))
            equipment.warranty_date_end = max(ends, default=False)

    @api.depends("warranty_date_start", "warranty_date_end")
    def _compute_is_under_warranty(self):
        today = fields.Date.context_today(self)
        for equipment in self:
            start, end = equipment.warranty_date_start, equipment.warranty_date_end
            equipment.is_under_warranty = bool(start and end and start <= today <= end)

    def _search_is_under_warranty(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [("warranty_date_start", "<=", today), ("warranty_date_end", ">=", today)]

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_warranty_claim_count(self):
        Claim = self.env["service.warranty.claim"]
        counts = {}
        if Claim.has_access("read"):
            counts = dict(Claim._read_group([("equipment_id", "in", self.ids)], ["equipment_id"], ["__count"]))
        for equipment in self:
            equipment.warranty_claim_count = counts.get(equipment, 0)

    @api.constrains("warranty_parts_end", "warranty_labour_end")
    def _check_warranty(self):
        for equipment in self:
            start = equipment.warranty_date_start
            ends = filter(None, (equipment.warranty_parts_end, equipment.warranty_labour_end))
            if any(not start or end < start for end in ends):
                raise ValidationError(
                    self.env._("The warranty of %(unit)s ends before it starts.", unit=equipment.display_name)
                )

    def action_view_warranty_claims(self):
        """Open the vendor claims for parts of these units.

        :return: an `ir.actions.act_window` dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("service_equipment.service_warranty_claim_action")
        context = {"default_equipment_id": self.id} if len(self) == 1 else {}
        return {**action, "domain": [("equipment_id", "in", self.ids)], "context": context}

    def _warranty_kinds_at(self, date):
        """Return the kinds of work that the warranty of one unit pays on a day.

        :param date: a date at the site, or its ISO text
        :return: set of keys of `WORK_KINDS`
        """
        self.ensure_one()
        date = fields.Date.to_date(date)
        kinds = set()
        if not self.warranty_date_start or date < self.warranty_date_start:
            return kinds
        gaps = set()
        if self.has_warranty_gap:
            # The answer is that of the register, whoever asks.
            extensions = self.sudo().warranty_extension_ids
            gaps = {extension.kind for extension in extensions if extension._is_in_gap(date)}
        if self.warranty_parts_end and date <= self.warranty_parts_end and "parts" not in gaps:
            kinds.add("part")
        if self.warranty_labour_end and date <= self.warranty_labour_end and "labour" not in gaps:
            kinds.add("labour")
            if self.warranty_covers_travel:
                kinds.update(("travel", "distance", "callout"))
        return kinds

    def _get_warranty_terms(self):
        """Return the terms that the units' products are sold with today.

        :return: dict of unit to the dict of `service.warranty.terms`
        """
        terms_by_template = self.product_id.product_tmpl_id._get_warranty_terms()
        no_terms = self.env["product.category"]._prepare_warranty_terms()
        return {unit: terms_by_template.get(unit.product_id.product_tmpl_id, no_terms) for unit in self}

    def _get_warranty_kind_end(self, kind):
        """Return the last day of one unit's warranty.

        :param str kind: "parts" or "labour"
        :return: date at the site, or False
        """
        return self.warranty_parts_end if kind == "parts" else self.warranty_labour_end

    def _get_extended_end(self, kind, end):
        """Return the later of an end by the terms and of what this customer's extensions promised."""
        extensions = self.warranty_extension_ids.filtered(
            lambda extension: extension.kind == kind and extension.partner_id == self.commercial_partner_id
        )
        return max(filter(None, [end, *extensions.mapped("date_end")]), default=False)

    def _is_warranty_from_delivery(self):
        """Tell whether the unit's warranty begins with its delivery: it then counts as installed that day."""
        self.ensure_one()
        return self._get_warranty_terms()[self]["basis"] == "delivery"

    def _is_warranty_waiting(self):
        """Tell whether the unit's warranty will begin with its installation."""
        self.ensure_one()
        return not self.warranty_date_start and not self._is_warranty_from_delivery()

    @api.model
    def _get_warranty_end(self, start, months):
        """Return the last day of a warranty of some months, False when there is none."""
        return start + relativedelta(months=months, days=-1) if start and months else False

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_history_entries(self):
        return super()._get_history_entries() + self._get_extension_entries() + self._get_claim_entries()

    def _get_extension_entries(self):
        """Return the history's entries of the warranty's extensions."""
        labels = dict(self.env["service.warranty.extension"]._fields["kind"]._description_selection(self.env))
        # What was promised to a customer belongs to the history of the unit, as the unit is read.
        extensions = self.sudo().warranty_extension_ids.sorted(lambda extension: (extension.date, extension.id))
        return [
            self._prepare_history_entry(
                date=extension.date,
                kind="warranty",
                title=self.env._("Warranty extended"),
                text=self.env._(
                    "%(kind)s until %(end)s: %(reason)s",
                    kind=labels[extension.kind],
                    end=format_date(self.env, extension.date_end),
                    reason=" - ".join(filter(None, (extension.reason, extension.reference))),
                ),
                record=extension,
            )
            for extension in extensions
        ]

    def _get_claim_entries(self):
        """Return the history's entries of the vendor claims that were sent."""
        # Whoever may read the unit's history may read what became of its parts.
        claims = self.sudo().warranty_claim_ids.filtered("date_sent").sorted(lambda claim: (claim.date_sent, claim.id))
        return [
            self._prepare_history_entry(
                date=claim.date_sent,
                kind="claim",
                title=self.env._("Claimed from vendor"),
                text=claim._get_summary(),
                record=claim,
            )
            for claim in claims
        ]

    @api.model
    def _get_history_kinds(self):
        return {
            **super()._get_history_kinds(),
            "warranty": self.env._("Warranty"),
            "claim": self.env._("Vendor Claim"),
        }

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "warranty": "fa-shield", "claim": "fa-reply-all"}

    @api.model
    def _get_portal_history_kinds(self):
        return super()._get_portal_history_kinds() | {"warranty"}
