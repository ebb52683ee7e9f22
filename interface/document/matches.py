"""A document and the words typed in, where they stand out: exact offsets in its text, accents and case folded."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from index.analysis import fold
from ingest.document import Document, Span

SHORTEST = 2  # letters: one letter stands everywhere


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the words stand, in reading order, none over another.

    `whole`: one after the other, as they were typed; otherwise all of them in one block, each found apart.
    """

    spans: tuple[Span, ...] = ()
    whole: bool = True

    def number(self, start: int) -> int | None:
        """Return which match begins at `start`, from 0; None where none does."""
        number = bisect_right(self.spans, start, key=_start) - 1
        return number if number >= 0 and self.spans[number].start == start else None

    def next(self, start: int, *, after: bool = False) -> int:
        """Return the first match at `start`, or after it, from 0; past the last comes the first again."""
        number = bisect_right(self.spans, start if after else start - 1, key=_start)
        return number if number < len(self.spans) else 0

    def previous(self, start: int) -> int:
        """Return the last match before `start`, from 0; before the first comes the last again."""
        number = bisect_right(self.spans, start - 1, key=_start) - 1
        return number if number >= 0 else len(self.spans) - 1


def find_words(document: Document, words: str) -> Matches:
    """Find words at the beginning of words: « coop » finds « Coopérative ». Nothing for less than SHORTEST letters."""
    wanted = fold(words).split()
    if sum(map(len, wanted)) < SHORTEST:
        return Matches()
    text, back = _folded(document.text)
    whole = _spans(re.compile(_opening(wanted[0]) + r"\s".join(map(re.escape, wanted))), text, back)
    if whole or len(wanted) == 1:
        return Matches(whole)
    return Matches(_together(document, text, back, wanted), whole=False)


def _opening(word: str) -> str:
    return r"(?<!\w)" if word[0].isalnum() else ""


def _together(document: Document, text: str, back: "_Back", wanted: Sequence[str]) -> tuple[Span, ...]:
    """Find each of the words in the blocks that have them all."""
    spans = _spans(re.compile("|".join(_opening(word) + re.escape(word) for word in wanted)), text, back)
    kept: list[Span] = []
    for block in document.blocks:
        first, end = (bisect_right(spans, offset - 1, key=_start) for offset in (block.start, block.end))
        here = fold(" ".join(document.text[span.start : span.end] for span in spans[first:end]))
        if all(word in here for word in wanted):
            kept += spans[first:end]
    return tuple(kept)


def _spans(pattern: re.Pattern[str], text: str, back: "_Back") -> tuple[Span, ...]:
    return tuple(back(match.start(), match.end()) for match in pattern.finditer(text))


_Back = Callable[[int, int], Span]


def _folded(text: str) -> tuple[str, _Back]:
    """Fold a text character by character; return it with the way back from its offsets to those of the text."""
    letters = {letter: fold(letter) for letter in set(text)}
    folded = text.translate({ord(letter): into for letter, into in letters.items()})
    if all(len(into) == 1 for into in letters.values()):
        return folded, Span
    ends = list(accumulate(len(letters[letter]) for letter in text))

    def back(start: int, end: int) -> Span:
        last = bisect_right(ends, end - 1) + 1
        while last < len(text) and unicodedata.combining(text[last]):
            last += 1
        return Span(bisect_right(ends, start), last)

    return folded, back


def _start(span: Span) -> int:
    return span.start
