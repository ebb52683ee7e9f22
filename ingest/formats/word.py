"""The bytes of a Word document (.docx) in, a layout out: the text as it prints, without the margins of its pages.

Tracked insertions are read and deletions are not; comments, hidden text, tables of
contents and indexes are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.descriptor import Descriptor
from ingest.formats.archive import child
from ingest.formats.flow import Content, Flow, Piece, flow_layout, superscript, unread, usable_title
from ingest.formats.word_parts import WordParts, word_parts
from ingest.formats.word_styles import PLAIN, Style, is_on, listed, outline_level, raised, switched
from ingest.layout import Layout

_WRAPPERS = frozenset(  # what stands around blocks or runs and changes nothing of how they are read
    "w:sdt w:sdtContent w:customXml w:smartTag w:ins w:moveTo w:hyperlink w:dir w:bdo m:oMathPara".split()
)
_SPACES = frozenset("w:tab w:ptab w:br w:cr".split())
_DRAWN = frozenset("w:drawing w:pict w:object mc:AlternateContent".split())
_IMAGES = frozenset("pic:pic v:imagedata".split())
_LISTINGS = re.compile(r"\s*(?:TOC|TOA|INDEX|RD)\b", re.IGNORECASE)  # fields that Word fills with entries of its own
_NUMBER = re.compile(r"\s*\d{1,3}\s*")


def word_layout(content: bytes, descriptor: Descriptor) -> Layout:
    """Lay out a Word document. Raises TresseError, a sentence to be read after the name of the file, where it cannot be."""
    parts = word_parts(content)
    reader = _Reader(parts)
    flow = Flow()
    reader.read(flow, parts.body)
    return flow_layout(flow.pieces, descriptor, title=parts.title or reader.title, remarks=unread(reader.images))


@dataclass(slots=True)
class _Field:
    """A field that is open: what it asks for, whether its result has begun."""

    asked: str = ""
    shown: bool = False


@dataclass(slots=True)
class _Words:
    """The words of a paragraph while they are read, and what stands beside them: text boxes and notes."""

    said: list[str] = field(default_factory=list)
    beside: Flow = field(default_factory=Flow)
    strong: bool = True


class _Reader:
    """Reads blocks into a flow; fields may go on from one paragraph to the next."""

    def __init__(self, parts: WordParts) -> None:
        self.images = 0
        self.title = ""
        self._styles = parts.styles
        self._notes = parts.notes
        self._marks = parts.marks
        self._noted: set[tuple[str, str]] = set()
        self._fields: list[_Field] = []
        self._kept = _Words()  # of a paragraph whose end was deleted: the next goes on with it

    def read(self, flow: Flow, parent: Element) -> None:
        """Read the blocks of the body, of a cell, of a text box or of a note."""
        for element in parent:
            if element.tag == "w:p":
                self._paragraph(flow, element)
            elif element.tag == "w:tbl":
                self._table(flow, element)
            elif element.tag == "mc:AlternateContent":
                self.read(flow, _chosen(element))
            elif element.tag in _WRAPPERS and not _says_nothing(element):
                self.read(flow, element)
        words, self._kept = self._kept, _Words()
        flow.paragraph("".join(words.said), strong=words.strong)
        flow.extend(words.beside.pieces)

    def _paragraph(self, flow: Flow, element: Element) -> None:
        properties = child(element, "w:pPr")
        style = self._style(properties, "w:pStyle")
        stated = outline_level(properties)
        level = (style.level or 0) if stated is None else stated
        if level or style.is_title:
            self._fields.clear()  # no table of contents holds a heading: one that did not end is broken
        words, self._kept = self._kept, _Words()
        self._runs(words, element, style)
        if _end_deleted(properties):
            self._kept = words
            return
        text = "" if style.is_listing else "".join(words.said)
        item = listed(properties)
        if style.is_title and not stated:
            self.title = self.title or usable_title(text)
            flow.heading(text, 0)
        elif level:
            flow.heading(text, level)
        elif style.listed if item is None else item:
            flow.item(text)
        elif text and not text.isspace():
            flow.paragraph(text, strong=words.strong)
        beside = words.beside.pieces
        if beside:
            flow.extend(beside)

    def _style(self, properties: Element | None, name: str) -> Style:
        named = None if properties is None else child(properties, name)
        return PLAIN if named is None else self._styles.get(named.get("w:val", ""), PLAIN)

    def _runs(self, words: _Words, parent: Element, style: Style) -> None:
        for element in parent:
            tag = element.tag
            if tag == "w:r":
                self._run(words, element, style)
            elif tag == "w:fldSimple":
                if not _LISTINGS.match(element.get("w:instr", "")):
                    self._runs(words, element, style)
            elif tag == "m:oMath":
                self._say(words, "".join(found.text or "" for found in element.iter("m:t")), bold=False)
            elif tag == "mc:AlternateContent":
                self._runs(words, _chosen(element), style)
            elif tag in _WRAPPERS and not _says_nothing(element):
                self._runs(words, element, style)

    def _run(self, words: _Words, run: Element, style: Style) -> None:
        properties = child(run, "w:rPr")
        named = self._style(properties, "w:rStyle")
        if _first(switched(properties, "w:vanish"), named.hidden, style.hidden):
            return
        bold = _first(switched(properties, "w:b"), named.bold, style.bold)
        is_raised = _first(raised(properties), named.raised, style.raised)
        for element in run:
            tag = element.tag
            if tag == "w:t":
                text = element.text or ""
                self._say(words, superscript(text) if is_raised and _NUMBER.fullmatch(text) else text, bold=bold)
            elif tag in _SPACES:
                self._say(words, " ", bold=bold)
            elif tag == "w:noBreakHyphen":
                self._say(words, "-", bold=bold)
            elif tag in self._notes:
                self._note(words, tag, element)
            elif tag in ("w:fldChar", "w:instrText"):
                self._field(tag, element)
            elif tag in _DRAWN:
                self._drawing(words, element)
            elif tag == "w:ruby":
                base = child(element, "w:rubyBase")
                self._runs(words, Element("none") if base is None else base, style)

    def _say(self, words: _Words, text: str, *, bold: bool) -> None:
        if not self._reads:
            return
        words.said.append(text)
        if not bold and not text.isspace():
            words.strong = False

    @property
    def _reads(self) -> bool:
        """Whether the place is in no field, or in the result of fields that are text."""
        return all(opened.shown and not _LISTINGS.match(opened.asked) for opened in self._fields)

    def _field(self, tag: str, element: Element) -> None:
        kind = element.get("w:fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
        elif not self._fields:
            return
        elif tag == "w:instrText":
            if not self._fields[-1].shown:
                self._fields[-1].asked += element.text or ""
        elif kind == "separate":
            self._fields[-1].shown = True
        elif kind == "end":
            self._fields.pop()

    def _note(self, words: _Words, tag: str, reference: Element) -> None:
        key = (tag, reference.get("w:id", ""))
        note = self._notes[tag].get(key[1])
        if note is None or key not in self._marks or not self._reads:
            return
        words.said.append(superscript(self._marks[key]) if not is_on(reference.get("w:customMarkFollows", "0")) else "")
        if key in self._noted:
            return
        self._noted.add(key)
        flow, fields = Flow(), self._fields
        self._fields = []
        self.read(flow, note)
        self._fields = fields
        words.beside.note(self._marks[key], flow.pieces)

    def _drawing(self, words: _Words, drawing: Element) -> None:
        """Read the text boxes of a drawing, and count its images."""
        chosen = _chosen(drawing) if drawing.tag == "mc:AlternateContent" else drawing
        for element in _outermost(chosen):
            if element.tag in _IMAGES:
                self.images += 1
            else:
                fields, self._fields = self._fields, []
                kept, self._kept = self._kept, _Words()
                self.read(words.beside, element)
                self._fields, self._kept = fields, kept

    def _table(self, flow: Flow, table: Element) -> None:
        properties = child(table, "w:tblPr")
        styled = bool(self._style(properties, "w:tblStyle").header_row) and _first_row_stands_out(properties)
        rows: list[list[_Cell]] = []
        above: dict[int, _Cell] = {}  # the last cell that begins at each column of the grid
        for row in _inside(table, "w:tr"):
            if _is_deleted(row):
                continue
            header = _is_header(row) or (styled and not rows)
            rows.append(self._row(row, above, header=header))
        flow.table([[cell.content for cell in row] for row in rows])

    def _row(self, row: Element, above: dict[int, "_Cell"], *, header: bool) -> list["_Cell"]:
        cells: list[_Cell] = []
        column = _number(child(row, "w:trPr"), "w:gridBefore", 0)
        for element in _inside(row, "w:tc"):
            properties = child(element, "w:tcPr")
            columns = max(_number(properties, "w:gridSpan", 1), 1)
            merge = None if properties is None else child(properties, "w:vMerge")
            if merge is not None and merge.get("w:val") != "restart" and column in above:
                above[column].rows += 1
            else:
                flow = Flow()
                self.read(flow, element)
                above[column] = _Cell(flow.pieces, columns, header=header)
                cells.append(above[column])
            column += columns
        return cells


@dataclass(slots=True)
class _Cell:
    """A cell while the rows that it covers are counted."""

    pieces: tuple[Piece, ...]
    columns: int
    rows: int = 1
    header: bool = False

    @property
    def content(self) -> Content:
        return Content(self.pieces, self.columns, self.rows, self.header)


def _chosen(alternate: Element) -> Element:
    """The one branch to read of what is there twice, for new programs and for old ones."""
    choice, fallback = child(alternate, "mc:Choice"), child(alternate, "mc:Fallback")
    return next((branch for branch in (choice, fallback) if branch is not None), Element("none"))


def _outermost(drawing: Element) -> Iterator[Element]:
    """The images and the text boxes of a drawing, not those that stand in a text box."""
    for element in drawing:
        if element.tag in _IMAGES or element.tag == "w:txbxContent":
            yield element
        elif element.tag == "mc:AlternateContent":
            yield from _outermost(_chosen(element))
        else:
            yield from _outermost(element)


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, within the controls that may hold them."""
    for element in parent:
        if element.tag == name:
            yield element
        elif element.tag in _WRAPPERS:
            yield from _inside(element, name)


