# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where labels lie on their sheets."""

import textwrap
from typing import NamedTuple


class Layout(NamedTuple):
    """A sheet of labels, in millimetres: page, size of a label, place of the first, pitch, height of letters."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float
    font: float

    @property
    def per_page(self):
        """The number of labels on a page."""
        return self.columns * self.rows

    @property
    def margin(self):
        """The free edge of a label."""
        return 2.0 if self.height < 30 else 3.0

    @property
    def qr(self):
        """The side of the QR code: as high as the label, but no more than is easily read and leaves room for text."""
        return round(min(self.height - 2 * self.margin, 25.0, 0.42 * self.width), 2)

    @property
    def text_left(self):
        """Where the text begins."""
        return 2 * self.margin + self.qr

    @property
    def text_width(self):
        """The width of the text."""
        return self.width - self.text_left - self.margin

    @property
    def line_length(self):
        """The characters that surely stand on one line: capitals are about 0.7 of the letters' height wide."""
        return int(self.text_width / (0.62 * self.font))


# Usual sheets of A4 (14, 24 and 40 labels) and a roll of single labels.
LAYOUTS = {
    "2x7": Layout(210, 297, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1, 3.2),
    "3x8": Layout(210, 297, 3, 8, 63.5, 33.9, 7.25, 12.9, 66.0, 33.9, 2.6),
    "4x10": Layout(210, 297, 4, 10, 45.7, 25.4, 9.7, 21.5, 48.3, 25.4, 1.9),
    "roll": Layout(62, 29, 1, 1, 62, 29, 0, 0, 62, 29, 2.6),
}


def place_labels(layout, count, start=1):
    """Return the places of some labels, row by row, page by page.

    :param Layout layout: the sheet
    :param int count: how many labels
    :param int start: the first free place of the first sheet, from 1
    :return: list of (page from 0, millimetres from the left, millimetres from the top)

    >>> place_labels(LAYOUTS["2x7"], 3, start=14)
    [(0, 106.25, 243.75), (1, 4.65, 15.15), (1, 106.25, 15.15)]
    >>> place_labels(LAYOUTS["roll"], 2)
    [(0, 0, 0), (1, 0, 0)]
    """
    places = []
    for number in range(start - 1, start - 1 + count):
        page, slot = divmod(number, layout.per_page)
        row, column = divmod(slot, layout.columns)
        left = layout.left + column * layout.pitch_x
        top = layout.top + row * layout.pitch_y
        places.append((page, round(left, 2), round(top, 2)))
    return places


def count_pages(layout, count, start=1):
    """Return the number of sheets that some labels take.

    >>> count_pages(LAYOUTS["3x8"], 24), count_pages(LAYOUTS["3x8"], 24, start=2), count_pages(LAYOUTS["3x8"], 0)
    (1, 2, 0)
    """
    return -(-(start - 1 + count) // layout.per_page) if count else 0


def wrap_lines(layout, texts):
    """Break texts that are too long for a label into two lines each, as many lines as it holds.

    >>> wrap_lines(LAYOUTS["4x10"], ["Centrifugal Pump CP-200", "EQ000001"])
    [(0, 'Centrifugal Pump'), (0, 'CP-200'), (1, 'EQ000001')]
    """
    lines = [
        (number, line) for number, text in enumerate(texts) for line in textwrap.wrap(text, layout.line_length)[:2]
    ]
    return lines[: int((layout.height - 2 * layout.margin) / (1.25 * layout.font))]
