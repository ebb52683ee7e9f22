"""The canonical text of a document, its structure, and the way back to the file it came from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

BlockKind = Literal[
    "heading",  # the title of a part or of a section
    "paragraph",
    "list",  # consecutive items, without the sentence that introduces them
    "example",  # the text of an « EXEMPLE » box
    "box",  # the text of an « À SAVOIR » box
    "figure",  # a figure or a quotation set apart
    "presentation",  # who the person interviewed is
    "question",  # what an interviewer asks
    "turn",  # what the person interviewed answers
    "reference",  # an entry of « Où se renseigner »
    "footnote",
    "diagram",  # the labels of a drawing
    "label",  # words that only announce what follows: « EXEMPLE », « À SAVOIR »
]


Numbered = Literal["line", "paragraph"]  # what the numbers of a document count: a word processor’s file has no lines


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in a document's canonical text, end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says the words of an interview."""

    name: str
    role: str

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


@dataclass(frozen=True, slots=True)
class Part:
    """A large division of a document, such as a fiche. `id` is unique within its document."""

    id: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A structural unit: `document.text[start:end]`.

    `headings` goes from the title of the part down to the nearest heading above the block.
    """

    start: int
    end: int
    kind: BlockKind
    part: str
    headings: tuple[str, ...]
    speaker: Speaker | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """From offset `start` on, until the next origin, the text comes from this line (from 1) and page of the file.

    Of a file that has no lines, `line` is the number of the paragraph.
    """

    start: int
    line: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is read, searched and cited. Every offset of Tresse is an offset in `text`."""

    id: str
    title: str
    text: str
    parts: tuple[Part, ...]
    blocks: tuple[Block, ...]
    origins: tuple[Origin, ...]
    numbered: Numbered = "line"

    @property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the canonical text in UTF-8."""
        return sha256(self.text.encode()).hexdigest()

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """First and last line, or paragraph, of the file (from 1) that `text[start:end]` comes from."""
        touched = [origin.line for origin in self._touched(start, end)]
        return min(touched), max(touched)

    def page(self, start: int) -> int | None:
        """Page (from 1) on which offset `start` stands, None where the file has no pages."""
        return self._touched(start, start + 1)[0].page

    def _touched(self, start: int, end: int) -> Sequence[Origin]:
        first = max(bisect_right(self.origins, start, key=_start) - 1, 0)
        last = max(bisect_right(self.origins, max(end - 1, start), key=_start), first + 1)
        return self.origins[first:last]


def _start(origin: Origin) -> int:
    return origin.start
