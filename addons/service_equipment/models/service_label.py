# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from lxml import etree, html
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import frozendict, ormcache

from ..engine.own_words import OwnWords

# The parts of a screen that people read.
TEXT_ATTRIBUTES = ("string", "help", "placeholder", "title", "confirm", "alt", "aria-label", "sum")
SUITE = "service."


class ServiceLabel(models.Model):
    """The company's own word for a field, or for a word of the screens such as the name of a document.

    Nothing of Odoo is written: the words are laid over the texts where they are read, so that an update keeps them and
    deleting a row brings the original back (docs/decisions/0008-own-words.md). Each row is for one language.
    """

    _name = "service.label"
    _description = "Own Label"
    _order = "lang, source, id"

    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang or self.env.user.lang,
    )
    field_id = fields.Many2one(
        comodel_name="ir.model.fields",
        index="btree_not_null",
        ondelete="cascade",
        domain=lambda self: self._get_field_domain(),
        help="Empty for a word that is replaced wherever it stands, such as the name of a document.",
    )
    model_id = fields.Many2one(related="field_id.model_id", string="Document", store=True, index=True)
    source = fields.Char(
        string="On the Screens",
        compute="_compute_source",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="A word exactly as it stands on the screens, such as Contract; its plural is a row of its own.",
    )
    name = fields.Char(string="Our Word", required=True)

    _field_uniq = models.UniqueIndex(
        "(lang, field_id) WHERE field_id IS NOT NULL",
        "This field has a word of yours in this language already.",
    )
    _source_uniq = models.UniqueIndex(
        "(lang, source) WHERE field_id IS NULL",
        "This word is replaced in this language already.",
    )

    @api.depends("field_id", "lang")
    def _compute_source(self):
        for label in self:
            field = label.field_id
            if field:
                # The original, which get_field_string would lay the own word over.
                info = self.env["ir.model.fields"].with_context(lang=label.lang)._get_fields_cached(field.model)
                label.source = info[field.name]["field_description"] or field.name
            else:
                label.source = label.source or False

    @api.constrains("field_id")
    def _check_field_id(self):
        foreign = self.field_id - self.field_id.filtered_domain(self._get_field_domain())
        if foreign:
            raise ValidationError(
                self.env._("%(field)s is not a field of the service suite.", field=foreign[0].display_name)
            )

    @api.constrains("source", "name")
    def _check_words(self):
        for label in self:
            if len((label.source or "").strip()) < 2 or not (label.name or "").strip():
                raise ValidationError(self.env._("A word has at least two letters, and one of yours in its place."))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        labels = super().create(vals_list)
        self._forget_texts()
        return labels

    def write(self, vals):
        res = super().write(vals)
        self._forget_texts()
        return res

    def unlink(self):
        res = super().unlink()
        self._forget_texts()
        return res

    def _forget_texts(self):
        """Drop the texts that were prepared with other words: here and in the other workers."""
        self.env.flush_all()
        self.env.registry.clear_all_caches()

    # ------------------------------------------------------------------
    # What is read with own words
    # ------------------------------------------------------------------

    @api.model
    def _get_field_domain(self):
        """Return the domain of the fields that may have own words: those of the suite."""
        inherited = Domain("model", "in", ("res.partner", "product.template", "product.product")) & Domain(
            "name", "ilike", "service"
        )
        return Domain("model", "=like", f"{SUITE}%") | inherited

    @api.model
    def _has_own_words(self, model_name):
        """Return whether the screens of a model are shown in own words: the suite's, but for the list of the words."""
        return (model_name or "").startswith(SUITE) and model_name != self._name

    @api.model
    def _get_words(self):
        """Return the :class:`OwnWords` of the user's language, or None without any."""
        # Before an update has made the table, nothing can be asked.
        return self._read_words(self.env.lang)[1] if self.pool.ready and self.env.lang else None

    @api.model
    def _get_field_labels(self, model_name):
        """Return the own words of a model's fields in the user's language, as {field name: word}."""
        return self._read_words(self.env.lang)[0].get(model_name, {}) if self.pool.ready and self.env.lang else {}

    @api.model
    @ormcache("lang")
    def _read_words(self, lang):
        # Everybody reads the company's words; only administrators see and change the list.
        labels = self.sudo().search([("lang", "=", lang)])
        by_field = labels.filtered("field_id")
        by_model = {
            model.model: frozendict({label.field_id.name: label.name for label in rows})
            for model, rows in by_field.grouped("model_id").items()
        }
        words = {label.source: label.name for label in labels - by_field}
        return frozendict(by_model), OwnWords(words) if words else None

    @api.model
    def _overlay_strings(self, model_name, strings):
        """Return the labels of a model's fields with own words in place.

        :param str model_name: name of the model
        :param dict strings: {field name: label}
        """
        words = self._get_words()
        if words and model_name.startswith(SUITE):
            strings = {**strings, **self._replace_strings(model_name, self.env.lang)}
        labels = self._get_field_labels(model_name)
        return {**strings, **labels} if labels else strings

    @api.model
    @ormcache("model_name", "lang")
    def _replace_strings(self, model_name, lang):
        words = self._get_words()
        texts = self.env["ir.model.fields"]._get_fields_cached(model_name)
        return frozendict({name: words.replace(info["field_description"]) for name, info in texts.items()})

    @api.model
    def _overlay_tree(self, node):
        """Put own words into the texts of a screen or page, in place.

        :param node: etree element
        """
        words = self._get_words()
        if not words:
            return
        for element in node.iter(tag=etree.Element):
            if element.tag == "attribute":  # of an extension: what it says is a text, or code
                if element.get("name") in TEXT_ATTRIBUTES:
                    element.text = words.replace(element.text)
                continue
            # Where an extension belongs is found by the attributes as they are.
            for name in TEXT_ATTRIBUTES if not element.get("position") else ():
                if element.get(name):
                    element.set(name, words.replace(element.get(name)))
            element.text = words.replace(element.text)
            if element is not node:
                element.tail = words.replace(element.tail)

    @api.model
    def _overlay_sentences(self, sentences):
        """Return sentences of the program with own words, before values are put in: a value is no word.

        :param dict sentences: {key: text, in which %(name)s stands for a value}
        """
        words = self._get_words()
        return {key: words.replace_inline(text) for key, text in sentences.items()} if words else sentences

    @api.model
    def _overlay_html(self, source):
        """Return a template of an e-mail with own words in its texts.

        :param source: HTML with QWeb attributes
        """
        root = html.fragment_fromstring(source, create_parent="div")
        self._overlay_tree(root)
        return Markup(html.tostring(root, encoding="unicode")[len("<div>") : -len("</div>")])
