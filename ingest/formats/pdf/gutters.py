"""Rows in, the two columns that they stand in out, if they do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.formats.pdf.rows import Row
from ingest.formats.pdf.words import Word

_GUTTER = 0.8  # narrowest space between columns, in heights of the font: TeX leaves 1.0
_MOST_CANDIDATES = 10
_ENOUGH = 1.5  # times the narrowest gutter: a wider one is no better, so that the longer columns are taken
_ROWS = 3  # fewer lines beside each other are no columns, but where the document has columns elsewhere
_FLUSH = 0.6  # share of the lines of a right column that begin where others do
_FULL = 0.6  # mean length of the lines of a column, as a share of its width: a table’s cells are shorter
_CHARACTERS = 14  # fewest in the mean line of a column
_HEADER = 2.2  # heights of the font from a running header to the text
_GRID = 0.6  # share of the rows with both cells from which lines beside each other may be a table’s
_LONG = 30  # characters: no word that is not an address is as long
_TITLE = 1.15  # of the size of what follows: a title over columns is larger


@dataclass(frozen=True, slots=True)
class Split:
    """Rows `first` to `last`, excluded, stand in two columns, of which the right one begins at `edge`."""

    edge: float
    first: int
    last: int
    lines: int
    gap: float


def find_split(rows: Sequence[Row], known: Sequence[float]) -> Split | None:
    """The two columns that hold most lines, None where there are none."""
    gutter = _GUTTER * median(row.size for row in rows)
    found = [split for edge in _edges(rows, gutter, known) for split in _runs(rows, edge, gutter, known=is_near(edge, known))]
    return max(
        found, key=lambda split: (split.lines * min(split.gap, _ENOUGH * gutter), -split.edge, -split.first), default=None
    )


def is_near(edge: float, known: Sequence[float]) -> bool:
    """Whether `edge` is one of those known, within 2 points."""
    return any(abs(edge - other) < 2 for other in known)


def _edges(rows: Sequence[Row], gutter: float, known: Sequence[float]) -> list[float]:
    """Where a right column may begin: left edges after a wide gap that several rows share, or that are known."""
    near: Counter[int] = Counter()
    least: dict[int, float] = {}
    start = min(row.left for row in rows)
    for row in rows:
        reach = start
        for word in row.words:
            if word.left - reach >= gutter:
                key = round(word.left / 2)
                near[key] += 1
                least[key] = min(least.get(key, word.left), word.left)
            reach = max(reach, word.right)
    best = sorted(near, key=lambda key: (-near[key], key))[:_MOST_CANDIDATES]
    shared = [least[key] for key in best if near[key] + near[key - 1] + near[key + 1] >= _ROWS]
    return [*(edge for edge in shared if not is_near(edge, known)), *known]


def _runs(rows: Sequence[Row], edge: float, gutter: float, *, known: bool) -> Iterator[Split]:
    """The runs of rows that leave the strip before `edge` blank, where both sides are columns of text."""
    first = 0
    blank = [not any(_bars(word, edge, gutter) for word in row.words) for row in rows]
    blank = [free and not _spans(rows, number, edge, gutter / _GUTTER) for number, free in enumerate(blank)]
    for number, free in enumerate([*blank, False]):
        if free:
            continue
        found = _trimmed(rows, edge, first, number, known=known)
        if found:
            yield found
        first = number + 1


def _bars(word: Word, edge: float, gutter: float) -> bool:
    """Whether a word stands in the strip before `edge`; a long address may run out of its column."""
    return word.left < edge - 0.5 and word.right > edge - gutter and len(word.text) < _LONG


def _spans(rows: Sequence[Row], number: int, edge: float, size: float) -> bool:
    """Whether a short title stands over both columns: larger, nothing at its right, and both begin together under it."""
    title = rows[number]
    if not number or title.right >= edge or title.size < _TITLE * size:
        return False
    under = [row for row in rows[number + 1 : number + 6] if row.base - title.base < 4 * title.size]
    left = next((row for row in under if row.left < edge and abs(row.size - title.size) > 0.5), None)
    right = next((row for row in under if row.right >= edge), None)
    above = next((row for row in reversed(rows[max(number - 6, 0) : number]) if row.right >= edge), None)
    if left is None or right is None or abs(left.base - right.base) > title.size:
        return False
    return above is None or (title.base - above.base > 1.2 * title.size and right.base - above.base > 2.6 * title.size)


def _trimmed(rows: Sequence[Row], edge: float, first: int, last: int, *, known: bool) -> Split | None:
    """Leave out what belongs to the rows above and below the columns.

    Above: the end of a title, and what stands at the right alone. Below: what stands at the left alone, after a larger gap.
    """
    while first < last and (
        (not known and _stands_apart(rows, first, edge)) or (first and _ends_title(rows[first - 1], rows[first], edge))
    ):
        first += 1
    if not first and last > 2 and rows[1].base - rows[0].base > _HEADER * median(row.size for row in rows):
        first = 1  # a running header in two pieces
    right_rows = [number for number in range(first, last) if rows[number].right >= edge]
    if len(right_rows) < (1 if known else _ROWS):
        return None
    last = _foot(rows, right_rows[-1] + 1, last, [row for row in rows[first:last] if row.left < edge - 0.5])
    left = [_cut(row, edge, left=True) for row in rows[first:last]]
    right = [_cut(row, edge, left=False) for row in rows[first:last]]
    one, other = ([row for row in side if row] for side in (left, right))
    if not one or not other or any(map(_cuts_item, left, right)):
        return None
    if not known and not (_is_column(one) and _is_column(other) and _is_flush(other) and not _is_grid(left, right)):
        return None
    gap = min(row.left for row in other) - max(row.right for row in one)
    return Split(edge - 0.5, first, last, min(len(one), len(other)), gap)


def _foot(rows: Sequence[Row], start: int, last: int, left: Sequence[Row]) -> int:
    """Where the columns end, when from row `start` on only the left one has rows: before the largest gap, if more comes below.

    A short title over what comes below is nearer to it than to the column.
    """
    if last == len(rows) or start == last:
        return last
    heights = [max((row.base for row in left if row.base < rows[start].base), default=rows[start].base)]
    heights += [row.base for row in rows[start : last + 1]]
    gaps = [after - before for before, after in pairwise(heights)]
    return start + max(range(len(gaps)), key=lambda number: (gaps[number], number))


def _cuts_item(left: Row | None, right: Row | None) -> bool:
    """Whether a bullet would be parted from its words."""
    if left is None or right is None or len(left.words[-1].text) > 1 or left.words[-1].text.isalnum():
        return False
    return (
        right.left - left.right
        < 1.5 * right.size
        < left.words[-1].left - (left.words[-2].right if len(left.words) > 1 else -1e9)
    )


def _stands_apart(rows: Sequence[Row], number: int, edge: float) -> bool:
    """Whether a row has nothing at its left and no line of a column soon under it."""
    row = rows[number]
    under = next((below for below in rows[number + 1 : number + 6] if below.right >= edge), None)
    return row.left >= edge - 0.5 and (under is None or under.base - row.base > 1.8 * row.size)


def _ends_title(above: Row, row: Row, edge: float) -> bool:
    goes_on = abs(above.size - row.size) < 0.1 and above.bold == row.bold and row.base - above.base < 1.6 * row.size
    return goes_on and row.right < edge and above.right > edge and (row.bold or row.left > above.left)


def _cut(row: Row, edge: float, *, left: bool) -> Row | None:
    words = tuple(word for word in row.words if (word.left < edge - 0.5) == left)
    return Row.of(words) if words else None


def _is_column(side: Sequence[Row]) -> bool:
    if len(side) < _ROWS:
        return False
    start, end = min(row.left for row in side), max(row.right for row in side)
    full = sum((row.right - start) / (end - start) for row in side) / len(side) if end > start else 0
    return full >= _FULL and sum(len(row.text) for row in side) / len(side) >= _CHARACTERS


def _is_flush(side: Sequence[Row]) -> bool:
    """Whether most lines begin where others do; where wide spaces happen to stand under each other, few do."""
    lefts = Counter(round(row.left) for row in side)
    return sum(1 for row in side if sum(lefts[round(row.left) + n] for n in (-1, 0, 1)) >= _ROWS) >= _FLUSH * len(side)


def _is_grid(left: Sequence[Row | None], right: Sequence[Row | None]) -> bool:
    """Whether rows in two columns are those of a table: they begin together after each larger gap, or none goes on below."""
    pairs = list(zip(left, right, strict=True))
    bases = [row.base for one, other in pairs if (row := one or other)]
    gaps = [after - before for before, after in pairwise(bases)]
    both = [bool(one and other) for one, other in pairs]
    starts = [number for number, gap in enumerate(gaps, 1) if gap > 1.25 * min(gaps)]
    if len(starts) > 1 and all(both[number] for number in (0, *starts)) and not all(both):
        return True
    cells = [row for pair in pairs for row in pair if row]
    going_on = sum(row.text[0].islower() for row in cells)
    return sum(both) >= _GRID * len(both) and going_on < (1 - _GRID) * len(cells) / 2