def _says_nothing(control: Element) -> bool:
    """Whether a control holds the table of contents, or « Cliquez ici pour entrer du texte »."""
    properties = child(control, "w:sdtPr")
    if properties is None:
        return False
    galleries = properties.iter("w:docPartGallery")
    return bool(switched(properties, "w:showingPlcHdr")) or any(
        gallery.get("w:val") == "Table of Contents" for gallery in galleries
    )


def _end_deleted(properties: Element | None) -> bool:
    mark = None if properties is None else child(properties, "w:rPr")
    return mark is not None and child(mark, "w:del") is not None


def _is_deleted(row: Element) -> bool:
    properties = child(row, "w:trPr")
    return properties is not None and child(properties, "w:del") is not None


def _is_header(row: Element) -> bool:
    return bool(switched(child(row, "w:trPr"), "w:tblHeader"))


def _first_row_stands_out(properties: Element | None) -> bool:
    look = None if properties is None else child(properties, "w:tblLook")
    if look is None:
        return True
    first = look.get("w:firstRow")
    if first is not None:
        return is_on(first)
    value = look.get("w:val", "0020")
    return bool(int(value, 16) & 0x20) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", value) else True


def _number(properties: Element | None, name: str, default: int) -> int:
    found = None if properties is None else child(properties, name)
    value = "" if found is None else found.get("w:val", "")
    return min(int(value), 1000) if value.isdecimal() and len(value) < 10 else default


def _first(*stated: bool | None) -> bool:
    """The first that is stated, nearest first."""
    return next((value for value in stated if value is not None), False)
