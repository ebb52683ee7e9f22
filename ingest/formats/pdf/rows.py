"""Words in, the rows they stand on out, each with its text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.formats.pdf.words import Word

_SAME_LINE = 0.3  # of the height of the font: the difference of base lines within a line
_TOUCHING = 0.13  # of the height of the font: less is no space between words of different styles
_CELL = 1.2  # of the height of the font: the gap between cells; justified text has less, but for a few lines
_SURELY_CELL = 2.5  # of the height of the font: no space is stretched to that
_STRETCHED = 2.2  # times the narrowest space of the row: what is wider parts cells
_CALLED = 0.4  # of the height of the font: a call to a footnote stands no further from its word
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CALL = re.compile(rf"^([{SUPERSCRIPTS}]+)(?=[^\W\d_«])")  # the number of a footnote before its text
_SOFT_HYPHEN = "\u00ad"
_LEADER = re.compile(r"(?:\s*[.…_]){4,}\s*")  # the dots of a table of contents
_DOTS = re.compile(r"\s?\.\s\.\s\.")  # as TeX sets them


@dataclass(frozen=True, slots=True)
class Row:
    """Words on one line, from left to right; base line and size are those of its longest words."""

    words: tuple[Word, ...]
    left: float
    right: float
    base: float
    size: float

    @classmethod
    def of(cls, words: Sequence[Word]) -> "Row":
        """Put words in order, at least one."""
        ordered = tuple(sorted(words, key=lambda word: word.left))
        main = max(ordered, key=lambda word: (len(word.text), word.size))
        return cls(ordered, ordered[0].left, max(word.right for word in ordered), main.base, main.size)

    @property
    def bold(self) -> bool:
        """Whether all of its letters are bold."""
        return all(word.bold or not any(map(str.isalnum, word.text)) for word in self.words)

    @property
    def text(self) -> str:
        """Its words with the spaces between them; a hyphen at the end is an ordinary one."""
        pieces = [self.words[0].text]
        for before, word in pairwise(self.words):
            gap = word.left - before.right
            called = word.text[0] in SUPERSCRIPTS and gap < _CALLED * before.size
            apart = not called and (word.spaced or gap > _TOUCHING * min(word.size, before.size) or gap < -word.size)
            pieces.append(f" {word.text}" if apart else word.text)
        text = _DOTS.sub("…", _LEADER.sub(" … ", _CALL.sub(r"\1 ", "".join(pieces))))
        return f"{text[:-1]}-" if text.endswith(_SOFT_HYPHEN) else text

    def cells(self) -> tuple["Row", ...]:
        """The pieces that wide gaps part: wider than the others of the row, which justified text stretches alike."""
        gaps = [word.left - before.right for before, word in pairwise(self.words)]
        narrowest = min((gap for gap in gaps if gap > _TOUCHING * self.size), default=0.0)
        least = max(_CELL * self.size, min(_STRETCHED * narrowest, _SURELY_CELL * self.size))
        starts = [0, *(number for number, gap in enumerate(gaps, 1) if gap > least)]
        ends = [*starts[1:], len(self.words)]
        return tuple(Row.of(self.words[first:last]) for first, last in zip(starts, ends, strict=True))


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Return the rows of `words`, from top to bottom."""
    return [Row.of(group) for group in _groups(words)]


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in sorted(words, key=lambda word: word.base):
        if group and word.base - group[0].base > _SAME_LINE * min(word.size, group[0].size):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def left_edge(rows: Sequence[Row]) -> float:
    """Return the leftmost edge that two rows share; that of the first of all where none do."""
    seen = Counter(round(row.left) for row in rows)
    shared = [row.left for row in rows if seen[round(row.left)] + seen[round(row.left) - 1] + seen[round(row.left) + 1] > 1]
    return min(shared, default=min(row.left for row in rows))
