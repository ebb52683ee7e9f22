"""A document and the words typed in, where they stand out: exact offsets in its text, accents and case folded."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from index.analysis import fold
from ingest.document import Block, Document, Span

SHORTEST = 2  # letters: one letter stands everywhere
WHOLE = 1_500_000  # characters, up to which a document is one piece: all its matches are counted
PIECE = 500_000  # characters, a thick book: searched within a tenth of a second, whatever the words
_BEYOND = 1_000  # characters: more than the words searched take
_MOST_WORDS = 12  # found apart: each is looked for at every letter


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


def pieces(document: Document) -> tuple[Span, ...]:
    """Cut a document into pieces that are searched one at a time, between blocks where it can be."""
    length = len(document.text)
    if length <= WHOLE:
        return (Span(0, length),)
    cuts = sorted({0, *(_near(document, at) for at in range(PIECE, length, PIECE)), length})
    return tuple(Span(start, end) for start, end in pairwise(cuts))


def _near(document: Document, at: int) -> int:
    number = bisect_left(document.blocks, at, key=_start)
    start = document.blocks[number].start if number < len(document.blocks) else at
    return start if start - at < PIECE // 10 else at


def find_words(document: Document, words: str, within: Span | None = None) -> Matches:
    """Find words at the beginning of words: « coop » finds « Coopérative ». Nothing for less than SHORTEST letters.

    `within`: the piece that is searched, the whole document where it is None.
    """
    wanted = fold(words).split()
    if sum(map(len, wanted)) < SHORTEST:
        return Matches()
    here = within or Span(0, len(document.text))
    text, back = _folded(document.text, here)
    whole = _spans(re.compile(_opening(wanted[0]) + r"\s".join(map(re.escape, wanted))), text, back, here)
    if whole or len(wanted) == 1:
        return Matches(whole)
    apart = [word for word in dict.fromkeys(wanted) if len(word) >= SHORTEST][:_MOST_WORDS]
    return Matches(_together(document, text, back, here, apart) if apart else (), whole=False)


def _opening(word: str) -> str:
    return r"(?<!\w)" if word[0].isalnum() else ""


def _together(document: Document, text: str, back: "_Back", here: Span, wanted: Sequence[str]) -> tuple[Span, ...]:
    """Find each of the words in the blocks that have them all."""
    begun = "|".join(re.escape(word) for word in wanted if _opening(word))
    anywhere = (re.escape(word) for word in wanted if not _opening(word))
    pattern = "|".join(filter(None, (f"{_opening('a')}(?:{begun})" if begun else "", *anywhere)))
    spans = _spans(re.compile(pattern), text, back, here)
    kept: list[Span] = []
    first_block, end_block = (bisect_left(document.blocks, offset, key=_start) for offset in (here.start, here.end))
    for block in document.blocks[max(first_block - 1, 0) : end_block]:
        first, end = (bisect_right(spans, offset - 1, key=_start) for offset in (block.start, block.end))
        said = fold(" ".join(document.text[span.start : span.end] for span in spans[first:end]))
        if all(word in said for word in wanted):
            kept += spans[first:end]
    return tuple(kept)


def _spans(pattern: re.Pattern[str], text: str, back: "_Back", here: Span) -> tuple[Span, ...]:
    """Give the matches that begin in the piece that is searched."""
    found = (back(match.start(), match.end()) for match in pattern.finditer(text))
    return tuple(span for span in found if here.start <= span.start < here.end)


_Back = Callable[[int, int], Span]


def _folded(whole: str, here: Span) -> tuple[str, _Back]:
    """Fold a piece of a text character by character; return it with the way back from its offsets to those of the text.

    One character before it goes with it, on which it depends whether a word begins, and as many after as words may take.
    """
    begin = max(here.start - 1, 0)
    text = whole[begin : here.end + _BEYOND]
    letters = {letter: fold(letter) for letter in set(text)}
    folded = text.translate({ord(letter): into for letter, into in letters.items()})
    if all(len(into) == 1 for into in letters.values()):
        return folded, lambda start, end: Span(begin + start, begin + end)
    ends = list(accumulate(len(letters[letter]) for letter in text))

    def back(start: int, end: int) -> Span:
        last = bisect_right(ends, end - 1) + 1
        while last < len(text) and unicodedata.combining(text[last]):
            last += 1
        return Span(begin + bisect_right(ends, start), begin + last)

    return folded, back


def _start(span: Span | Block) -> int:
    return span.start
