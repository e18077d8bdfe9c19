# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ServiceEquipment(models.Model):
    """Import of units with their sites, serial numbers and components from one file."""

    _inherit = "service.equipment"

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Equipment (Excel)"),
                "template": "/service_equipment/static/xls/service_equipment.xlsx",
            },
            {
                "label": self.env._("Import Template for Equipment (CSV)"),
                "template": "/service_equipment/static/csv/service_equipment.csv",
            },
        ]

    @api.model
    def load(self, fields, data):
        result = super().load(fields, data)
        if result["ids"]:
            self.browse(result["ids"])._start_imported()
        return result

    def _start_imported(self):
        """Put imported units into service that were installed, or are so from their delivery on."""
        self.filtered(
            lambda unit: unit.state == "draft"
            and (unit.date_installed or (unit.date_delivered and unit._is_warranty_from_delivery()))
        )._transition("in_service")

    @api.model
    def _resolve_import(self, sheet):
        super()._resolve_import(sheet)
        if sheet.messages:
            return
        if "site_id" in sheet.columns:
            self._resolve_import_sites(sheet)
        for path in list(sheet.columns):
            if path.split("/")[-1] in ("serial_number", "lot_id"):
                self._check_import_serials(sheet, path)
        for path in ("name", "asset_code"):
            self._check_import_codes(sheet, path)

    @api.model
    def _resolve_import_column(self, sheet, path, field):
        # A site is looked for among the customer's, a serial number among its product's.
        if path != "site_id" and field.comodel_name != "stock.lot":
            super()._resolve_import_column(sheet, path, field)

    @api.model
    def _resolve_import_sites(self, sheet):
        """Find the site of each row among the addresses of its customer, else among all.

        Missing ones are made below the customer when the user ticked "Create new values".
        """
        cells, Partner = sheet.get_cells("site_id"), self.env["res.partner"]
        customers = {row: Partner.browse(int(customer)) for row, customer in sheet.get_cells("partner_id").items()}
        owner_by_row = {row: customers[row].commercial_partner_id for row in cells if row in customers}
        names = list(set(cells.values()))
        own = {}
        for field_name in ("ref", "complete_name", "name") if owner_by_row else ():
            owners = Partner.union(*owner_by_row.values())
            domain = [("commercial_partner_id", "in", owners.ids), (field_name, "in", names)]
            hits = {}
            for site in Partner.search_fetch(domain, [field_name, "commercial_partner_id"]):
                hits.setdefault((site.commercial_partner_id, site[field_name]), []).append(site.id)
            own = hits | own
        foreign = {name for row, name in cells.items() if (owner_by_row.get(row), name) not in own}
        ids_by_name = self._find_import_references("res.partner", foreign)
        if (self.env.context.get("name_create_enabled_fields") or {}).get("site_id"):
            missing = {
                (owner_by_row[row], name)
                for row, name in cells.items()
                if row in owner_by_row and (owner_by_row[row], name) not in own and not ids_by_name[name]
            }
            own |= self._create_import_sites(sorted(missing, key=lambda key: (key[0].id, key[1])))
        self._set_import_references(
            sheet,
            "site_id",
            {row: (name, own.get((owner_by_row.get(row), name)) or ids_by_name[name]) for row, name in cells.items()},
        )

    @api.model
    def _create_import_sites(self, missing):
        """Create addresses below their customers.

        :param list missing: pairs of (customer, name)
        :return: dict of such a pair to a list of one id
        """
        sites = self.env["res.partner"].create(
            [
                {"name": name, "parent_id": customer.id, "type": "delivery", "is_service_site": True}
                for customer, name in missing
            ]
        )
        return {key: site.ids for key, site in zip(missing, sites, strict=True)}

    @api.model
    def _check_import_serials(self, sheet, path):
        """Check the serial numbers of one column with their products, and find those given as existing.

        A serial number as text is made when it is missing; nobody else's is taken.

        :param sheet: `ImportSheet`
        :param str path: a column that ends in `serial_number` or `lot_id`
        """
        prefix, _slash, name = path.rpartition("/")
        product_path = f"{prefix}/product_id" if prefix else "product_id"
        products, cells = sheet.get_cells(product_path), sheet.get_cells(path)
        companies = {row: int(company) for row, company in sheet.get_cells("company_id").items()} if not prefix else {}
        keys = {
            row: (int(products[row]), companies.get(row, self.env.company.id), serial)
            for row, serial in cells.items()
            if row in products
        }
        lots = self.env["stock.lot"]._find_service_lots(keys.values())
        holders = {} if {"id", ".id"} & set(sheet.columns) else self._get_import_holders(lots.values(), prefix)
        first_row = {}
        for row, key in keys.items():
            product = self.env["product.product"].browse(key[0])
            lot, first = lots.get(key), first_row.setdefault(key, row)
            vals = {"serial": key[2], "product": product.display_name}
            if first != row and product.tracking == "serial":
                first += self.env.context.get("import_first_row", 1)
                reason = self.env._("%(serial)s of %(product)s stands in row %(first)s too.", first=first, **vals)
                sheet.add_error(path, [row], reason)
            elif lot and lot in holders:
                holder = holders[lot].display_name
                reason = self.env._("%(serial)s of %(product)s belongs to %(holder)s.", holder=holder, **vals)
                sheet.add_error(path, [row], reason)
            elif not lot and name == "lot_id":
                reason = self.env._("%(product)s has no serial number %(serial)s.", **vals)
                sheet.add_error(path, [row], reason)
        if name == "lot_id":
            sheet.set_references(path, {row: lots[key].id for row, key in keys.items() if key in lots})

    @api.model
    def _get_import_holders(self, lots, prefix):
        """Return which units have serial numbers, as units or, with a prefix, as components.

        :return: dict of `stock.lot` to `service.equipment`
        """
        lots = self.env["stock.lot"].concat(*lots)
        if prefix:
            installed = self.env["service.component"]._get_installed_by_lot(lots)
            return {lot: row.equipment_id for lot, row in installed.items()}
        units = self.with_context(active_test=False).search([("lot_id", "in", lots.ids)])
        return {unit.lot_id: unit for unit in units}

    @api.model
    def _check_import_codes(self, sheet, path):
        """Check that a number or asset code stands once in the file, and not in the register."""
        cells, first_row, taken = sheet.get_cells(path), {}, {}
        if not {"id", ".id"} & set(sheet.columns):
            domain = [(path, "in", list(set(cells.values()))), ("company_id", "=", self.env.company.id)]
            units = self.with_context(active_test=False).search_fetch(domain, [path]) if cells else ()
            taken = {unit[path]: unit for unit in units}
        for row, code in cells.items():
            first = first_row.setdefault(code, row)
            if first != row:
                first += self.env.context.get("import_first_row", 1)
                reason = self.env._("%(code)s stands in row %(first)s too.", code=code, first=first)
                sheet.add_error(path, [row], reason)
            elif code in taken:
                reason = self.env._("%(code)s belongs to %(holder)s.", code=code, holder=taken[code].display_name)
                sheet.add_error(path, [row], reason)
