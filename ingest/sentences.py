"""French text in, the spans of its sentences out."""

import re
from bisect import bisect_left
from itertools import pairwise

from ingest.document import Span

# What ends in a full stop without ending a sentence: titles, references, and Latin or everyday shortenings.
ABBREVIATIONS = frozenset(
    "m mm mme mlle dr pr me st ste p pp n no nos vol art al éd ed coll chap fig cf ex env tél tel av bd hab réf ref "
    "janv févr fév avr juil sept oct nov déc min max approx resp ch t".split()
)
_END = re.compile(  # no two ways to match the same letters: a file may hold a million full stops in a row
    r"(?<![.!?…])(?P<stop>[.!?…]++)"
    r"(?P<closing>(?:\s?[»”\"’)\]])*)"
    r"(?=\s[\s«“\"(\[–—•-]*[^\W_])"
)
_WORD_BEFORE = re.compile(r"[\w’'-]+$")
_OPENS = re.compile(r"[\s«“\"(\[–—•-]*")
_PAIRS = (("(", ")"), ("«", "»"), ("“", "”"))
_WORD_LENGTH = 100  # characters before a full stop among which to look for the word that it may shorten


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Return the sentences of `text` in order; each starts and ends on a visible character.

    A line break always ends a sentence. A full stop does not after an abbreviation, an initial (« J. H.-D. »), nor where the
    next word starts in lower case (« etc. du projet »); « ESS. » and « publics. » do, whatever bracket or quote closes them.
    """
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        spans.extend(_line_spans(line, start))
        start += len(line) + 1
    return tuple(spans)


def _line_spans(line: str, offset: int) -> list[Span]:
    inside = _Inside(line)
    cuts = [match.end() for match in _END.finditer(line) if _ends_sentence(line, match, inside)]
    bounds = [0, *cuts, len(line)]
    spans = []
    for left, right in pairwise(bounds):
        piece = line[left:right]
        if piece.strip():
            first = left + len(piece) - len(piece.lstrip())
            spans.append(Span(offset + first, offset + left + len(piece.rstrip())))
    return spans


class _Inside:
    """Where a line stands inside brackets or quotation marks, found once for all its full stops."""

    def __init__(self, line: str) -> None:
        self._pairs = [tuple(_places(line, mark) for mark in pair) for pair in _PAIRS]

    def at(self, place: int) -> bool:
        """Whether more opens than closes before `place`, and something closes after it."""
        return any(
            bisect_left(opens, place) > bisect_left(closes, place) and bool(closes) and closes[-1] >= place
            for opens, closes in self._pairs
        )


def _places(line: str, mark: str) -> list[int]:
    return [place for place, letter in enumerate(line) if letter == mark] if mark in line else []


def _ends_sentence(line: str, match: re.Match[str], inside: _Inside) -> bool:
    opens = _OPENS.match(line, match.end())
    following = line[opens.end() : opens.end() + 1] if opens else ""
    if inside.at(match.end()):
        return False
    if match["stop"] != ".":
        # « originalité ! – met » and « questions à… » go on in lower case.
        return not following.islower()
    before = line[max(0, match.start() - _WORD_LENGTH) : match.start()]
    return not (following.islower() or _is_shortened(before, bool(match["closing"])))


def _is_shortened(before: str, closed: bool) -> bool:
    """Whether the word before a full stop is an abbreviation or an initial."""
    word = _WORD_BEFORE.search(before)
    if word is None or closed:
        return False
    last = re.split(r"[’'-]", word.group())[-1]
    if len(last) == 1 and last.isalpha() and last.lower() not in ABBREVIATIONS:
        return last.isupper() or before[:-1].rstrip(" -").endswith(".")
    return last.lower() in ABBREVIATIONS
