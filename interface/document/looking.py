"""Where a visitor of the documents is, and what is shown there, as HTML. Knows nothing of Gradio."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from index.contents import Listed
from ingest.document import Document, Span
from interface.document.matches import SHORTEST, Matches, find_words, pieces
from interface.document.outline import contents_html, turning_html
from interface.document.reading import Marks, Sheet, extract, place_name, sheet_at, sheet_html, sheets
from interface.links import passage_link, read_place

if TYPE_CHECKING:
    from interface.desk import Desk

_LISTED = 100  # matches listed at once; those that follow are reached one after the other
LONGEST_WORDS = 200  # characters searched
_PIECES = 3  # of a document searched in one request
GONE = "Le document de cette adresse n’est plus parmi ceux de Tresse. En voici un autre."
MOVED = "Le passage de cette adresse n’est plus à cet endroit\u00a0: le document a changé. Cherchez-en les mots ci-dessus."
UNREADABLE = "Cette adresse ne désigne aucun passage. Voici un document."


@dataclass(frozen=True, slots=True)
class Looking:
    """A stretch of a document, empty where a whole sheet is read, and the words searched in it.

    `focus`: whether the reader is brought to the stretch, or goes on typing words. `notice`: what there is to say of an
    address that leads nowhere any more.
    """

    document: str = ""
    start: int = 0
    end: int = 0
    words: str = ""
    focus: bool = False
    notice: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a document, as HTML: its title, its table of contents, a sheet, what was found; and its address."""

    head: str
    contents: str
    sheet: str
    address: str
    status: str
    matches: str


def look(desk: "Desk", address: str, before: Looking) -> Looking:
    """Go to the stretch that the `p` of an address names, with the words searched before if they are of the same document."""
    first = next(iter(desk.index.contents))
    if not address:
        return Looking(first)
    place = read_place(address)
    if place is None:
        return Looking(first, focus=True, notice=UNREADABLE)
    name, start, end = place
    if name not in desk.index.contents:
        return Looking(first, focus=True, notice=GONE)
    words = before.words if before.document == name else ""
    if not start <= end <= len(desk.index.documents[name].text):
        return Looking(name, words=words, focus=True, notice=MOVED)
    return Looking(name, start, end, words, focus=True)


def search(desk: "Desk", before: Looking, words: str) -> Looking:
    """Search other words from where the visitor is."""
    words = words.strip()[:LONGEST_WORDS]
    seen = replace(before, words=words, focus=False, notice="")
    return _onward(desk.index.documents[seen.document], seen) or replace(seen, end=seen.start)


def step(desk: "Desk", before: Looking, words: str, *, forward: bool) -> Looking:
    """Go to the next match of the words, or the previous one; to the first one where the words are others."""
    if words.strip()[:LONGEST_WORDS] != before.words:
        return search(desk, before, words)
    seen = replace(before, focus=False, notice="")
    after = forward and before.end > before.start
    return _onward(desk.index.documents[before.document], seen, forward=forward, after=after) or before


def _onward(document: Document, seen: Looking, *, forward: bool = True, after: bool = False) -> Looking | None:
    """Go on to the next match, or the previous one, past the last to the first again; None where there is none.

    Of a long document a few pieces are searched, and where they hold nothing the reader is brought to where to go on.
    """
    cut = pieces(document)
    here = _piece(cut, seen.start)
    ways = [(here + number if forward else here - number) % len(cut) for number in range(min(len(cut), _PIECES) + 1)]
    for number, way in enumerate(ways[:_PIECES] if len(cut) > 1 else ways[:1]):
        matches = find_words(document, seen.words, cut[way])
        if not matches.spans:
            continue
        place = matches.next(seen.start, after=after) if forward else matches.previous(seen.start)
        if number == 0 and len(cut) > 1 and _goes_round(matches.spans[place].start, seen.start + after, forward=forward):
            continue
        found = matches.spans[place if number == 0 else 0 if forward else -1]
        return replace(seen, start=found.start, end=found.end)
    if len(cut) <= _PIECES:
        return None
    onward = cut[ways[-1]].start if forward else cut[ways[-1]].end - 1
    return replace(seen, start=onward, end=onward)


def _piece(cut: Sequence[Span], at: int) -> int:
    return max(bisect_right(cut, at, key=lambda piece: piece.start) - 1, 0)


def _goes_round(found: int, start: int, *, forward: bool) -> bool:
    return found < start if forward else found >= start


