"""The bytes of a web page in, a layout out: what its reader would see, without what stands around it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from errors import TresseError
from ingest.canonical import clean
from ingest.descriptor import Descriptor
from ingest.formats.flow import Content, Flow, Piece, flow_layout, superscript, unread, usable_title
from ingest.formats.markup import BLOCKS, Page, is_read, parse_page, readings
from ingest.formats.page_notes import MARK, PageNotes, page_notes
from ingest.layout import Layout

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset("ul ol menu dir dl".split())
_CODE = frozenset("pre listing xmp plaintext".split())  # displayed with the line ends of the source
_VERSE = re.compile(r"\b(?:verse|poem|poeme|po[èe]me|stanza|strophe)\b", re.IGNORECASE)
_BOLD = frozenset("b strong th".split())
_CELLS = frozenset("td th".split())
_NESTED_TABLES = 4  # tables inside one another; deeper, they set the page and are no tables
_BACK = re.compile(r"[\W\d_]*|\w{1,2}|\W*(?:retour|back|haut)\W*", re.IGNORECASE)  # words of the links from a note to its call


def webpage_layout(content: bytes, descriptor: Descriptor) -> Layout:
    """Lay out a web page. Raises TresseError, a sentence to be read after the name of the file, where it cannot be."""
    page = parse_page(content)
    notes = page_notes(page.tree)
    for roots, without in readings(page):
        reader = _Reader(without, notes)
        for root in roots:
            reader.read(root)
        if reader.flow.pieces:
            return flow_layout(
                reader.flow.pieces,
                descriptor,
                title=_title(page.tree, reader.flow.pieces),
                remarks=(*_guess(page), *unread(reader.images)),
            )
    raise TresseError("il ne contient aucun texte\u00a0: retirez-le ou remplacez-le.")


def _guess(page: Page) -> tuple[str, ...]:
    return (f"lu comme du {page.guessed}",) if page.guessed else ()


def _title(tree: LexborHTMLParser, pieces: Sequence[Piece]) -> str:
    """The <title>, or the first heading where there is none or where the title only adds the name of the site to it."""
    named = tree.css_first("head > title")
    title = usable_title(named.text() if named else "")
    first = next((piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1), "")
    return first if first and (not title or title.startswith(first)) else title


Role = Literal["heading", "item", "code", "verse", "term", "definition", "note"]


@dataclass(slots=True)
class _Open:
    """An element that says what the words in it are; `begun` once it has given its first piece."""

    role: Role
    level: int = 0
    mark: str = ""
    begun: bool = False
    note: Flow = field(default_factory=Flow)


@dataclass(slots=True)
class _Frame:
    """The page or a cell: the flow it fills and what is open in it."""

    flow: Flow = field(default_factory=Flow)
    open: list[_Open] = field(default_factory=list)
    lists: int = 0
    term: str = ""


@dataclass(slots=True)
class _Table:
    rows: list[list[Content]] = field(default_factory=list)


class _Reader:
    """Reads branches of a page in document order; what is open stands on lists of its own, for pages nest without limit."""

    def __init__(self, without: frozenset[str], notes: PageNotes) -> None:
        self.images = 0
        self._without = without
        self._notes = notes
        self._frames = [_Frame()]
        self._tables: list[_Table | None] = []  # None: too deep to be one
        self._words: list[str] = []
        self._bold = self._articles = 0
        self._strong = True
        self._marked: list[int] = []  # where the superscripts and links that are open begin among the words

    @property
    def flow(self) -> Flow:
        """What was read."""
        return self._frames[0].flow

    def read(self, root: LexborNode) -> None:
        """Read a branch."""
        for step, node in _steps(root, self):
            if step == "text":
                self._say(node.text_content or "")
            elif step == "open":
                self._enter(node, node.tag or "")
            else:
                self._leave(node, node.tag or "")
        self._flush()
        self._frame.flow.close()

    def reads(self, node: LexborNode) -> bool:
        """Whether to go into an element."""
        if node.tag == "button" and not any(block.role == "heading" for block in self._frame.open[-1:]):
            return False
        return is_read(node, without=self._without, in_article=self._articles > 0)

    @property
    def _frame(self) -> _Frame:
        return self._frames[-1]

    def _say(self, text: str) -> None:
        if not (self._frame.open and self._frame.open[-1].role == "code"):
            text = text.replace("\n", " ")
        self._words.append(text)
        if not self._bold and not text.isspace():
            self._strong = False

    def _enter(self, node: LexborNode, tag: str) -> None:
        if tag in BLOCKS:
            self._flush()
            self._enter_block(node, tag)
        elif tag == "br":
            self._words.append("\n")
        elif tag in ("sup", "a"):
            self._marked.append(len(self._words))
        elif tag == "q":
            self._words.append("« ")
        elif tag == "img":
            self.images += (node.attributes.get("alt") or "").strip() != "" or "alt" not in node.attributes
        if tag in _BOLD:
            self._bold += 1

    def _enter_block(self, node: LexborNode, tag: str) -> None:
        if tag in _CELLS and self._tables and self._tables[-1]:
            self._frames.append(_Frame())
            return
        frame = self._frame
        block = self._opened(node, tag)
        if block:
            frame.open.append(block)
        if tag == "article":
            self._articles += 1
        elif tag in _LISTS:
            if not frame.lists:
                frame.flow.close()
            frame.lists += 1
        elif tag == "table":
            self._tables.append(_Table() if len(self._tables) < _NESTED_TABLES else None)
        elif tag == "tr" and self._tables and self._tables[-1]:
            self._tables[-1].rows.append([])

    def _opened(self, node: LexborNode, tag: str) -> _Open | None:
        """What a block says of its words, None where that is what its parent says."""
        mark = self._notes.blocks.get(node.mem_id)
        if mark:
            return _Open("note", mark=mark)
        if tag in _HEADINGS:
            return _Open("heading", _HEADINGS[tag])
        if tag in _CODE:
            return _Open("code")
        if tag == "address" or _VERSE.search(node.attributes.get("class") or ""):
            return _Open("verse")
        roles: dict[str, Role] = {"li": "item", "dt": "term", "dd": "definition"}
        return _Open(roles[tag]) if tag in roles else None

    def _leave(self, node: LexborNode, tag: str) -> None:
        if tag in _BOLD:
            self._bold -= 1
        if tag in BLOCKS:
            self._flush()
            self._leave_block(node, tag)
        elif tag == "sup":
            self._raise(self._marked.pop())
        elif tag == "a":
            self._link(node, self._marked.pop())
        elif tag == "q":
            self._words.append(" »")

    def _leave_block(self, node: LexborNode, tag: str) -> None:
        if tag in _CELLS and self._tables and self._tables[-1]:
            self._leave_cell(node, tag, self._tables[-1])
            return
        frame = self._frame
        if self._opened(node, tag):
            block = frame.open.pop()
            if block.role == "note":
                frame.flow.note(block.mark, block.note.pieces)
        if tag == "article":
            self._articles -= 1
        elif tag in _LISTS:
            frame.lists -= 1
            self._end_term()
            if not frame.lists:
                frame.flow.close()
        elif tag == "table":
            table = self._tables.pop()
            if table:
                frame.flow.table(table.rows)

    def _leave_cell(self, node: LexborNode, tag: str, table: _Table) -> None:
        self._end_term()
        pieces = self._frames.pop().flow.pieces
        if not table.rows:
            table.rows.append([])
        columns, rows = (_number(node.attributes.get(key)) for key in ("colspan", "rowspan"))
        table.rows[-1].append(Content(pieces, columns, rows, tag == "th"))

    def _raise(self, start: int) -> None:
        """Write a number in superscript as one: a square metre, the call of a note."""
        words = "".join(self._words[start:])
        if MARK.fullmatch(words):
            self._words[start:] = [superscript(words.strip(" []()"))]

    def _link(self, node: LexborNode, start: int) -> None:
        mark = self._notes.calls.get(node.mem_id)
        in_note = any(block.role == "note" for block in self._frame.open[-1:])
        words = "".join(self._words[start:])
        if in_note and "#" in (node.attributes.get("href") or "") and _BACK.fullmatch(words):
            self._words[start:] = []
        elif mark:
            self._words[start:] = [superscript(mark)]

    def _flush(self) -> None:
        """Make of the words since the last block what they are."""
        text, strong = "".join(self._words), self._strong
        self._words.clear()
        self._strong = True
        self._marked = [0] * len(self._marked)
        if not text or text.isspace():
            return
        frame = self._frame
        block = frame.open[-1] if frame.open else None
        if block is None:
            frame.flow.paragraph(text, strong=strong)
        elif block.role == "heading":
            frame.flow.heading(text, block.level)
            for outer in frame.open[-2:-1]:
                outer.begun = True  # an item that opens with a heading is a section, whose words are no items
        elif block.role in ("code", "verse"):
            frame.flow.lines(text.split("\n"))
        elif block.role == "term":
            frame.term = f"{frame.term}, {clean(text)}" if frame.term else clean(text)
        elif block.role == "note":
            block.note.paragraph(text)
        elif block.begun:
            frame.flow.goes_on(text)
        else:
            term, frame.term = frame.term.rstrip(" :"), ""
            frame.flow.item(f"{term} : {text}" if term and block.role == "definition" else text)
            block.begun = True

    def _end_term(self) -> None:
        """Give the term that no definition followed."""
        term, self._frame.term = self._frame.term, ""
        if term:
            self._frame.flow.item(term)


def _number(value: str | None) -> int:
    return max(int(value), 1) if value and value.isdecimal() and len(value) < 6 else 1


def _steps(root: LexborNode, reader: _Reader) -> Iterator[tuple[Literal["open", "close", "text"], LexborNode]]:
    """Walk a branch without recursion: elements as they open and close, and texts."""
    path: list[LexborNode] = []
    node: LexborNode | None = root
    while node is not None:
        inside: LexborNode | None = None
        if node.is_text_node:
            yield "text", node
        elif node.is_element_node and reader.reads(node):
            yield "open", node
            inside = node.first_child
            if inside is not None:
                path.append(node)
                node = inside
                continue
            yield "close", node
        following = node.next if node.mem_id != root.mem_id else None
        while following is None and path:
            node = path.pop()
            yield "close", node
            following = node.next if node.mem_id != root.mem_id else None
        node = following
