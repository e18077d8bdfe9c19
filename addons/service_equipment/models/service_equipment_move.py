# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .service_equipment import INTERNAL

# What a unit takes along to another company although copies of it do not.
HANDED_FIELDS = (
    "asset_code",
    "delivery_ref",
    "order_ref",
    "invoice_ref",
    "date_delivered",
    "date_installed",
    "warranty_date_start",
    "warranty_parts_end",
    "warranty_labour_end",
    "warranty_covers_travel",
)


class ServiceEquipment(models.Model):
    """Units that go to another site or customer, and units that another of our companies takes over."""

    _inherit = "service.equipment"

    # Links between companies: neither is checked against the company.
    predecessor_id = fields.Many2one(
        comodel_name="service.equipment",
        string="Taken over from",
        copy=False,
        readonly=True,
        index="btree_not_null",
        groups=INTERNAL,
    )
    date_taken_over = fields.Date(string="Taken over on", copy=False, readonly=True)
    successor_ids = fields.One2many(
        comodel_name="service.equipment",
        inverse_name="predecessor_id",
        string="Handed over to",
        groups=INTERNAL,
    )

    # ------------------------------------------------------------------
    # Another site or customer
    # ------------------------------------------------------------------

    def _move(self, vals, date, reason=""):
        """Move the units to another customer, site or zone of their company.

        A sub-unit whose main unit stays behind is no longer part of it, nor is one that stays
        behind part of a main unit that leaves the site.

        :param dict vals: those of `partner_id`, `site_id` and `zone_id` that change
        :param date: the day at the site on which they went
        :param str reason: one line for their history
        :raise UserError: when a unit cannot have gone on that day
        """
        self._check_move(date)
        self._record_placements(
            {
                equipment: {**equipment._prepare_place_values(), **vals, "date_start": date, "reason": reason}
                for equipment in self
            }
        )
        self.write(vals)
        if "partner_id" in vals or "site_id" in vals:
            (self.filtered("parent_id") | self.child_ids).filtered(
                lambda equipment: (equipment in self) != (equipment.parent_id in self)
            ).parent_id = False
        if reason:
            self._message_log_batch({equipment.id: reason for equipment in self})
        self._after_moved()

    def _check_move(self, date):
        """Hook: refuse a move of these units as of a day.

        :param date: the day at the site
        :raise UserError: names the first unit that cannot move, and says why
        """
        self._check_no_loan("loan_equipment_id")
        # Whoever may move a unit may know since when it is where it is.
        for placement in self.sudo().placement_ids.filtered(lambda placement: not placement.date_end):
            if date < placement.date_start:
                raise UserError(
                    self.env._(
                        "%(unit)s came to its present place on %(date)s: choose that day or a later one.",
                        unit=placement.equipment_id.display_name,
                        date=format_date(self.env, placement.date_start),
                    )
                )
        for equipment in self:
            if date > equipment._get_today():
                raise UserError(self.env._("A unit cannot have moved on a day that is still to come."))

    def _check_no_loan(self, field_name):
        """Refuse to go on with units that are lent, or in whose place something is lent.

        :param str field_name: `loan_equipment_id` or `equipment_id` of the loans
        """
        # A loan binds its unit whether or not the user may see loans.
        loan = self.env["service.loan"].sudo().search([(field_name, "in", self.ids), ("state", "=", "out")], limit=1)
        if loan:
            raise UserError(
                self.env._(
                    "%(unit)s has the loan %(loan)s: take it back first.",
                    unit=loan[field_name].display_name,
                    loan=loan.name,
                )
            )

    def _get_with_children(self):
        """Return these units and all that are part of them, one level per query; retired parts stay behind."""
        units = level = self
        while level:
            level = self.search([("parent_id", "in", level.ids), ("state", "!=", "retired")]) - units
            units |= level
        return units

    def _after_moved(self):
        """Hook: these units went to another customer, site or zone."""

    # ------------------------------------------------------------------
    # Another company
    # ------------------------------------------------------------------

    def _hand_over(self, company, vals, date, reason=""):
        """Let another of our companies look after these units from now on.

        Here they are retired; there new units continue with the same serial numbers, dates,
        warranty and components, and with the history of these.

        :param company: the `res.company` that takes them over; one of the user's
        :param dict vals: those of `partner_id`, `site_id` and `zone_id` that change
        :param date: the day at the site
        :param str reason: one line for their history
        :return: the new `service.equipment` records, in the order of these
        :raise UserError: when a unit cannot be taken over
        """
        self._check_move(date)
        self._check_hand_over(company)
        # The user is of both companies, whichever of them he looks at.
        both = self.with_context(allowed_company_ids=(company | self.company_id).ids)
        units = both._get_parents_first()
        placements = {unit: unit.sudo().placement_ids.filtered(lambda row: not row.date_end) for unit in units}
        successors = self.browse()
        successor_by_unit = {}
        for unit in units:
            successor = unit._make_successor(company, vals, date, successor_by_unit.get(unit.parent_id))
            successor_by_unit[unit] = successor
            successors += successor
            unit._continue_placement(successor, placements[unit], date, reason)
            unit._retire_handed_over(successor, date, reason)
        (units.child_ids - units).parent_id = False
        units._after_handed_over(successors)
        return self.browse().concat(*(successor_by_unit[unit].with_env(self.env) for unit in both))

    def _check_hand_over(self, company):
        """Hook: refuse to hand these units over to a company.

        :param company: `res.company`
        :raise UserError: names the first unit that cannot go, and says why
        """
        if company not in self.env.user.company_ids:
            raise UserError(self.env._("You do not work for %(company)s.", company=company.sudo().name))
        self._check_no_loan("equipment_id")
        drafts = self.exchange_ids.filtered(lambda exchange: exchange.state == "draft")
        for equipment in self:
            owner = equipment.product_id.company_id
            values = {"unit": equipment.display_name, "company": company.name}
            if equipment.state == "retired":
                raise UserError(self.env._("%(unit)s is retired and cannot be handed over.", **values))
            if equipment.company_id == company:
                raise UserError(self.env._("%(unit)s is with %(company)s already.", **values))
            if owner and owner not in company.parent_ids:
                raise UserError(
                    self.env._(
                        "%(product)s is sold by %(owner)s alone: %(unit)s cannot go to %(company)s.",
                        product=equipment.product_id.display_name,
                        owner=owner.name,
                        **values,
                    )
                )
            if equipment in drafts.equipment_id:
                raise UserError(
                    self.env._("%(unit)s has an exchange that is not done: finish or delete it first.", **values)
                )

    def _get_parents_first(self):
        """Return these units so that each comes after the one that it is part of."""
        done = self.browse()
        level = self.filtered(lambda equipment: equipment.parent_id not in self)
        while level:
            done += level
            level = level.child_ids & self
        return done

    def _make_successor(self, company, vals, date, parent):
        """Make the unit with which another company continues this one.

        :param parent: the `service.equipment` of that company that it is part of, or None
        :return: `service.equipment` record
        """
        self.ensure_one()
        lot = self._get_lot_in(self.lot_id, self.product_id, company)
        known = self.with_context(active_test=False).search(
            [("lot_id", "in", lot.ids), ("company_id", "=", company.id), ("lot_id", "!=", False)]
        )
        if known and known not in self._get_predecessors():
            raise UserError(known._get_taken_message("lot_id"))
        # The unit comes back to a company that has had it: the serial number goes to the present one.
        known.write({"lot_id": False, "asset_code": False})
        values = self._prepare_successor_values(company, vals)
        values.update(lot_id=lot.id, parent_id=parent and parent.id, date_taken_over=date)
        successor = self.with_company(company).create(values)
        self._hand_over_components(successor, company, date)
        if self.state != "draft":
            successor._transition("in_service")
        if self.state == "in_repair":
            successor._transition("in_repair")
        return successor

    def _prepare_successor_values(self, company, vals):
        """Hook: prepare the unit with which another company continues this one; pure.

        :param company: `res.company`
        :param dict vals: those of `partner_id`, `site_id` and `zone_id` that change
        :return: dict of `service.equipment` values
        """
        self.ensure_one()
        keeps_user = company in self.user_id.company_ids
        return {
            **self.copy_data({"company_id": company.id, "name": False})[0],
            **{name: self[name] for name in HANDED_FIELDS},
            "user_id": self.user_id.id if keeps_user else False,
            "zone_id": False,
            "predecessor_id": self.id,
            **vals,
        }

    def _hand_over_components(self, successor, company, date):
        """Close the open components of this unit and open the same ones in its successor."""
        self.ensure_one()
        # What is in the unit goes along with it, and is no correction of anybody's list.
        components = self.sudo().open_component_ids
        vals_by_component = {component: component.copy_data()[0] for component in components}
        # What the other company's unit holds is no longer in this one, in one moment.
        components.write({"date_removed": date})
        components.flush_recordset()
        copies = {}
        level = components.filtered(lambda component: component.parent_id not in components)
        while level:
            made = components.create(
                [
                    {
                        **vals_by_component[component],
                        "equipment_id": successor.id,
                        "parent_id": copies[component.parent_id].id if component.parent_id in copies else False,
                        "lot_id": self._get_lot_in(component.lot_id, component.product_id, company).id,
                        "date_removed": False,
                        "install_exchange_id": False,
                        "removal_exchange_id": False,
                    }
                    for component in level
                ]
            )
            copies.update(zip(level, made, strict=True))
            level = level.child_ids & components

    @api.model
    def _get_lot_in(self, lot, product, company):
        """Return the serial number under which a company knows a unit or part of another company.

        :param lot: `stock.lot` of the other company, or of none
        :return: the same record when it has no company, else that of the same name and product, found or made
        """
        # Whoever hands a unit over brings its serial numbers along, without rights in the stock.
        lot = lot.sudo()
        if not lot or not lot.company_id or lot.company_id == company:
            return lot.sudo(False)
        domain = [("name", "=", lot.name), ("product_id", "=", product.id), ("company_id", "in", (company.id, False))]
        found = lot.search(domain, limit=1)
        if not found:
            found = lot.create({"name": lot.name, "product_id": product.id, "company_id": company.id})
        return found.sudo(False)

    def _continue_placement(self, successor, placement, date, reason):
        """End this unit's stay; the successor's began with it unless the unit also moved.

        :param placement: the open `service.equipment.placement` of this unit, or none
        """
        self.ensure_one()
        # The register writes the placements, as in `_record_placements`.
        after = successor.sudo().placement_ids
        stays = placement and placement._is_at({name: after[name].id for name in ("partner_id", "site_id")})
        after.write({"date_start": placement.date_start if stays else date, "reason": reason})
        placement.date_end = max(date, placement.date_start) if placement else date

    def _retire_handed_over(self, successor, date, reason):
        """Retire this unit, and tell both where the other is."""
        self.ensure_one()
        self.parent_id = False
        self.date_retired = date
        self._transition("retired")
        going = self.env._(
            "Handed over to %(company)s as %(unit)s.", company=successor.company_id.name, unit=successor.name
        )
        coming = self.env._(
            "Taken over from %(company)s, %(unit)s there.", company=self.company_id.name, unit=self.name
        )
        self._message_log_batch({self.id: " ".join(filter(None, (going, reason)))})
        successor._message_log_batch({successor.id: " ".join(filter(None, (coming, reason)))})

    def _after_handed_over(self, successors):
        """Hook: another company took these units over.

        :param successors: its `service.equipment` records, in the same order
        """

    def _check_return_to_service(self):
        # As in `_get_predecessors`, the other way round.
        for equipment in self.sudo().filtered("successor_ids"):
            successor = equipment.successor_ids[:1]
            raise UserError(
                self.env._(
                    "%(unit)s is with %(company)s now, as %(successor)s.",
                    unit=equipment.display_name,
                    company=successor.company_id.name,
                    successor=successor.name,
                )
            )
        return super()._check_return_to_service()

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def _get_predecessors(self):
        """Return the units of other companies that this one continues, the latest first."""
        self.ensure_one()
        # A unit's past belongs to whoever looks after it now, whichever company it was with.
        chain = self.sudo().browse()
        unit = self.sudo().predecessor_id
        while unit and unit not in chain:
            chain += unit
            unit = unit.predecessor_id
        return chain

    def _is_handed_over_with(self, other):
        """Say whether this unit and another are the same one, with one company after the other."""
        return other in self._get_predecessors() or self in other._get_predecessors()

    def _get_history_entries(self):
        entries = super()._get_history_entries()
        # As in `_get_predecessors`.
        predecessor = self.sudo().predecessor_id
        if not predecessor:
            return entries
        # Documents that the user may not read in his own company are none of his in another either;
        # the transfers of the serial number belong to the unit, stock rights or not.
        earlier = [
            entry
            for entry in predecessor._get_history_entries()
            if entry["kind"] != "retired"
            and (entry["res_model"] == "stock.picking" or self.env[entry["res_model"]].has_access("read"))
        ]
        # Both units carry the dates of the delivery and of the installation.
        known = {entry["kind"] for entry in earlier} & {"delivered", "installed"}
        own = (self._name, self.id)
        taken_over = self._prepare_history_entry(
            date=self.date_taken_over,
            kind="handed_over",
            title=self.env._("Taken over"),
            text=f"{predecessor.company_id.name} -> {self.company_id.name}",
        )
        later = [
            entry
            for entry in entries
            if entry["kind"] not in known or (entry["res_model"], entry["res_id"]) != own
        ]
        return [*earlier, taken_over, *later]

    @api.model
    def _get_history_kinds(self):
        return {**super()._get_history_kinds(), "handed_over": self.env._("Handover")}

    @api.model
    def _get_history_icons(self):
        return {**super()._get_history_icons(), "handed_over": "fa-building-o"}