def view(desk: "Desk", seen: Looking) -> View:
    """Return what a visitor sees."""
    document = desk.index.documents[seen.document]
    cut = sheets(document)
    current = sheet_at(cut, seen.start)
    pieces_ = pieces(document)
    matches = find_words(document, seen.words, pieces_[_piece(pieces_, seen.start)])
    marks = Marks(Span(seen.start, seen.end), matches.spans, seen.focus and not seen.notice)
    notice = f'<p id="ici" class="avis but" tabindex="-1">{escape(seen.notice)}</p>' if seen.notice else ""
    body = sheet_html(document, cut[current], replace(marks, here=None) if seen.notice else marks)
    return View(
        head=_head(document, desk.index.contents[seen.document]),
        contents=_folded("Sommaire", contents_html(document, cut, current)),
        sheet=notice + body + turning_html(document, cut, current),
        address=_address(seen),
        status=_status(document, seen, matches, whole=len(pieces_) == 1),
        matches=_matches(document, cut, matches),
    )


def _head(document: Document, listed: Listed) -> str:
    words = f"{_count(document.text):,}".replace(",", "\u202f")
    parts = f"{len(document.parts)}\u00a0parties, " if len(document.parts) > 1 else ""
    files = ", ".join(listed.files)
    return (
        f'<header id="titre"><h1>{escape(document.title)}</h1>'
        f"<p>{parts}{words}\u00a0mots <span>{escape(files)}</span></p></header>"
    )


@lru_cache(maxsize=8)
def _count(text: str) -> int:
    """Count the words of a text: of the longest it takes a third of a second, and each page shows it."""
    return len(text.split())


def _folded(title: str, inside: str) -> str:
    return f'<details class="volet"><summary>{title}</summary><nav title="{title}">{inside}</nav></details>' if inside else ""


def _address(seen: Looking) -> str:
    """Return the address of what is shown, "" where the one that led nowhere stays in the browser, to be seen."""
    if seen.notice:
        return ""
    return passage_link(seen.document, seen.start, seen.end) if seen.end or seen.focus else "/document"


def done(number: str, address: str = "") -> str:
    """Tell static/document.js that the order of this number is carried out, and the address of what is shown."""
    link = f' href="{escape(address)}"' if address else ""
    return f'<a id="fait" class="n{int(number) if number.isdecimal() else 0}"{link} tabindex="-1"></a>'


def _status(document: Document, seen: Looking, matches: Matches, *, whole: bool) -> str:
    """Say what was found: of a long document, in the piece that is read."""
    if len(seen.words) < SHORTEST:
        return ""
    count = len(matches.spans)
    if not count and not whole:
        return (
            f"<p>«\u00a0{escape(seen.words)}\u00a0» ne se trouve pas près d’ici\u00a0: "
            "«\u00a0Suivant\u00a0» cherche plus loin.</p>"
        )
    if not count:
        return f"<p>«\u00a0{escape(seen.words)}\u00a0» ne se trouve pas dans ce document.</p>"
    number = matches.number(seen.start)
    where = f", {place_name(document, seen.start, seen.end).lower()}" if number is not None else ""
    found = "Un seul résultat" if count == 1 else f"{count}\u00a0résultats"
    if number is not None and count > 1:
        found = f"Résultat\u00a0{number + 1} sur\u00a0{count}"
    apart = "" if matches.whole else " (ces mots ne se suivent nulle part, les voici dans les mêmes passages)"
    near = "" if whole else " dans cette partie du document"
    return f"<p>{found}{near}{where}{apart}</p>"


def _matches(document: Document, cut: Sequence[Sheet], matches: Matches) -> str:
    if len(matches.spans) < 2:
        return ""
    items = "".join(f"<li>{_match(document, cut, span)}</li>" for span in matches.spans[:_LISTED])
    more = len(matches.spans) - _LISTED
    rest = f"<p>et {more} autres, que «\u00a0Suivant\u00a0» atteint.</p>" if more > 0 else ""
    return f'<details class="trouves"><summary>Voir la liste</summary><ol>{items}</ol>{rest}</details>'


def _match(document: Document, cut: Sequence[Sheet], span: Span) -> str:
    part = cut[sheet_at(cut, span.start)].part.title
    where = place_name(document, span.start, span.end)
    said = f"{part}, {where.lower()}" if len(document.parts) > 1 else where
    link = escape(passage_link(document.id, span.start, span.end))
    return f'<a href="{link}">{extract(document, span)}</a><span class="lieu">{escape(said)}</span>'
