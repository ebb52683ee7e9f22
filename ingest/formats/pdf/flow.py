"""Rows in reading order in, blocks out: where a paragraph, an item or a heading goes on and where the next begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from ingest.document import BlockKind
from ingest.formats.grouping import LABELS, joins
from ingest.formats.pdf.rows import SUPERSCRIPTS, Row, left_edge
from ingest.formats.pdf.tables import Table
from ingest.formats.pdf.typography import Style, Typography, alike, style_of
from ingest.layout import ITEM, Line

_HEADING_ROWS, _HEADING_LENGTH = 4, 200  # more is a paragraph in large type
_BOLD_LENGTH = 160  # characters of a heading that only its weight tells
_HEADING_LEADING = 1.5  # heights of the font within a heading
_NOTE_LEADING = 1.6  # heights of the font within a note
_DOUBLE = 2.6  # heights of the font: text with wide leading in a document that has narrow
_INDENT = 0.7  # heights of the font
_HANGING = 0.3  # heights of the font by which what hangs under the words of an item may miss them
_FULL = 0.1  # of the width: a line that ends nearer to the right edge is full
_SHORT = 0.25  # of the width: a line that ends further from the right edge ends a paragraph, if its words allow it
_SENTENCE_END = re.compile(rf"[.!?…:;][\s»”\")\]{SUPERSCRIPTS}]*$")
_BULLET = re.compile(r"^(?:[•▪◦‣●○■□·➢➤►▶✓✔❖◆◇→]\s*|[*–—-]\s+)(?=\S)")
_PAGE_NUMBER = re.compile(r"^[–—-]\s*\d+\s*[–—-]$")
_DASH = re.compile(r"^[*–—-]")
_NUMBER = re.compile(r"^(?P<number>\d{1,2}|[a-z])\s?[.)]\s+(?=\S)")
_BRACKETED = re.compile(rf"^(?:\(\d{{1,2}}\)|[{SUPERSCRIPTS}]+)\s*\S")
_CALLED = re.compile(rf"^(?:\(\d{{1,2}}\)|[{SUPERSCRIPTS}]+|\d{{1,3}}[.)]?(?=\s|[A-ZÀ-Þ«])|\*+)\s*\S")
_GLUED = re.compile(r"^(\d{1,3}[.)]?)(?=[A-ZÀ-Þ«])")  # the number of a note that nothing parts from its words
ASKED = re.compile(r"^—\s")
LINK = re.compile(r"^(?:https?\s?://|www\.)\S+$")


@dataclass(slots=True)
class Draft:
    """A block while its rows come, with the style by which the level of a heading will be known."""

    kind: BlockKind
    rows: list[list[Line]]
    style: Style | None = None


def opens_note(row: Row) -> bool:
    """Whether a row begins as a footnote does: with its number."""
    return bool(_CALLED.match(row.text))


@dataclass(slots=True)
class Flow:
    """The blocks of a document while its rows come; what waits comes once the open block ends."""

    setting: Typography
    numbers: Iterator[int]
    done: list[Draft] = field(default_factory=list)
    _waiting: list[Draft] = field(default_factory=list)
    _before: Row | None = None  # the row above the last one, in the same region
    _above: Row | None = None  # the last row
    _edges: tuple[float, float] = (0, 0)  # of the region in which the last row stands
    _lone: bool = False  # no other row of the region reaches as far as the last one may, so that it cannot be said to be full
    _open: bool = False
    _hanging: float = 0  # the left edge of the words of an item
    _counted: str = ""  # the number of the last item
    _expected: BlockKind | None = None  # what the next text is, after a label

    def flush(self) -> None:
        """Let nothing more join the open block, and add what waits."""
        self.done += self._waiting
        self._waiting = []
        self._open = False

    def table(self, table: Table, page: int) -> None:
        """Add a table: an item a line, with the name of the column before each cell where there is one."""
        names = [" ".join(row.text for row in cell) for cell in table.header]
        rows = [row for line in table.lines if (row := list(self._table_row(line, names, page)))]
        if rows:
            self._add(Draft("list", rows))
        self._open = False

    def put_off(self, rows: Sequence[Row], page: int) -> None:
        """Read rows that stand beside the text."""
        beside = Flow(self.setting, self.numbers)
        beside.rows(rows, page)
        beside.flush()
        self._waiting += beside.done

    def notes(self, rows: Sequence[Row], page: int) -> None:
        """Read footnotes."""
        for number, row in enumerate(rows):
            line = self._line(_GLUED.sub(r"\1 ", row.text), page)
            if opens_note(row) or not number:
                self._waiting.append(Draft("footnote", [[line]]))
            else:
                self._waiting[-1].rows[0].append(line)

    def rows(self, rows: Sequence[Row], page: int) -> None:
        """Read the rows of a region."""
        if not rows:
            return
        left, right = left_edge(rows), max(row.right for row in rows)
        reaching = sum(row.right >= right - _FULL * (right - left) for row in rows)
        index = 0
        while index < len(rows):
            end = self._end_of_large(rows, index)
            if self._is_heading(rows[index:end]):
                self._heading(rows[index:end], page, first=not index)
            else:
                end = max(end, index + 1)
                for number in range(index, end):
                    self._row(rows[number], page, first=not number, left=left)
                    self._before, self._above = rows[number - 1] if number else None, rows[number]
                    self._edges = left, right
            index = end
            self._above, self._edges, self._lone = rows[index - 1], (left, right), reaching < 2

    def _table_row(self, line: Sequence[Sequence[Row]], names: Sequence[str], page: int) -> Iterator[Line]:
        """The lines of the cells, of which those on one base line have one number."""
        numbers: dict[int, int] = {}
        for base in sorted({round(row.base) for cell in line for row in cell}):
            numbers[base] = numbers[base - 1] if base - 1 in numbers else next(self.numbers)
        cells = [(name, cell) for name, cell in zip_longest(names, line, fillvalue="") if cell]
        opening = ITEM
        for place, (name, cell) in enumerate(cells, 1):
            for index, row in enumerate(cell, 1):
                assert isinstance(row, Row)
                named = f"{name}\u00a0: " if name and index == 1 else ""
                after = "\u00a0;" if index == len(cell) and place < len(cells) else ""
                yield Line(numbers[round(row.base)], f"{opening}{named}{row.text}{after}", page)
                opening = ""

    def _end_of_large(self, rows: Sequence[Row], index: int) -> int:
        """Where the rows in large or bold letters that begin at `index` end; `index` where there are none."""
        opening = rows[index]
        if not (self.setting.is_larger(opening) or self.setting.is_bolder(opening)) or opening.text in LABELS:
            return index
        end = index + 1
        while end < len(rows) and _same_heading(rows[end - 1], rows[end]):
            end += 1
        return end

    def _is_heading(self, rows: Sequence[Row]) -> bool:
        """Whether rows in large or bold letters are a heading rather than a paragraph set so."""
        text = " ".join(row.text for row in rows)
        if not rows or len(rows) > _HEADING_ROWS or sum(map(str.isalpha, text)) < 3:
            return False
        if _BULLET.match(text) and not ASKED.match(text):
            return False
        if self.setting.is_larger(rows[0]):
            return len(text) <= _BOLD_LENGTH or (len(text) <= _HEADING_LENGTH and not text.endswith((".", ";", ",")))
        return len(text) <= _BOLD_LENGTH and not text.endswith((".", ";", ",", ":"))

    def _heading(self, rows: Sequence[Row], page: int, *, first: bool) -> None:
        lines = [self._line(row.text, page) for row in rows]
        style = style_of(rows[0])
        last = self.done[-1] if self.done else None
        if first and last and last.style == style and self._above and joins(self._above.text, rows[0].text):
            last.rows[0] += lines
        elif ASKED.match(rows[0].text):
            self._add(Draft("question", [lines]))
        else:
            self._add(Draft("heading", [lines], style))
        self._open = False

    def _row(self, row: Row, page: int, *, first: bool, left: float) -> None:
        text = row.text
        label = LABELS.get(text)
        bullet = self._bullet(row, first=first, left=left)
        if label:
            self._add(Draft("label", [[self._line(text, page)]]))
            self._open, self._expected = False, label
        elif _BRACKETED.match(text) and self.setting.is_smaller(row):
            self.notes([row], page)
        elif self._noted(row, first=first):
            self._waiting[-1].rows[0].append(self._line(text, page))
        elif bullet:
            self._item(row, text if ASKED.match(text) else ITEM + text[bullet:], page)
        elif self._open and self._continues(row, first=first, left=left):
            self.done[-1].rows[-1].append(self._line(text, page))
        else:
            self._add(Draft(self._expected or "paragraph", [[self._line(text, page)]]))
            self._open, self._expected, self._counted = True, None, ""

    def _noted(self, row: Row, *, first: bool) -> bool:
        """Whether a row goes on with the note above it."""
        above = self._above
        if first or above is None or not self._waiting or self._waiting[-1].kind != "footnote":
            return False
        last = self._waiting[-1].rows[0][-1].text == above.text
        return last and alike(row, above) and row.base - above.base < _NOTE_LEADING * row.size

    @property
    def _in_list(self) -> bool:
        return self._open and self.done[-1].kind == "list"

    def _bullet(self, row: Row, *, first: bool, left: float) -> int:
        """The length of the mark of an item that opens a row, 0 where there is none."""
        mark = None if _PAGE_NUMBER.match(row.text) else _BULLET.match(row.text)
        if mark:
            amid = self._open and not (self._in_list or first or self._apart(row))
            ended = self._above is None or self._above.text.endswith((":", ";", ".", ","))
            return 0 if _DASH.match(row.text) and amid and not ended else mark.end()
        if len(row.words) > 1 and row.words[0].text == "o" and row.words[1].left - row.words[0].right > _INDENT * row.size:
            return len("o ")  # the second bullet of Word
        number = _NUMBER.match(row.text)
        if number is None or not _follows(self._counted if self._in_list else "", number["number"]):
            return 0
        amid = self._open and not (self._in_list or first or self._apart(row) or row.left > left + _INDENT * row.size)
        if amid and not (self._above and _SENTENCE_END.search(self._above.text)):
            return 0
        self._counted = number["number"]
        return number.end()

    def _item(self, row: Row, text: str, page: int) -> None:
        counted = self._counted
        if self._in_list:
            self.done[-1].rows.append([self._line(text, page)])
        else:
            self._add(Draft("list", [[self._line(text, page)]]))
        self._open, self._counted = True, counted
        self._hanging = row.words[1].left if len(row.words) > 1 else row.left

    def _apart(self, row: Row) -> bool:
        return self._above is None or self.setting.is_apart(self._above, row)

    def _continues(self, row: Row, *, first: bool, left: float) -> bool:
        """Whether a row goes on with the open block."""
        above = self._above
        if above is None:
            return False
        joined, ended = joins(above.text, row.text), bool(_SENTENCE_END.search(above.text))
        if LINK.match(row.text) and (ended or LINK.match(above.text)):
            return False
        if not (alike(row, above) or joined) or (ended and above.bold != row.bold and not first):
            return False
        full = not self._lone and above.right >= self._edges[1] - _FULL * (self._edges[1] - self._edges[0])
        indented = row.left > left + _INDENT * row.size
        if first:
            return joined or (full and not ended and (self._in_list or not indented))
        if self._in_list:
            hanging = row.left >= self._hanging - _HANGING * row.size
            within = joined and not ended
            return not self._apart(row) or within if hanging else not self._apart(row) and (full or within)
        if self._apart(row):
            return full and joined and not ended and row.base - above.base < _DOUBLE * row.size
        return not self._begins(row, above, left=left, indented=indented, joined=joined)

    def _begins(self, row: Row, above: Row, *, left: float, indented: bool, joined: bool) -> bool:
        """Whether a row begins a paragraph by its indentation, or because the one above is short."""
        width = self._edges[1] - self._edges[0]
        if indented and (above.left <= left + _INDENT * row.size or above.right < self._edges[1] - _SHORT * width):
            return True
        edge = max(self._before.right, row.right) if self._before else self._edges[1]  # beside a figure, lines are shorter
        missing = edge - above.right
        ended = bool(_SENTENCE_END.search(above.text))
        return not joined and missing > (_SHORT if ended else 2 * _SHORT) * width

    def _add(self, draft: Draft) -> None:
        self.flush()
        self.done.append(draft)

    def _line(self, text: str, page: int) -> Line:
        return Line(next(self.numbers), text, page)


def _same_heading(above: Row, row: Row) -> bool:
    return alike(above, row) and above.bold == row.bold and row.base - above.base < _HEADING_LEADING * row.size


def _follows(before: str, number: str) -> bool:
    """Whether a number opens a list or goes on with it."""
    if number.isdigit():
        return number == (str(int(before) + 1) if before.isdigit() else "1")
    return number == (chr(ord(before) + 1) if before and not before.isdigit() else "a")
