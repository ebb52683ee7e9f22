"""The bytes of a text of LibreOffice or another OpenDocument program (.odt) in, a layout out: the text as it prints.

`content.xml` is read directly. Deletions that are tracked, comments, hidden text, tables of contents, indexes and the margins
of pages are not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from errors import TresseError
from ingest.descriptor import Descriptor
from ingest.formats.archive import LOCKED, Archive, child
from ingest.formats.flow import Content, Flow, flow_layout, superscript, unread, usable_title
from ingest.layout import Layout

_NATURE = "un texte OpenDocument (.odt)"
_MEDIA_TYPE = b"application/vnd.oasis.opendocument.text"
_WRAPPERS = frozenset("text:section text:bibliography text:index-body text:index-title".split())
_ROW_GROUPS = frozenset("table:table-header-rows table:table-rows table:table-row-group".split())
_DRAWN = frozenset("draw:frame draw:g draw:custom-shape draw:rect draw:ellipse draw:line draw:path draw:a draw:polygon".split())
# What is in a paragraph and is not its text.
_UNREAD = frozenset(
    "office:annotation office:annotation-end text:tracked-changes text:hidden-text text:ruby-text text:script "
    "text:note-citation text:toc-mark text:alphabetical-index-mark text:user-index-mark office:event-listeners "
    "text:bookmark text:reference-mark text:soft-page-break".split()
)
_SPACES = frozenset("text:s text:tab text:line-break".split())


def opendocument_layout(content: bytes, descriptor: Descriptor) -> Layout:
    """Lay out an OpenDocument text. Raises TresseError, a sentence to be read after the file’s name, where it cannot be."""
    archive = Archive(content, nature=_NATURE)
    if b":encryption-data" in (archive.read("META-INF/manifest.xml") or b""):  # in OpenOffice 2 it is no well-formed XML
        raise TresseError(LOCKED)
    media_type = archive.read("mimetype")
    root = archive.tree("content.xml")
    text = None if root is None else next(root.iter("office:text"), None)
    if root is None or text is None or not (media_type is None or media_type.startswith(_MEDIA_TYPE)):
        raise TresseError(f"ce n’est pas {_NATURE}\u00a0: retirez-le, ou enregistrez-le dans ce format.")
    styles = archive.tree("styles.xml")
    reader = _Reader(_read_styles(*(tree for tree in (styles, root) if tree is not None)), _marks(text))
    flow = Flow()
    reader.read(flow, text)
    title = _title(archive.tree("meta.xml")) or reader.title
    return flow_layout(flow.pieces, descriptor, title=title, remarks=unread(reader.images))


def _title(meta: Element | None) -> str:
    named = None if meta is None else next(meta.iter("dc:title"), None)
    return usable_title(("" if named is None else named.text) or "")


def _marks(text: Element) -> Mapping[str, str]:
    """The number of each note: footnotes from 1 in reading order, endnotes after them."""
    notes = [(note.get("text:note-class") == "endnote", note.get("text:id", "")) for note in text.iter("text:note")]
    return {name: str(number) for number, (_, name) in enumerate(sorted(notes, key=lambda note: note[0]), 1)}


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says, itself or by its parent; None where neither does."""

    title: bool | None = None
    heads: bool | None = None  # the cell that it stands in is a header
    hidden: bool | None = None
    bold: bool | None = None
    raised: bool | None = None


_PLAIN = _Style()


def _read_styles(*roots: Element) -> Mapping[tuple[str, str], _Style]:
    """The styles by family and name."""
    elements = {
        (found.get("style:family", ""), found.get("style:name", "")): found
        for root in roots
        for found in root.iter("style:style")
    }
    return {key: _resolved(key, elements) for key in elements}


def _resolved(key: tuple[str, str], elements: Mapping[tuple[str, str], Element]) -> _Style:
    """The style, each trait from the nearest that states it among its parents."""
    seen: dict[tuple[str, str], _Style] = {}
    while key in elements and key not in seen and len(seen) < 20:
        seen[key] = _stated(key[1], elements[key])
        key = (key[0], elements[key].get("style:parent-style-name", ""))
    return _Style(
        *(
            next((value for style in seen.values() if (value := getattr(style, trait)) is not None), None)
            for trait in ("title", "heads", "hidden", "bold", "raised")
        )
    )


def _stated(name: str, element: Element) -> _Style:
    properties = child(element, "style:text-properties")
    said = {} if properties is None else properties.attrib
    weight, position = said.get("fo:font-weight"), said.get("style:text-position")
    return _Style(
        title=True if name == "Title" else None,
        heads=True if name == "Table_20_Heading" else None,
        hidden=said["text:display"] == "none" if "text:display" in said else None,
        bold=None if weight is None else weight == "bold" or weight in ("600", "700", "800", "900"),
        raised=None if position is None else position.startswith("super") or position[:1] in "123456789",
    )


@dataclass(slots=True)
class _Words:
    """The words of a paragraph while they are read, and what stands beside them: text boxes and notes."""

    said: list[str] = field(default_factory=list)
    beside: Flow = field(default_factory=Flow)
    strong: bool = True


