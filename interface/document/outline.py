"""Documents in, the HTML of the ways into them out: which documents there are, and the table of contents of one."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from index.analysis import fold
from index.contents import Contents, Listed
from ingest.document import Block, Document
from interface.document.reading import Sheet
from interface.links import passage_link

SHELF_LENGTH = 50  # documents listed at once: the others are found by words of their titles
_HEADINGS_SHOWN = 200  # of a part: a table of contents is to be read


def shelf_html(contents: Contents, current: str, words: str = "") -> str:
    """List the documents whose titles or files have all the words, as many as can be read."""
    wanted = fold(words).split()
    found = [each for each in contents.values() if all(word in _known_as(each) for word in wanted)]
    shown = "".join(f"<li>{_document_link(each, current)}</li>" for each in found[:SHELF_LENGTH])
    more = len(found) - SHELF_LENGTH
    rest = f"<p>et {more} autres\u00a0: précisez leur titre.</p>" if more > 0 else ""
    return f"<ul>{shown}</ul>{rest}" if found else "<p>Aucun document n’a ces mots dans son titre.</p>"


def _known_as(listed: Listed) -> str:
    return fold(f"{listed.title} {' '.join(listed.files)}")


def _document_link(listed: Listed, current: str) -> str:
    name = ' class="courant"' if listed.id == current else ""
    return f'<a href="{_to(listed.id, 0)}"{name}>{escape(listed.title)}</a>'


def contents_html(document: Document, cut: Sequence[Sheet], current: int) -> str:
    """Return the table of contents: every part, and the headings of the part that is read."""
    sheet = cut[current]
    if len(document.parts) == 1:
        return _headings(document, sheet)
    return _list(
        f'<a href="{_to(document.id, part.start)}"{_current(part is sheet.part)}>{escape(part.title)}</a>'
        + (_headings(document, sheet, skipped=part.title) if part is sheet.part else "")
        for part in document.parts
    )


def _headings(document: Document, sheet: Sheet, skipped: str = "") -> str:
    """List the headings of a part, but for one that repeats its title; of too many the main ones, and those of the sheet."""
    part = sheet.part
    headings = [block for block in document.blocks if block.kind == "heading" and part.start <= block.start < part.end]
    deepest = next(filter(_fits(headings), (4, 3, 2, 1)), 0)
    links = []
    for block in headings:
        words = heading_words(document, block)
        near = sheet.start <= block.start < sheet.end
        if (near or len(block.headings) <= deepest) and not (skipped and fold(skipped).endswith(fold(words))):
            links.append(f'<a href="{_to(document.id, block.start)}" class="n{len(block.headings)}">{escape(words)}</a>')
    return _list(links) if links else ""


def heading_words(document: Document, block: Block) -> str:
    """Return a heading on one line, with the capital that some lack."""
    words = " ".join(document.text[block.start : block.end].split())
    return words[:1].upper() + words[1:]


def _fits(headings: Sequence[Block]) -> Callable[[int], bool]:
    return lambda depth: sum(len(block.headings) <= depth for block in headings) <= _HEADINGS_SHOWN


def turning_html(document: Document, cut: Sequence[Sheet], current: int) -> str:
    """Return the ways to the sheets before and after, nothing where there is one only."""
    ways = []
    if current > 0:
        ways.append(_way(document, cut[current - 1], "Précédent", "avant"))
    if current + 1 < len(cut):
        ways.append(_way(document, cut[current + 1], "Suite", "apres"))
    return f'<nav class="tourner" title="Avant et après">{"".join(ways)}</nav>' if ways else ""


def _way(document: Document, sheet: Sheet, word: str, name: str) -> str:
    title = sheet.part.title if sheet.opens else _first_heading(document, sheet)
    said = f" <strong>{escape(title)}</strong>" if title else ""
    return f'<a href="{_to(document.id, sheet.start)}" class="{name}"><span>{word}</span>{said}</a>'


def _first_heading(document: Document, sheet: Sheet) -> str:
    inside = (block for block in document.blocks if sheet.start <= block.start < sheet.end)
    return next((heading_words(document, block) for block in inside if block.kind == "heading"), "")


def _to(document: str, start: int) -> str:
    return escape(passage_link(document, start, start))


def _current(current: bool) -> str:
    return ' class="courant"' if current else ""


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
