# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""QR codes as drawings: sharp in any size, and made without an image library."""

from reportlab.graphics.barcode.qr import QrCodeWidget


def qr_modules(text):
    """Return the dark and light fields of the QR code of a text, with medium error correction.

    :param str text: what a scanner shall read
    :return: list of rows, each a list of bool

    >>> rows = qr_modules("https://service.example/service/unit/0123456789abcdef")
    >>> len(rows), len(rows[0]), rows[0][:8]
    (33, 33, [True, True, True, True, True, True, True, False])
    """
    code = QrCodeWidget(text, barLevel="M").qr
    code.make()
    return [[bool(field) for field in row] for row in code.modules]


def qr_path(rows):
    """Return the dark fields of a QR code as the path of an SVG drawing whose unit is a field.

    >>> qr_path([[True, False], [False, True]])
    'M0 0h1v1h-1zM1 1h1v1h-1z'
    """
    return "".join(
        f"M{column} {row}h1v1h-1z" for row, fields in enumerate(rows) for column, dark in enumerate(fields) if dark
    )


def qr_svg(text):
    """Return the QR code of a text as an SVG document, dark on light, without a margin.

    >>> qr_svg("A")[:94]
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21" shape-rendering="crispEdges"><path'
    """
    rows = qr_modules(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}" shape-rendering="crispEdges">'
        f'<path d="{qr_path(rows)}"/></svg>'
    )
