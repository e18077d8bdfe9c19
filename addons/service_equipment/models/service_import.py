# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

# By which fields a cell names a record, the surest first; other models are searched by their names.
REFERENCE_FIELDS = {
    "product.product": ("default_code", "barcode", "name"),
    "service.equipment": ("name", "asset_code", "serial_number"),
    "res.partner": ("ref", "complete_name", "name"),
}


class ImportSheet:
    """The columns and cells of a file that is imported, and the errors found in them."""

    def __init__(self, model, fields, data):
        self.model, self.env = model, model.env
        self.fields, self.data = list(fields), [list(row) for row in data]
        self.columns = {path: index for index, path in enumerate(self.fields) if path}
        self.messages = []
        self.found = set()

    def get_cells(self, path):
        """Return the cells of a column that are not empty, as {row: text}; none without the column."""
        if path not in self.columns:
            return {}
        index = self.columns[path]
        return {number: str(row[index]).strip() for number, row in enumerate(self.data) if row[index]}

    def get_references(self):
        """Return the columns that name one record of another model, as {path: field}."""
        references = {}
        for path in self.columns:
            model, field = self.model, None
            for name in path.split("/"):
                field = model._fields.get(name) if model is not None else None
                model = self.env[field.comodel_name] if field is not None and field.relational else None
            if field is not None and field.type == "many2one":
                references[path] = field
        return references

    def get_label(self, path):
        """Return the label of a column, as the import screen writes it."""
        model, labels = self.model, []
        for name in path.split("/"):
            field = model._fields[name]
            labels.append(field._description_string(self.env))
            model = self.env[field.comodel_name] if field.relational else None
        return " / ".join(labels)

    def add_error(self, path, rows, reason, value=None):
        """Note an error once for all the rows that have it.

        :param str path: the column
        :param list rows: the numbers of the rows, from 0
        :param str reason: a sentence in the user's language
        :param str value: the cell, when it names something unknown
        """
        first = self.env.context.get("import_first_row", 1)
        vals = {"row": rows[0] + first, "more": len(rows) - 1, "column": self.get_label(path), "reason": reason}
        if len(rows) > 1:
            message = self.env._("Row %(row)s and %(more)s more, %(column)s: %(reason)s", **vals)
        else:
            message = self.env._("Row %(row)s, %(column)s: %(reason)s", **vals)
        error = {
            "type": "error",
            "message": message,
            "rows": {"from": rows[0], "to": rows[0]},
            "record": rows[0],
            "field": path,
            "field_path": path.split("/"),
            "field_name": vals["column"],
        }
        self.messages.append({**error, "value": value, "field_type": self.env._("name")} if value else error)

    def set_references(self, path, id_by_row):
        """Replace the names of a column by the records found."""
        index, comodel = self.columns[path], self.get_references()[path].comodel_name
        for number, record_id in id_by_row.items():
            self.data[number][index] = str(record_id)
            self.found.add((comodel, str(record_id)))
        self.fields[index] = f"{path}/.id"


class ServiceImportMixin(models.AbstractModel):
    """A model whose files are imported all or nothing, and whose names are looked up in one go.

    Odoo cuts a file into parts of 2,000 rows, each a transaction of its own, and searches for the
    name in each cell. Here the whole file is one transaction, each column takes a few queries, and
    a name that fits two records is an error that names its row, not a guess.
    """

    _name = "service.import.mixin"
    _description = "Import All or Nothing"

    _import_all_or_nothing = True

    @api.model
    def load(self, fields, data):
        sheet = ImportSheet(self, fields, data)
        self._resolve_import(sheet)
        if sheet.messages:
            return {"ids": False, "messages": sheet.messages, "nextrow": 0}
        model = self.with_context(service_import_found=sheet.found)
        return super(ServiceImportMixin, model).load(sheet.fields, sheet.data)

    @api.model
    def _resolve_import(self, sheet):
        """Hook: look up what the cells name, and check the file before anything is created.

        :param sheet: :class:`ImportSheet`; `set_references()` and `add_error()` take what is found
        """
        for path, field in sheet.get_references().items():
            self._resolve_import_column(sheet, path, field)

    @api.model
    def _resolve_import_column(self, sheet, path, field):
        """Hook: look up what the cells of one column name.

        :param sheet: :class:`ImportSheet`
        :param str path: the column
        :param field: the many2one field in which it ends
        """
        cells = sheet.get_cells(path)
        # What the user has ticked as "Create new values".
        may_create = (self.env.context.get("name_create_enabled_fields") or {}).get(path)
        ids_by_name = self._find_import_references(field.comodel_name, set(cells.values()), may_create)
        self._set_import_references(sheet, path, {row: (name, ids_by_name[name]) for row, name in cells.items()})

    @api.model
    def _set_import_references(self, sheet, path, candidates):
        """Take the only record that a cell names; note an error where there is none, or several.

        :param sheet: :class:`ImportSheet`
        :param str path: the column
        :param dict candidates: row to the name in the cell and the ids that it may mean
        """
        wrong = {}
        for row, (name, ids) in candidates.items():
            if len(ids) != 1:
                wrong.setdefault((name, len(ids)), []).append(row)
        for (name, count), rows in wrong.items():
            if count:
                reason = self.env._('%(count)s records are called "%(name)s".', count=count, name=name)
            else:
                reason = self.env._('nothing is called "%(name)s".', name=name)
            sheet.add_error(path, rows, reason, value=name)
        sheet.set_references(path, {row: ids[0] for row, (_name, ids) in candidates.items() if len(ids) == 1})

    @api.model
    def _find_import_references(self, model_name, names, may_create=False):
        """Find what names mean: a query per field for products and partners, else one per name.

        :param str model_name: the model that is named
        :param set names: texts
        :param bool may_create: whether to create what is not found from its name alone
        :return: dict of name to a list of ids
        """
        Model, found = self.env[model_name], {}
        for field_name in REFERENCE_FIELDS.get(model_name, ()):
            left = [name for name in names if name not in found]
            hits = {}
            for record in Model.search_fetch([(field_name, "in", left)], [field_name]) if left else ():
                hits.setdefault(record[field_name], []).append(record.id)
            found.update(hits)
        for name in names:
            if name not in found:
                found[name] = [record_id for record_id, _name in Model.name_search(name, operator="=", limit=2)]
            if not found[name] and may_create:
                found[name] = [Model.name_create(name)[0]]
        return found
