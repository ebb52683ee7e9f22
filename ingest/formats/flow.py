"""What a web page or a word processor's file says, in reading order, in; blocks with numbered paragraphs out.

Such files have no lines: each heading, paragraph, item or row of a table is one, counted from 1. Their readers know where the
words are; what makes a list, a table or a section of them is decided here, once for all.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise

from errors import TresseError
from ingest.canonical import clean
from ingest.descriptor import Descriptor
from ingest.document import BlockKind
from ingest.formats.headings import HEADING_LENGTH
from ingest.formats.tables import Cell, row_texts
from ingest.layout import ITEM, SECTION, Layout, Line, RawBlock

DEEPEST = 6  # of headings: the levels below are read as the sixth
LONG_CELL = 200  # characters: a row of such cells is a page set in columns
_TYPED_BULLET = re.compile(r"^[•▪◦‣●○■□·–\uf000-\uf0ff-]\s+(?=\S)")  # by hand; the range is that of Wingdings and Symbol
_SAID = re.compile(r"\w")
_ENDS_SENTENCE = (".", ";", ":", ",", "!", "…")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Titles that a program gave, not an author.
_NO_TITLE = re.compile(
    r"(?:sans[ -]?titre|untitled|document|word document|index|home|accueil|page|titre|title|default)[ \d]*"
    r"|microsoft word\b.*|.*\.(?:docx?|odt|rtf|html?|dotx?|pdf)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block whose paragraphs have no numbers yet: the words of each of its rows. `strong`: all of them are in bold."""

    kind: BlockKind
    rows: tuple[str, ...]
    level: int = 0
    strong: bool = False

    @property
    def text(self) -> str:
        """Its words on one line, items set apart by a semicolon unless they end with a mark of their own."""
        said = [self.rows[0].removeprefix(ITEM)]
        for above, row in pairwise(self.rows):
            said.append(" ; " if row.startswith(ITEM) and not above.endswith(_ENDS_SENTENCE) else " ")
            said.append(row.removeprefix(ITEM))
        return "".join(said)


@dataclass(frozen=True, slots=True)
class Content:
    """A cell of a table as it was read. `header`: the file says that it is one."""

    pieces: tuple[Piece, ...]
    columns: int = 1
    rows: int = 1
    header: bool = False

    @property
    def body(self) -> tuple[Piece, ...]:
        """What is in the cell itself: its footnotes stand elsewhere."""
        return tuple(piece for piece in self.pieces if piece.kind != "footnote")

    @property
    def text(self) -> str:
        """The words of the cell on one line."""
        return " ".join(piece.text for piece in self.body)


class Flow:
    """The pieces of a file, or of a cell, while they are read."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._rows: list[str] = []  # of the list that is open

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What was read."""
        self.close()
        return tuple(self._pieces)

    def close(self) -> None:
        """Let nothing more join the list that is open."""
        if self._rows:
            self._pieces.append(Piece("list", tuple(self._rows)))
            self._rows = []

    def extend(self, pieces: Iterable[Piece]) -> None:
        """Add what was read apart; nothing closes nothing."""
        added = list(pieces)
        if added:
            self.close()
            self._pieces.extend(added)

    def heading(self, text: str, level: int) -> None:
        """Add a heading; level 0 is the title of the document."""
        self._add("heading", [text], min(level, DEEPEST))

    def paragraph(self, text: str, *, strong: bool = False) -> None:
        """Add a paragraph, or the item that it is where a bullet was typed at its start."""
        text = clean(text)
        if _TYPED_BULLET.match(text):
            self.item(text)
        else:
            self._add("paragraph", [text], strong=strong)

    def lines(self, texts: Iterable[str]) -> None:
        """Add a paragraph whose line breaks mean something: verse, code, an address."""
        self._add("paragraph", texts)

    def item(self, text: str) -> None:
        """Add an item to the list that is open, or open one."""
        text = _TYPED_BULLET.sub("", clean(text))
        if _SAID.search(text):
            self._rows.append(ITEM + text)

    def goes_on(self, text: str) -> None:
        """Add a paragraph to the last item."""
        text = clean(text)
        if not self._rows:
            self.paragraph(text)
        elif _SAID.search(text):
            self._rows.append(text)

    def note(self, mark: str, pieces: Iterable[Piece]) -> None:
        """Add a footnote, which the end of its section will show."""
        text = " ".join(piece.text for piece in pieces)
        if text:
            self.extend([Piece("footnote", (f"({mark}) {text}",))])

    def table(self, rows: Sequence[Sequence[Content]]) -> None:
        """Add the rows of a table as items; where it only sets the page in columns, the content of its cells in order."""
        self.close()
        if _lays_out(rows):
            self.extend(piece for row in rows for cell in row for piece in cell.pieces)
            return
        texts = row_texts([[_cell(content) for content in row] for row in rows])
        self._add("list", [ITEM + text for text in texts if text])
        self.extend(piece for row in rows for cell in row for piece in cell.pieces if piece.kind == "footnote")

    def _add(self, kind: BlockKind, texts: Iterable[str], level: int = 0, *, strong: bool = False) -> None:
        rows = tuple(text for text in map(clean, texts) if _SAID.search(text))
        self.extend([Piece(kind, rows, level, strong)] if rows else [])


