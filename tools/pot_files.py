# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write or compare the translation files of a database's modules. Runs in the environment, for Odoo and polib.

Reads from standard input a JSON object with the database, Odoo's configuration file, `check` and `folders`
(module: directory), as :mod:`tools.pot` writes it. Ends with 1 when `check` found a file that is not current.
"""

import io
import json
import sys
from pathlib import Path

import polib

# They would change with each export and tell nothing that git does not.
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main():
    """Do what standard input asks for."""
    work = json.load(sys.stdin)
    stale = []
    for path, text in wanted_files(work):
        if not text or (path.is_file() and path.read_text(encoding="utf-8") == text):
            continue
        stale.append(path)
        if not work["check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'not current' if work['check'] else 'written'}: {path.relative_to(Path.cwd())}", flush=True)
    return 1 if stale and work["check"] else 0


def wanted_files(work):
    """Yield each translation file with the content that it should have, the template of a module first."""
    templates = export(work["configuration"], work["database"], list(work["folders"]))
    for module, folder in work["folders"].items():
        template = templates[module]
        yield Path(folder) / f"{module}.pot", text_of(template) if len(template) else ""
        for path in sorted(Path(folder).glob("*.po")):
            yield path, text_of(merged(polib.pofile(str(path), encoding="utf-8"), template))


def export(configuration, database, modules):
    """Return a polib file for each module, empty for one without terms."""
    import odoo  # noqa: PLC0415  (merging needs no Odoo)
    from odoo.modules.registry import Registry  # noqa: PLC0415
    from odoo.tools.translate import trans_export  # noqa: PLC0415

    arguments = ["--config", configuration, "--database", database, "--log-level=warn", "--no-http"]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    templates = {}
    with Registry(database).cursor(readonly=True) as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        for module in modules:
            buffer = io.BytesIO()
            trans_export(None, [module], buffer, "po", env)
            templates[module] = without_dates(polib.pofile(buffer.getvalue().decode()))
    return templates


def merged(translation, template):
    """Return a translation with the terms of the template, in its order: new ones empty, vanished ones dropped."""
    translation.merge(template)
    known = {(entry.msgid, entry.msgctxt): entry for entry in translation if not entry.obsolete}
    translation[:] = [known[entry.msgid, entry.msgctxt] for entry in template]
    return without_dates(translation)


def text_of(file):
    """Return a file's text with one line end at its end."""
    return str(file).rstrip("\n") + "\n"


def without_dates(file):
    """Take the dates out of a file's header and return it."""
    for name in DATES:
        file.metadata.pop(name, None)
    return file


if __name__ == "__main__":
    sys.exit(main())
