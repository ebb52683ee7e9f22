"""The words of a page in, its regions in reading order out: columns, what stands beside them, tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from statistics import median

from ingest.formats.pdf.gutters import find_split, is_near
from ingest.formats.pdf.page import Box, PageWords
from ingest.formats.pdf.rows import Row, rows_of
from ingest.formats.pdf.tables import Table, loose_tables, ruled_tables
from ingest.formats.pdf.words import Word

_CERTAIN = 8  # lines beside each other after which the place of a column is known
_ASIDE = 0.6  # what is narrower than this share of the text beside it interrupts it
_DEEPEST = 12  # columns within columns
_MOST_FRAMES = 40  # on a page: one that has more is a drawing
_PLACE = "\ue000"  # opens the word that stands for a table while columns are looked for; no word of a page has it


@dataclass(frozen=True, slots=True)
class Region:
    """Rows that are read one after the other. An `aside` stands beside the text, which goes on after it."""

    rows: tuple[Row, ...]
    aside: bool = False

    @property
    def left(self) -> float:
        """The left edge of its rows."""
        return min(row.left for row in self.rows)

    @property
    def right(self) -> float:
        """The right edge of its rows."""
        return max(row.right for row in self.rows)


@dataclass(slots=True)
class Columns:
    """The reading order of one page after the other, with the places of the columns that were found so far."""

    known: list[float] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def regions(self, page: PageWords) -> list[Region | Table]:
        """Return what a page holds, in reading order; what runs in another direction comes last."""
        self.tables, words = ruled_tables(page.words, page.boxes)
        words += [_placed(table, number) for number, table in enumerate(self.tables)]
        framed, words = _framed(words, page)
        found = list(self._ordered(words, _DEEPEST))
        for words in framed:
            aside = [Region(region.rows, aside=True) for region in self._ordered(words, _DEEPEST)]
            found = _inserted(found, aside)
        if page.turned:
            found.append(Region(tuple(rows_of(page.turned)), aside=True))
        return found

    def _ordered(self, words: Sequence[Word], depth: int) -> Iterator[Region | Table]:
        rows = rows_of(words)
        if not rows:
            return
        split = find_split(rows, self.known) if depth else None
        if split is None:
            yield from self._with_tables(rows)
            return
        if split.lines >= _CERTAIN and not is_near(split.edge, self.known):
            self.known.append(split.edge)
        inside = [word for row in rows[split.first : split.last] for word in row.words]
        left = [word for word in inside if word.left < split.edge]
        right = [word for word in inside if word.left >= split.edge]
        yield from self._ordered([word for row in rows[: split.first] for word in row.words], depth - 1)
        alone = (split.first == 0 and split.last == len(rows)) or is_near(split.edge, self.known)
        sides = self._ordered(left, depth - 1), self._ordered(right, depth - 1)
        one, other = (max(word.right for word in side) - min(word.left for word in side) for side in (left, right))
        if alone or min(one, other) >= _ASIDE * max(one, other):
            yield from chain(*sides)
        elif other < one:
            yield from chain(sides[0], _put_aside(sides[1]))
        else:
            yield from chain(sides[1], _put_aside(sides[0]))
        yield from self._ordered([word for row in rows[split.last :] for word in row.words], depth - 1)

    def _with_tables(self, rows: Sequence[Row]) -> Iterator[Region | Table]:
        """The rows of one column, in regions between the tables."""
        first = 0
        for number, row in enumerate(rows):
            places = [word for word in row.words if word.text.startswith(_PLACE)]
            if places:
                yield from _with_loose_tables(rows[first:number])
                rest = [word for word in row.words if word not in places]
                yield from _with_loose_tables([Row.of(rest)] if rest else [])
                yield from (self.tables[int(word.text[1:])] for word in places)
                first = number + 1
        yield from _with_loose_tables(rows[first:])


def _placed(table: Table, number: int) -> Word:
    row = table.rows[0]
    return Word(f"{_PLACE}{number}", table.left, table.right, row.base, row.size)


def _put_aside(found: Iterable[Region | Table]) -> Iterator[Region | Table]:
    return (replace(region, aside=True) if isinstance(region, Region) else region for region in found)


def _with_loose_tables(rows: Sequence[Row]) -> Iterator[Region | Table]:
    done = 0
    for first, last, table in loose_tables(rows):
        if first > done:
            yield Region(tuple(rows[done:first]))
        yield table
        done = last
    if done < len(rows):
        yield Region(tuple(rows[done:]))


def _framed(words: Sequence[Word], page: PageWords) -> tuple[list[list[Word]], list[Word]]:
    """The words of each frame that stands in the way of the lines of the text, and the words that are in none."""
    rest = list(words)
    framed: list[list[Word]] = []
    for box in _frames(page):
        inside = [word for word in rest if _within(word, box)]
        if len(inside) < 2 or len(rows_of(inside)) < 2:
            continue
        outside = [word for word in rest if not _within(word, box)]
        if _intrudes(box, outside):
            framed.append(inside)
            rest = outside
    return framed, rest


def _frames(page: PageWords) -> list[Box]:
    """The boxes that text may stand in beside other text, the largest first."""
    wide = (box for box in set(page.boxes) if 40 < box.right - box.left < 0.6 * page.width and box.bottom - box.top > 20)
    largest = sorted(wide, key=lambda box: ((box.right - box.left) * (box.top - box.bottom), box.top, box.left))
    return largest[:_MOST_FRAMES]


def _within(word: Word, box: Box) -> bool:
    return box.left <= word.left and word.right <= box.right and box.top <= word.base <= box.bottom


def _intrudes(box: Box, outside: Sequence[Word]) -> bool:
    """Whether text stands beside a box and goes on above or below it, past its edge: the box is in no column of its own."""
    beside = [word for word in outside if box.top < word.base < box.bottom]
    if not beside:
        return False
    edge = box.left if sum(word.right <= box.left for word in beside) > len(beside) / 2 else box.right
    size = median(word.size for word in beside)
    pieces = [piece for row in rows_of(outside) for piece in row.cells() if piece.left < box.right and piece.right > box.left]
    above = max((piece for piece in pieces if piece.base <= box.top), key=lambda piece: piece.base, default=None)
    below = min((piece for piece in pieces if piece.base >= box.bottom), key=lambda piece: piece.base, default=None)
    return any(
        piece and piece.left < edge - 5 and edge + 5 < piece.right and piece.size < 1.08 * size for piece in (above, below)
    )


def _inserted(flow: Sequence[Region | Table], asides: Sequence[Region]) -> list[Region | Table]:
    """Put asides after the first region that ends below their top: they come once the paragraph beside them ends."""
    top = asides[0].rows[0].base
    place = next((number for number, region in enumerate(flow, 1) if region.rows[-1].base > top), len(flow))
    return [*flow[:place], *asides, *flow[place:]]