class _Reader:
    """Reads blocks into a flow."""

    def __init__(self, styles: Mapping[tuple[str, str], _Style], marks: Mapping[str, str]) -> None:
        self.images = 0
        self.title = ""
        self._styles = styles
        self._marks = marks

    def read(self, flow: Flow, parent: Element) -> None:
        """Read the blocks of the body, of a section, of a cell, of a text box or of a note."""
        for element in parent:
            tag = element.tag
            if tag in ("text:p", "text:h"):
                self._paragraph(flow, element)
            elif tag == "text:list":
                flow.close()
                self._list(flow, element)
                flow.close()
            elif tag == "text:numbered-paragraph":
                self._item(flow, element)
            elif tag == "table:table":
                self._table(flow, element)
            elif tag in _DRAWN:
                self._drawing(flow, element)
            elif tag in _WRAPPERS and element.get("text:display") != "none":
                self.read(flow, element)

    def _list(self, flow: Flow, element: Element) -> None:
        for item in element:
            if item.tag in ("text:list-item", "text:list-header"):
                self._item(flow, item)

    def _item(self, flow: Flow, item: Element) -> None:
        """Read an item: its first paragraph, what goes on with it, the lists inside it; headings that are numbered as items."""
        begun = False
        for element in item:
            if element.tag == "text:list":
                self._list(flow, element)
            elif element.tag == "text:p" and not self._style(element).title:
                words = self._words(element)
                said = "".join(words.said)
                if begun:
                    flow.goes_on(said)
                else:
                    flow.item(said)
                begun = begun or bool(said.strip())
                flow.extend(words.beside.pieces)
            elif element.tag == "text:h":
                self._paragraph(flow, element)

    def _paragraph(self, flow: Flow, element: Element) -> None:
        words, style = self._words(element), self._style(element)
        text = "".join(words.said)
        level = element.get("text:outline-level", "1")
        if style.title:
            self.title = self.title or usable_title(text)
            flow.heading(text, 0)
        elif element.tag == "text:h":
            flow.heading(text, int(level) if level.isdecimal() and len(level) < 3 else 1)
        elif text and not text.isspace():
            flow.paragraph(text, strong=words.strong)
        flow.extend(words.beside.pieces)

    def _style(self, element: Element, family: str = "paragraph") -> _Style:
        return self._styles.get((family, element.get("text:style-name", "")), _PLAIN)

    def _words(self, paragraph: Element) -> _Words:
        words = _Words()
        hidden = any(mark.get("text:is-hidden") == "true" for mark in paragraph.iter("text:hidden-paragraph"))
        if not hidden:
            self._inside(words, paragraph, self._style(paragraph))
        return words

    def _inside(self, words: _Words, parent: Element, style: _Style) -> None:
        """Read the text of a paragraph or of a span, whose style is laid over that of what it stands in."""
        self._say(words, parent.text, style)
        for element in parent:
            tag = element.tag
            if tag in _SPACES:
                words.said.append(" ")
            elif tag == "text:note":
                self._note(words, element)
            elif tag in _DRAWN:
                self._drawing(words.beside, element)
            elif tag == "text:span":
                self._inside(words, element, _over(style, self._style(element, "text")))
            elif tag not in _UNREAD:
                self._inside(words, element, style)
            self._say(words, element.tail, style)

    def _say(self, words: _Words, text: str | None, style: _Style) -> None:
        if not text or style.hidden:
            return
        words.said.append(superscript(text) if style.raised and text.strip().isdecimal() and len(text) < 4 else text)
        if not (style.bold or style.heads or text.isspace()):
            words.strong = False

    def _note(self, words: _Words, note: Element) -> None:
        mark = self._marks.get(note.get("text:id", ""), "")
        words.said.append(superscript(mark))
        body = child(note, "text:note-body")
        if body is not None:
            flow = Flow()
            self.read(flow, body)
            words.beside.note(mark, flow.pieces)

    def _drawing(self, flow: Flow, drawing: Element) -> None:
        """Read the text boxes and the shapes of a drawing, and count its images."""
        if drawing.tag == "draw:frame" and child(drawing, "draw:text-box") is None:
            self.images += child(drawing, "draw:image") is not None
            return
        for element in drawing:
            if element.tag == "draw:text-box":
                self.read(flow, element)
            elif element.tag in _DRAWN:
                self._drawing(flow, element)
            elif element.tag in ("text:p", "text:list"):
                self.read(flow, drawing)
                return

    def _table(self, flow: Flow, table: Element) -> None:
        rows: list[list[Content]] = []
        self._rows(rows, table, header=False)
        flow.table(rows)

    def _rows(self, rows: list[list[Content]], parent: Element, *, header: bool) -> None:
        for element in parent:
            if element.tag == "table:table-row":
                rows.append([self._cell(cell, header=header) for cell in element if cell.tag == "table:table-cell"])
            elif element.tag in _ROW_GROUPS:
                self._rows(rows, element, header=header or element.tag == "table:table-header-rows")

    def _cell(self, element: Element, *, header: bool) -> Content:
        """Read a cell; one that is told to repeat itself is read as one that covers as many columns."""
        flow = Flow()
        self.read(flow, element)
        columns = _number(element, "table:number-columns-spanned") * _number(element, "table:number-columns-repeated")
        return Content(flow.pieces, columns, _number(element, "table:number-rows-spanned"), header)


def _over(outer: _Style, inner: _Style) -> _Style:
    """The style of a span in a paragraph: what it does not state is as around it; the hidden stays hidden."""
    return _Style(
        hidden=outer.hidden or inner.hidden,
        heads=outer.heads,
        bold=outer.bold if inner.bold is None else inner.bold,
        raised=outer.raised if inner.raised is None else inner.raised,
    )


def _number(element: Element, name: str) -> int:
    value = element.get(name, "1")
    return max(int(value), 1) if value.isdecimal() and len(value) < 6 else 1
