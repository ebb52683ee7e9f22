"""The regions of all pages in, how the text of the document is set out: what is larger, smaller or bolder than it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.formats.pdf.columns import Region
from ingest.formats.pdf.rows import Row
from ingest.formats.pdf.tables import Table

_LARGER, _SMALLER = 1.08, 0.94  # sizes of headings and of footnotes, as shares of that of the text
_SAME = 0.06  # of the size: what differs less is the same size
_MORE_LEADING = 0.25  # heights of the font beyond the usual from line to line, from which a paragraph begins

Style = tuple[float, bool]  # the size to half a point, and whether it is bold


@dataclass(frozen=True, slots=True)
class Typography:
    """The size of the letters of the text, its leading in heights of the font, and whether most of it is bold."""

    size: float
    leading: float
    bold: bool

    def is_larger(self, row: Row) -> bool:
        """Whether a row is set in letters larger than the text’s."""
        return row.size > _LARGER * self.size

    def is_smaller(self, row: Row) -> bool:
        """Whether a row is set in letters smaller than the text’s."""
        return row.size < _SMALLER * self.size

    def is_bolder(self, row: Row) -> bool:
        """Whether a row is bold in a text that is not."""
        return row.bold and not self.bold and row.size >= (1 - _SAME) * self.size

    def is_apart(self, above: Row, row: Row) -> bool:
        """Whether more than the usual leading is between two rows."""
        return row.base - above.base > (self.leading + _MORE_LEADING) * max(row.size, above.size)


def alike(one: Row, other: Row) -> bool:
    """Whether two rows are set in the same size."""
    return abs(one.size - other.size) <= _SAME * max(one.size, other.size)


def style_of(row: Row) -> Style:
    """Return the style by which the headings of one level are known."""
    return round(row.size * 2) / 2, row.bold


def typography(pages: Sequence[Sequence[Region | Table]]) -> Typography:
    """Measure the text: by the size of most letters, and the leading of most lines."""
    sizes: Counter[float] = Counter()
    leadings: Counter[float] = Counter()
    bold = 0
    for region in (region for page in pages for region in page if isinstance(region, Region)):
        for row in region.rows:
            letters = sum(len(word.text) for word in row.words)
            sizes[round(row.size * 2) / 2] += letters
            bold += letters * row.bold
        for above, row in zip(region.rows, region.rows[1:], strict=False):
            leading = (row.base - above.base) / row.size
            if alike(above, row) and 0.8 < leading < 2.5:
                leadings[round(leading, 1)] += 1
    size = max(sizes, key=lambda size: (sizes[size], -size), default=10.0)
    leading = max(leadings, key=lambda leading: (leadings[leading], -leading), default=1.2)
    return Typography(size, leading, bold > sizes.total() / 2)
