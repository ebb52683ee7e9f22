"""The words of all pages in, the same without running headers, footers and page numbers out."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.formats.pdf.page import PageWords
from ingest.formats.pdf.rows import Row, rows_of
from ingest.formats.pdf.words import Word

_BAND = 0.16  # of the height of the page, at the top and at the bottom
_DEEPEST = 4  # rows from the edge: no running header has more
_FEWEST = 3  # pages: what two have in common may be chance
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_APART = 2.0  # heights of the font between the pieces of a header
_HEIGHT = 6.0  # points: what stands no further apart, from the edge, stands at the same height

_Mark = tuple[bool, int, str]  # at the top or not, the height, the words


@dataclass(frozen=True, slots=True)
class _Edge:
    """A row near the top or the bottom of a page, and the marks by which the same row of another page is known."""

    words: tuple[Word, ...]
    marks: tuple[_Mark, ...]

    @property
    def height(self) -> tuple[bool, int]:
        """Where it stands."""
        return self.marks[0][:2]


def without_margins(pages: Sequence[PageWords]) -> list[PageWords]:
    """Drop what stands near the edge of three pages or more, numbers aside, with only the like between it and the edge."""
    if len(pages) < _FEWEST:
        return list(pages)
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    seen = Counter(mark for sides in edges for mark in {mark for side in sides for row in side for mark in row.marks})
    again = {
        (top, height, words) for top, height, words in seen if sum(seen[top, height + n, words] for n in (-1, 0, 1)) >= _FEWEST
    }
    heights = Counter(row.height for sides in edges for side in sides for row in side if again.intersection(row.marks))
    usual = {height for height, count in heights.items() if count >= max(_FEWEST, 0.5 * len(pages))}
    return [_without(page, sides, again, usual) for page, sides in zip(pages, edges, strict=True)]


def _edge(page: PageWords, *, top: bool) -> list[_Edge]:
    limit = _BAND * page.height
    near = [word for word in page.words if (word.base < limit if top else word.base > page.height - limit)]
    rows = rows_of(near)
    outer = rows[:_DEEPEST] if top else rows[::-1][:_DEEPEST]
    return [_Edge(row.words, tuple((top, _height(page, row.base, top=top), mark) for mark in _marks(row))) for row in outer]


def _height(page: PageWords, base: float, *, top: bool) -> int:
    return round((base if top else page.height - base) / _HEIGHT)


def _marks(row: Row) -> Iterator[str]:
    """The pieces of a row without their spaces, each number as a sign."""
    start = 0
    for number in range(1, len(row.words) + 1):
        ends = number == len(row.words)
        if ends or row.words[number].left - row.words[number - 1].right > _APART * row.size:
            yield _NUMBER.sub("#", " ".join(word.text for word in row.words[start:number]).lower())
            start = number


def _without(page: PageWords, sides: Sequence[Sequence[_Edge]], again: set[_Mark], usual: set[tuple[bool, int]]) -> PageWords:
    dropped: set[int] = set()
    for side in sides:
        for row in side:
            known = [mark for mark in row.marks if mark in again]
            if not known or (len(known) < len(row.marks) and row.height not in usual):
                break
            dropped.update(map(id, row.words))
    return replace(page, words=tuple(word for word in page.words if id(word) not in dropped)) if dropped else page
