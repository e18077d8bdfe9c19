# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files that come with a form."""

from odoo.exceptions import UserError
from odoo.http import request

MAX_FILES = 10
MAX_FILE_SIZE = 25 * 1024 * 1024
MAX_SIZE = 60 * 1024 * 1024
# What somebody could start by opening it.
REFUSED = (
    ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".htm", ".html", ".jar", ".js", ".jse", ".lnk", ".msi",
    ".ps1", ".scr", ".svg", ".vbe", ".vbs", ".wsf", ".xhtml",
)


def read_files(max_files=MAX_FILES, max_file_size=MAX_FILE_SIZE, max_size=MAX_SIZE):
    """Return the files of the form that is being sent.

    :param int max_files: how many it may have
    :param int max_file_size: of one, in bytes
    :param int max_size: of all, in bytes
    :return: list of (name, bytes)
    :raise UserError: for too many, too big or dangerous ones, with one sentence
    """
    env = request.env
    files = [file for file in request.httprequest.files.getlist("attachments") if file.filename]
    if len(files) > max_files:
        raise UserError(env._("Send at most %(count)s files at once.", count=max_files))
    contents, size = [], 0
    for file in files:
        if file.filename.lower().strip().endswith(REFUSED):
            raise UserError(env._("Files like %(file)s are not taken: send pictures or documents.", file=file.filename))
        # A form that is tried again has been read before.
        file.seek(0)
        content = file.read(max_file_size + 1)
        size += len(content)
        if len(content) > max_file_size:
            raise UserError(
                env._("%(file)s is larger than %(size)s MB.", file=file.filename, size=max_file_size // 1024 // 1024)
            )
        if size > max_size:
            raise UserError(env._("These files are larger than %(size)s MB in all.", size=max_size // 1024 // 1024))
        contents.append((file.filename, content))
    return contents


def to_id(value):
    """Return an id that a browser sent as a number, or None for anything else."""
    return int(value) if str(value or "").isdecimal() and len(str(value)) < 10 else None