def flow_layout(pieces: Sequence[Piece], descriptor: Descriptor, *, title: str = "", remarks: Sequence[str] = ()) -> Layout:
    """Number the paragraphs of a whole file. Raises TresseError where it says nothing.

    Footnotes go to the end of their section. Where the author used no style of heading, a short paragraph in bold is one.
    """
    if not pieces:
        raise TresseError("il ne contient aucun texte\u00a0: retirez-le ou remplacez-le.")
    numbers = count(1)
    blocks = tuple(
        RawBlock(piece.kind, tuple((Line(next(numbers), row),) for row in piece.rows), piece.level)
        for piece in _settled(_with_headings(pieces))
    )
    return Layout(blocks, usable_title(title), descriptor.parts, numbered="paragraph", remarks=tuple(remarks))


def usable_title(title: str) -> str:
    """Return the title, clean, or "" where a program gave it."""
    title = clean(title)
    return "" if _NO_TITLE.fullmatch(title) or not _SAID.search(title) else title


def superscript(mark: str) -> str:
    """Return the call of a footnote as it is read: « ¹² » for « 12 »."""
    return mark.translate(SUPERSCRIPTS)


def unread(count: int) -> tuple[str, ...]:
    """Remark on the images that a file holds, if it does."""
    return (f"{count}\u00a0images n’ont pas été lues" if count > 1 else "une image n’a pas été lue",) if count else ()


def _with_headings(pieces: Sequence[Piece]) -> list[Piece]:
    if any(piece.kind == "heading" and piece.level for piece in pieces):
        return list(pieces)
    following = [*pieces[1:], None]
    return [
        replace(piece, kind="heading", level=SECTION) if after is not None and _heads(piece) and not _heads(after) else piece
        for piece, after in zip(pieces, following, strict=True)
    ]


def _heads(piece: Piece) -> bool:
    if not piece.strong or piece.kind != "paragraph":
        return False
    return len(piece.text) <= HEADING_LENGTH and not piece.text.endswith(_ENDS_SENTENCE)


def _settled(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the footnotes of each section at its end."""
    settled: list[Piece] = []
    notes: list[Piece] = []
    for piece in pieces:
        if piece.kind == "footnote":
            notes.append(piece)
            continue
        if piece.kind == "heading":
            settled.extend(notes)
            notes = []
        settled.append(piece)
    return settled + notes


def _lays_out(rows: Sequence[Sequence[Content]]) -> bool:
    """Whether a table only sets the page: one column, one row of long cells, or headings in cells that are no headers."""
    widest = max((sum(1 for cell in row if cell.body) for row in rows), default=0)
    if widest <= 1:
        return True
    if any(cell.header for row in rows for cell in row):
        return False
    cells = [cell for row in rows for cell in row if cell.body]
    if any(piece.kind == "heading" for cell in cells for piece in cell.body):
        return True
    filled = sum(1 for row in rows if any(cell.body for cell in row))
    return filled == 1 and any(len(cell.body) > 1 or len(cell.text) > LONG_CELL for cell in cells)


def _cell(content: Content) -> Cell:
    body = content.body
    strong = len(body) == 1 and body[0].strong
    return Cell(content.text, content.columns, content.rows, content.header or strong)
