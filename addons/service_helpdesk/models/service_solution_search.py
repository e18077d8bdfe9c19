# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
import unicodedata

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext
from odoo.tools.sql import column_exists

from ..engine.solution_rank import Candidate, rank

# PostgreSQL's dictionaries by language; other languages are searched word by word.
DICTIONARY_BY_LANG = {
    "en": "english",
    "it": "italian",
    "ro": "romanian",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "pt": "portuguese",
    "nl": "dutch",
    "da": "danish",
    "sv": "swedish",
    "nb": "norwegian",
    "fi": "finnish",
    "hu": "hungarian",
    "ru": "russian",
    "tr": "turkish",
    "el": "greek",
}
WORD = re.compile(r"\w+")
MAX_WORDS = 40
# So many are looked at closely; the rest stands below them anyway.
CANDIDATES = 50
WEIGHT_BY_FIELD = {"title": "A", "keywords": "A", "symptom": "B", "cause": "C", "remedy": "D"}
INDEXED_FIELDS = {*WEIGHT_BY_FIELD, "lang"}


class ServiceSolution(models.Model):
    """Finding solutions by their words: PostgreSQL's full text, in the language of each solution."""

    _inherit = "service.solution"

    search_text = fields.Char(
        string="Words",
        compute="_compute_search_text",
        search="_search_search_text",
        help="Finds words in all their forms, in all texts of a solution.",
    )

    def _compute_search_text(self):
        self.search_text = False

    def _search_search_text(self, operator, value):
        if operator != "ilike":
            return NotImplemented
        matching = self.with_context(active_test=False)._get_matching_query(value, Domain.TRUE)
        return Domain("id", "in", matching) if matching else Domain("title", "ilike", value)

    def init(self):
        # A column of PostgreSQL's own type, which no field of Odoo has: written by `_index_text`, read by `_suggest`.
        if not column_exists(self.env.cr, self._table, "text_index"):
            self.env.cr.execute(SQL("ALTER TABLE %s ADD COLUMN text_index tsvector", SQL.identifier(self._table)))
            self.with_context(active_test=False).search([])._index_text()  # pylint: disable=no-search-all
        self.env.cr.execute(
            SQL(
                "CREATE INDEX IF NOT EXISTS service_solution_text_idx ON %s USING gin (text_index)",
                SQL.identifier(self._table),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        solutions = super().create(vals_list)
        solutions._index_text()
        return solutions

    def write(self, vals):
        result = super().write(vals)
        if INDEXED_FIELDS & vals.keys():
            self._index_text()
        return result

    def _index_text(self):
        """Write the words of these solutions into the index of the database: one query for all of them."""
        if not self:
            return
        texts = SQL(", ").join(
            SQL(
                "(%s, %s::regconfig, %s)",
                solution.id,
                self._get_dictionary(solution.lang),
                SQL(", ").join(
                    SQL("%s", " ".join(self._get_words(self._to_text(solution[name])))) for name in WEIGHT_BY_FIELD
                ),
            )
            for solution in self
        )
        vector = SQL(" || ").join(
            SQL("setweight(to_tsvector(words.dictionary, words.%s), %s)", SQL.identifier(name), weight)
            for name, weight in WEIGHT_BY_FIELD.items()
        )
        self.env.cr.execute(
            SQL(
                """UPDATE %(table)s SET text_index = %(vector)s
                     FROM (VALUES %(texts)s) AS words (id, dictionary, %(names)s)
                    WHERE %(table)s.id = words.id""",
                table=SQL.identifier(self._table),
                vector=vector,
                texts=texts,
                names=SQL(", ").join(map(SQL.identifier, WEIGHT_BY_FIELD)),
            )
        )

    @api.model
    def _get_dictionary(self, lang):
        return DICTIONARY_BY_LANG.get((lang or "").split("_")[0], "simple")

    @api.model
    def _to_text(self, content):
        return html2plaintext(content or "", include_references=False).strip()

    @api.model
    def _get_words(self, text):
        """Return the words of a text in lower case and without accents: people type both ways."""
        decomposed = unicodedata.normalize("NFKD", text or "")
        return WORD.findall("".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower())

    # ------------------------------------------------------------
    # Suggestions
    # ------------------------------------------------------------

    @api.model
    def _suggest(self, trouble, limit=5, domain=None):
        """Find the solutions that are most likely to help (``engine/solution_rank.py``).

        Those for other products or versions are left out.

        :param Trouble trouble: what they shall help with
        :param int limit: how many at most
        :param domain: which solutions may be offered; by default the published ones
        :return: list of (`service.solution`, Candidate), the best first
        """
        text, product, version, faults = trouble
        scope = Domain(domain or [("state", "=", "published")]) & self._get_scope_domain(product, version)
        words_by_id = self._match_words(text, scope)
        solutions = self.browse(words_by_id)
        if faults:
            solutions |= self.search(scope & Domain("fault_ids", "in", faults.ids), limit=CANDIDATES)
        if product:
            same = Domain("product_tmpl_ids", "in", product.product_tmpl_id.ids)
            solutions |= self.search(scope & same, limit=CANDIDATES)
        uses = solutions._count_uses()
        candidates = [
            Candidate(
                key=solution.id,
                words=words_by_id.get(solution.id, 0.0),
                match=solution._get_match(product),
                faults=len(solution.fault_ids & faults),
                helped=uses[solution.id][1],
                failed=uses[solution.id][2],
            )
            for solution in solutions
        ]
        return [(self.browse(candidate.key), candidate) for candidate in rank(candidates)[:limit]]

    @api.model
    def _get_scope_domain(self, product, version):
        """Return the domain of the solutions that are not for another product or version."""
        domain = Domain.TRUE
        if product:
            domain &= (
                Domain("product_tmpl_ids", "in", product.product_tmpl_id.ids)
                | Domain("categ_ids", "parent_of", product.categ_id.ids)
                | (Domain("product_tmpl_ids", "=", False) & Domain("categ_ids", "=", False))
            )
        if version:
            domain &= Domain("version_from_key", "=", False) | Domain("version_from_key", "<=", version)
            domain &= Domain("version_to_key", "=", False) | Domain("version_to_key", ">=", version)
        return domain

    def _get_match(self, product):
        """Return how near this solution is to a product: ``product``, ``category`` or ``general``."""
        self.ensure_one()
        if product and product.product_tmpl_id in self.product_tmpl_ids:
            return "product"
        return "category" if product and self.categ_ids else "general"

    @api.model
    def _match_words(self, text, domain):
        """Match words against the full-text index.

        :return: dict {id: how well it matches, 0 to 1}, the best ones only
        """
        query = self._get_matching_query(text, domain)
        if not query:
            return {}
        table = SQL.identifier(query.table)
        question = self._get_question(text)
        value = SQL(
            "CASE %s END",
            SQL(" ").join(
                SQL(
                    "WHEN %(table)s.lang IN %(langs)s"
                    " THEN ts_rank(%(table)s.text_index, to_tsquery(%(dictionary)s, %(question)s), 32)",
                    table=table,
                    langs=langs,
                    dictionary=name,
                    question=question,
                )
                for name, langs in self._get_langs_by_dictionary().items()
            ),
        )
        query.order = SQL("%s DESC, %s.id", value, table)
        query.limit = CANDIDATES
        return dict(self.env.execute_query(query.select(SQL("%s.id", table), value)))

    @api.model
    def _get_matching_query(self, text, domain):
        """Return the query of the solutions that have any of the words, or None when there are none to look for."""
        question = self._get_question(text)
        if not question:
            return None
        query = self._search(domain)
        table = SQL.identifier(query.table)
        matches = SQL(" OR ").join(
            SQL("(%s.lang IN %s AND %s.text_index @@ to_tsquery(%s, %s))", table, langs, table, name, question)
            for name, langs in self._get_langs_by_dictionary().items()
        )
        query.add_where(SQL("(%s)", matches))
        return query

    @api.model
    def _get_question(self, text):
        """Return a text as PostgreSQL asks for it: any of its words, the last one also as a beginning."""
        words = list(dict.fromkeys(word for word in self._get_words(text) if len(word) > 1))[-MAX_WORDS:]
        if not words:
            return ""
        return " | ".join([*words[:-1], f"{words[-1]}:*"])

    @api.model
    def _get_langs_by_dictionary(self):
        """Return the languages in which solutions may be written, by dictionary."""
        langs_by_dictionary = {}
        for code, _name in self.env["res.lang"].get_installed():
            langs_by_dictionary.setdefault(self._get_dictionary(code), []).append(code)
        return {dictionary: tuple(codes) for dictionary, codes in langs_by_dictionary.items()}
