"""Draft statements in, verified citations out. Knows nothing of who wrote the draft."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.document import Block, Document, Span
from ingest.passages import Place

log = logging.getLogger(__name__)

# What the end of a quote may not cut: a word (« non-concurrence », « n’a », « avise.org »), a number (« 57,5 », « 3 439 »).
_WHOLE = re.compile(r"\w+(?:(?:[-\u2011’'.,]|(?<=\d)[ \u00a0\u202f](?=\d{3}\b))\w+)*")
# Words that a quote may leave out before a vowel; « n’ » is not among them, for a negation may not be lost.
_ELIDED = frozenset({"l", "d", "s", "j", "m", "t", "c", "qu"})


@dataclass(frozen=True, slots=True)
class Quote:
    """What a draft claims: that `text` stands at [start, end) of the text of `document` whose SHA-256 is `sha256`."""

    document: str
    sha256: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that leads to a quote. It is shown only if its quote stands; `quote` None is a sentence of ours."""

    lead: str
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote by pointer: `quote == document.text[start:end]` in the text whose SHA-256 is `sha256`."""

    number: int
    document: str
    title: str
    sha256: str
    start: int
    end: int
    quote: str
    place: Place


def cite(draft: Sequence[Statement], documents: Mapping[str, Document]) -> tuple[tuple[Statement, Citation | None], ...]:
    """Pair each statement with the citation that proves it, numbered from 1 in reading order.

    A statement whose quote does not stand in its document is dropped and logged; one that claims no quote is kept.
    """
    kept: list[tuple[Statement, Citation | None]] = []
    number = dropped = 0
    for statement in draft:
        if statement.quote is None:
            kept.append((statement, None))
            continue
        citation = _citation(statement.quote, documents, number + 1)
        if citation is None:
            dropped += 1
            continue
        number += 1
        kept.append((statement, citation))
    if dropped:
        log.warning("%d of %d quotes do not stand in their documents and were dropped", dropped, dropped + number)
    return tuple(kept)


def verify(citation: Citation, document: Document) -> bool:
    """Say whether the citation's quote is exactly what stands at its offsets in this document."""
    return citation.title == document.title and _stands(citation, document)


def find(quote: str, document: Document) -> Span | None:
    """Return where a quote stands in a document, word for word, or None.

    Runs of white space count as one space; nothing else is forgiven. A quote that cuts a word or a number does not stand.
    """
    words = quote.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for match in pattern.finditer(document.text):
        if not _cuts(document.text, match.start()) and not _cuts(document.text, match.end()):
            return Span(match.start(), match.end())
    return None


def _citation(quote: Quote, documents: Mapping[str, Document], number: int) -> Citation | None:
    document = documents.get(quote.document)
    if document is None or not _stands(quote, document):
        return None
    place = place_of(document, Span(quote.start, quote.end))
    return Citation(number, document.id, document.title, quote.sha256, quote.start, quote.end, _text(quote), place)


def _stands(claim: Quote | Citation, document: Document) -> bool:
    inside = 0 <= claim.start < claim.end <= len(document.text)
    return (
        inside
        and claim.document == document.id
        and claim.sha256 == document.sha256
        and bool(_text(claim).strip())
        and document.text[claim.start : claim.end] == _text(claim)
    )


def _text(claim: Quote | Citation) -> str:
    return claim.text if isinstance(claim, Quote) else claim.quote


def place_of(document: Document, span: Span) -> Place:
    """Return where a span stands: the block that holds most of it, the lines that it touches."""
    lines = document.lines(span.start, span.end)
    page = document.page(span.start)
    block = max(document.blocks, key=lambda each: _overlap(each, span), default=None)
    if block is None or not _overlap(block, span):  # between two blocks
        part = next((each for each in document.parts if each.start <= span.start < each.end), None)
        return Place("paragraph", part.id if part else "", (part.title,) if part else (), None, lines, page, document.numbered)
    return Place(block.kind, block.part, block.headings, block.speaker, lines, page, document.numbered)


def _overlap(block: Block, span: Span) -> int:
    return max(0, min(block.end, span.end) - max(block.start, span.start))


def _cuts(text: str, offset: int) -> bool:
    """Say whether a boundary at `offset` falls inside a word or a number."""
    line = text.rfind("\n", 0, offset) + 1
    for match in _WHOLE.finditer(text, line):
        if match.end() >= offset:
            return match.start() < offset < match.end() and text[match.start() : offset - 1].lower() not in _ELIDED
    return False
