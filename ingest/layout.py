"""What the readers of files hand over: blocks of file lines, whose words are still as they came."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.document import BlockKind, Numbered, Speaker

ITEM = "• "  # opens an item of a list in the canonical text
SECTION, SUBSECTION, QUESTION = 1, 2, 7  # depths of the heading trail


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number (from 1), its text, its page where the file has pages.

    Where a file has no lines, each of its paragraphs is one.
    """

    number: int
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Lines that belong together. Each row becomes one line of the canonical text: a paragraph has one, a list one an item.

    `level` is the depth of a heading: 0 for a title outside the trail, 1 for a section, 2 for what is inside it.
    `inline` blocks stand on the same line as the block that follows, as the initials of a speaker do.
    """

    kind: BlockKind
    rows: tuple[tuple[Line, ...], ...]
    level: int = 0
    speaker: Speaker | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class PartStart:
    """A part begins with the block that holds line `line`."""

    id: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A file as its reader understood it.

    `title` is what the file calls itself, "" where it does not. `notes` gives, for a line, the word of it that carries a
    footnote mark. `remarks` are French sentences on what could not be read, for whoever builds the index.
    """

    blocks: tuple[RawBlock, ...]
    title: str = ""
    parts: tuple[PartStart, ...] = ()
    notes: Mapping[int, str] = field(default_factory=dict)
    numbered: Numbered = "line"
    remarks: tuple[str, ...] = ()
