"""A layout in, a document out: one clean reading text, and for each offset the line it came from."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from errors import TresseError
from ingest.document import Block, Document, Origin, Part
from ingest.layout import Layout, Line, PartStart, RawBlock

_SPACES = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_APOSTROPHES = re.compile(r"['‘ʼ]")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_REFERENCES = re.compile(
    r"où se renseigner|pour en savoir plus|pour aller plus loin|bibliographie|ressources|contacts? utiles?", re.I
)
_ARTICLE = re.compile(r"(?:les?|la|des?|un|une)\b", re.I)  # set in capitals or not at all above some sections
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def clean(text: str) -> str:
    """Settle spaces, apostrophes and accents once: NFC, one ordinary space for any run of spaces, ’, nothing invisible."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", _APOSTROPHES.sub("’", text)).strip()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words that a file writes whole, to decide what a hyphen at a line end means."""

    words: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Lexicon":
        """Collect every word and hyphenated word that no line end cuts."""
        words: set[str] = set()
        cut = False
        for line in map(str.strip, lines):
            whole = line.partition(" ")[2] if cut else line
            cut = line.endswith("-")
            if cut:
                whole = whole.rpartition(" ")[0]
            for match in _WORD.finditer(whole.lower()):
                words.update((match.group(), *match.group().split("-")))
        return cls(frozenset(words))

    def keeps_hyphen(self, head: str, tail: str) -> bool:
        """Whether `head-` at a line end and `tail` on the next make a hyphenated word rather than a word cut in two."""
        head, tail = head.lower(), tail.lower()
        first = tail.split("-")[0]
        if head + first in self.words or head + tail in self.words:
            return False
        if f"{head}-{first}" in self.words or "-" in head:
            return True
        return head in self.words and first in self.words


_CUT = re.compile(r"(?P<head>[^\W\d_]+(?:-[^\W\d_]+)*)-$")


@dataclass(slots=True)
class _Text:
    """The canonical text while it grows, with the origin of each piece."""

    lexicon: Lexicon
    notes: Mapping[int, str]
    pieces: list[str] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    length: int = 0

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)

    def add_row(self, row: Sequence[Line]) -> None:
        lines = [(line, clean(self._marked(line))) for line in row]
        lines = [(line, text) for line, text in lines if text]
        for i, (line, text) in enumerate(lines):
            self.origins.append(Origin(self.length, line.number, line.page))
            following = lines[i + 1][1] if i + 1 < len(lines) else None
            self.add(text if following is None else self._joined(text, following))

    def _joined(self, text: str, following: str) -> str:
        cut = _CUT.search(text)
        tail = _WORD.match(following)
        if cut is None or tail is None:
            return f"{text} "
        if not tail.group()[0].islower():  # « Loire-Atlantique »
            return text
        return text if self.lexicon.keeps_hyphen(cut["head"], tail.group()) else text[:-1]

    def _marked(self, line: Line) -> str:
        """The line with the footnote mark of its noted word written as one: « Tressons1 » becomes « Tressons¹ »."""
        word = self.notes.get(line.number)
        if word is None:
            return line.text
        mark = word[-1].translate(_SUPERSCRIPTS)
        return line.text.replace(word, word[:-1] + mark, 1)


def document(layout: Layout, name: str, title: str) -> Document:
    """Lay out the blocks one after the other and name the part and the heading trail of each; `name` is the document's id."""
    lexicon = Lexicon.of(line.text for block in layout.blocks for row in block.rows for line in row)
    text = _Text(lexicon, layout.notes)
    placed: list[tuple[RawBlock, int, int]] = []
    for raw in layout.blocks:
        start = text.length
        for number, row in enumerate(raw.rows):
            if number:
                text.add("\n")
            text.add_row(row)
        if text.length > start:
            placed.append((raw, start, text.length))
            text.add(" " if raw.inline else "\n\n")
    whole = "".join(text.pieces).rstrip() + "\n"
    parts = _parts(layout, title, placed, len(whole))
    return Document(name, title, whole, parts, _blocks(whole, placed, parts), tuple(text.origins), layout.numbered)


def _parts(layout: Layout, title: str, placed: Sequence[tuple[RawBlock, int, int]], end: int) -> tuple[Part, ...]:
    openings = layout.parts or (PartStart("document", title, 0),)
    starts = [0 if number == 0 else _start_of(opening.line, placed) for number, opening in enumerate(openings)]
    ends = [*starts[1:], end]
    return tuple(
        Part(opening.id, opening.title, first, last) for opening, first, last in zip(openings, starts, ends, strict=True)
    )


def _start_of(number: int, placed: Sequence[tuple[RawBlock, int, int]]) -> int:
    for raw, start, _ in placed:
        if any(line.number == number for row in raw.rows for line in row):
            return start
    raise TresseError(f"son descripteur est faux : la ligne {number} n’ouvre aucune partie. Corrigez-le.")


def _blocks(whole: str, placed: Sequence[tuple[RawBlock, int, int]], parts: Sequence[Part]) -> tuple[Block, ...]:
    """Give each block its part and its heading trail; a heading's own trail ends above it."""
    blocks: list[Block] = []
    part = parts[0]
    trail: dict[int, str] = {}
    for raw, start, end in placed:
        current = next(candidate for candidate in reversed(parts) if candidate.start <= start)
        if current is not part:
            part, trail = current, {}
        if raw.level:
            trail = {level: heading for level, heading in trail.items() if level < raw.level}
        headings = (part.title, *trail.values())
        kind = "reference" if raw.kind == "list" and any(_REFERENCES.match(heading) for heading in headings) else raw.kind
        blocks.append(Block(start, end, kind, part.id, headings, raw.speaker))
        if raw.level:
            trail[raw.level] = _heading(raw, whole[start:end])
    return tuple(blocks)


def _heading(raw: RawBlock, text: str) -> str:
    if raw.kind == "presentation" and raw.speaker:
        return str(raw.speaker)
    words = " ".join(text.removeprefix("—").split())
    article = _ARTICLE.match(words)
    return words[: article.end()].capitalize() + words[article.end() :] if article else words[:1].upper() + words[1:]
