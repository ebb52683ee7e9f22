"""A document in, the HTML of a sheet of it out, with what is marked in it. Every text of a document is escaped here.

A sheet is what is shown at once: a part, or as much of it as is pleasant to scroll. All sheets in order are the whole text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from index.analysis import fold
from ingest.document import Block, Document, Part, Span
from ingest.layout import ITEM
from interface.links import passage_link

SHEET_LENGTH = 20_000  # characters, about seven pages: more takes a browser too long to lay out again at each match
_TIDY = SHEET_LENGTH // 2  # from here on a heading is a good place to begin another sheet
_DEEPEST = 6  # HTML has no smaller heading
_AROUND = 70  # characters shown on each side of a match, as many as fit on two lines
_DASHES = " –—-:."  # between « Fiche 1 » and its title


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stretch of one part of a document; `opens` where the part begins with it."""

    part: Part
    start: int
    end: int
    opens: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a text: the stretch that was asked for, and the words that were searched.

    An empty stretch is a place to go to, with nothing to mark. `focus`: whether the reader is brought there, or only sees it.
    """

    here: Span | None = None
    words: Sequence[Span] = ()
    focus: bool = False


def sheets(document: Document) -> tuple[Sheet, ...]:
    """Cut a document into sheets, at headings where it can be."""
    return tuple(
        Sheet(part, start, end, start == part.start)
        for part in document.parts
        for start, end in _cuts(document, part.start, part.end)
    )


def _cuts(document: Document, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while end - at > SHEET_LENGTH:
        cut = _cut(document, at)
        yield at, cut
        at = cut
    yield at, end


def _cut(document: Document, at: int) -> int:
    """Return where a sheet that begins at `at` ends: before a heading, else before a block, else between two words."""
    inside = document.blocks[_after(document, at) : _after(document, at + SHEET_LENGTH)]
    late = [block for block in inside if block.start >= at + _TIDY]
    best = next((block for block in late if block.kind == "heading"), late[-1] if late else None)
    if best:
        return best.start
    space = document.text.rfind(" ", at + _TIDY, at + SHEET_LENGTH)
    return space + 1 if space >= 0 else at + SHEET_LENGTH


def _after(document: Document, offset: int) -> int:
    """Return the number of the first block that begins after `offset`."""
    return bisect_right(document.blocks, offset, key=lambda block: block.start)


def sheet_at(cut: Sequence[Sheet], offset: int) -> int:
    """Return the number of the sheet on which an offset stands."""
    return max(bisect_right(cut, offset, key=lambda sheet: sheet.start) - 1, 0)


def sheet_html(document: Document, sheet: Sheet, marks: Marks) -> str:
    """Return the text of a sheet with its structure, its marks and a permanent link beside each block."""
    opening, title = _opening(document, sheet)
    page = _Page(document, sheet, marks, title)
    return f'<article class="feuille">{opening}{"".join(page.blocks())}</article>'


def _opening(document: Document, sheet: Sheet) -> tuple[str, Block | None]:
    """Return what is written above a sheet, and the heading of the document that is its title where there is one.

    « Fiche 1 – Les réseaux » above the heading « Les réseaux » only says « Fiche 1 ».
    """
    if not sheet.opens:
        return f'<h2 class="suite">{escape(sheet.part.title)} <span>(suite)</span></h2>', None
    first = next(iter(document.blocks[bisect_left(document.blocks, sheet.start, key=lambda block: block.start) :]), None)
    if first and first.kind == "heading" and fold(sheet.part.title).endswith(fold(_words(document, first))):
        eyebrow = sheet.part.title[: -len(_words(document, first))].strip(_DASHES)
        return (f'<p class="rang">{escape(eyebrow)}</p>' if eyebrow else ""), first
    return ("" if sheet.part.title == document.title else f"<h2>{escape(sheet.part.title)}</h2>"), None


def _words(document: Document, block: Block) -> str:
    return " ".join(document.text[block.start : block.end].split())


class _Page:
    """The blocks of a sheet, one after the other: each as far as the sheet goes."""

    def __init__(self, document: Document, sheet: Sheet, marks: Marks, title: Block | None) -> None:
        self._document, self._sheet, self._marks, self._title = document, sheet, marks, title
        self._named = not sheet.opens or sheet.part.title != document.title
        self._level = 2 if self._named and title is None else 1
        self._goal = 'id="ici" tabindex="-1" class="{}' + (" but" if marks.focus else "") + '"'
        self._pages = _page_breaks(document, sheet)
        self._reached = False

    def blocks(self) -> Iterator[str]:
        document, sheet = self._document, self._sheet
        first = max(_after(document, sheet.start) - 1, 0)
        label = None
        for number in range(first, len(document.blocks)):
            block = document.blocks[number]
            if block.start >= sheet.end:
                break
            if block.end <= sheet.start:
                continue
            if self._inline(number):
                label = block
                continue
            yield self._block(block, label)
            label = None

    def _inline(self, number: int) -> bool:
        """Tell whether a block stands on the same line as the next one, as the initials of a speaker do."""
        following = self._document.blocks[number + 1 : number + 2]
        block = self._document.blocks[number]
        return bool(following) and following[0].start < self._sheet.end and "\n" not in self._gap(block.end, following[0].start)

    def _gap(self, start: int, end: int) -> str:
        return self._document.text[start:end]

    def _block(self, block: Block, label: Block | None) -> str:
        start, end = max(block.start, self._sheet.start), min(block.end, self._sheet.end)
        begun = label.start if label else start
        page = self._pages.pop(begun, None)
        above = f'<p class="page"><span>Page\u00a0{page}</span></p>' if page else ""
        classes = f"bloc b-{block.kind}"
        place = self._marks.here
        aimed = place and place.start == place.end and not self._reached and place.start < end
        if aimed:
            self._reached = True
        goal = f" {self._goal.format(classes)}" if aimed else f' class="{classes}"'
        said = f'<strong class="qui">{self._text(label.start, label.end)}</strong> ' if label else _unlabelled(block, start)
        return f"{above}<div{goal}>{self._body(block, start, end, said)}{self._anchor(begun, end)}</div>"

    def _body(self, block: Block, start: int, end: int, said: str) -> str:
        if block.kind == "heading":
            level = self._heading_level(block)
            return f"<h{level}>{'<br>'.join(self._text(*line) for line in self._lines(start, end))}</h{level}>"
        html, items = [], []
        for first, last in self._lines(start, end):
            if self._document.text.startswith(ITEM, first):
                items.append(f"<li>{self._text(first, last)}</li>")
                continue
            html += [f"<ul>{''.join(items)}</ul>"] if items else []
            items = []
            html.append(f"<p>{said}{self._text(first, last)}</p>")
            said = ""
        html += [f"<ul>{''.join(items)}</ul>"] if items else []
        return (f"<p>{said}</p>" if said else "") + "".join(html)

    def _heading_level(self, block: Block) -> int:
        """Return a level at most one deeper than that of the heading above: a reader who hears the page steps down them."""
        wanted = 2 if block == self._title else 1 + len(block.headings) + (self._named or self._title is not None)
        self._level = min(wanted, self._level + 1, _DEEPEST)
        return self._level

    def _lines(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        for line in re.finditer(r"[^\n]+", self._document.text[start:end]):
            yield start + line.start(), start + line.end()

    def _anchor(self, start: int, end: int) -> str:
        document = self._document
        link = escape(passage_link(document.id, start, end))
        where = place_name(document, start, end)
        seen = "" if document.page(start) is not None else f" {document.lines(start, start + 1)[0]}"
        return f'<a class="lien" href="{link}" title="Lien permanent\u00a0: {where.lower()}">¶{seen}</a>'

    def _text(self, start: int, end: int) -> str:
        """Escape a stretch of one line, with its marks and the page breaks inside."""
        here, words = self._marks.here, self._marks.words
        near = words[max(bisect_right(words, start, key=_start) - 1, 0) : bisect_right(words, end, key=_start)]
        stretches = [here] if here and here.start < here.end else []
        edges = {offset for span in (*stretches, *near) for offset in (span.start, span.end)}
        breaks = {offset for offset in self._pages if start < offset < end}
        bounds = sorted({start, end} | {offset for offset in edges | breaks if start < offset < end})
        html = []
        for first, last in pairwise(bounds):
            page = self._pages.pop(first, None) if first in breaks else None
            html.append(f'<span class="page">Page\u00a0{page}</span>' if page else "")
            shown = escape(self._document.text[first:last])
            if stretches and here and here.start <= first < here.end:
                html.append(f"<mark {self._first_goal()}>{shown}</mark>")
            elif any(span.start <= first < span.end for span in near):
                html.append(f"<mark>{shown}</mark>")
            else:
                html.append(shown)
        return "".join(html)

    def _first_goal(self) -> str:
        if self._reached:
            return 'class="ici"'
        self._reached = True
        return self._goal.format("ici")


def _unlabelled(block: Block, start: int) -> str:
    """Name who speaks where the document does not, line after line."""
    if block.kind != "turn" or not block.speaker or start != block.start:
        return ""
    return f'<strong class="qui">{escape(block.speaker.name)}</strong> '


def _page_breaks(document: Document, sheet: Sheet) -> dict[int, int]:
    """Return the offsets of a sheet at which a page begins, with its number; the first page of a document begins nowhere."""
    first = max(bisect_right(document.origins, sheet.start, key=lambda origin: origin.start) - 1, 0)
    before = document.origins[first - 1].page if first else None
    breaks = {}
    for origin in document.origins[first:]:
        if origin.start >= sheet.end:
            break
        if origin.page is not None and origin.page != before:
            breaks[max(origin.start, sheet.start)] = origin.page
        before = origin.page
    return breaks


def place_name(document: Document, start: int, end: int) -> str:
    """Say on which page, line or paragraph of the file a stretch stands."""
    page = document.page(start)
    if page is not None:
        return f"Page\u00a0{page}"
    first, last = document.lines(start, end)
    noun = "Paragraphe" if document.numbered == "paragraph" else "Ligne"
    return f"{noun}\u00a0{first}" if first == last else f"{noun}s\u00a0{first} à\u00a0{last}"


def extract(document: Document, span: Span) -> str:
    """Return a match in <mark> between the words around it."""
    text = document.text
    block = document.blocks[max(_after(document, span.start) - 1, 0)]
    start, end = max(block.start, span.start - _AROUND), min(max(block.end, span.end), span.end + _AROUND)
    before = text[start : span.start] if start == block.start else "… " + text[start : span.start].partition(" ")[2]
    after = text[span.end : end] if end >= block.end else text[span.end : end].rpartition(" ")[0] + " …"
    return f"{escape(before)}<mark>{escape(text[span.start : span.end])}</mark>{escape(after)}"


def _start(span: Span) -> int:
    return span.start
