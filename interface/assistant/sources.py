"""Exchanges and documents in, the HTML of the sources panel out. Every text of a user or a document is escaped here."""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from answer.render import where
from ingest.document import Block, Document
from interface.assistant.exchange import Exchange
from interface.links import passage_link

if TYPE_CHECKING:
    from answer.quotes import Citation

# Of a neighbouring block, enough to see what is being talked about: about four lines of the panel.
CONTEXT_LIMIT = 280

EMPTY = (
    '<section class="no-source"><h2>Sources</h2><p>Chaque citation d’une réponse porte un numéro, '
    'comme <span class="number">1</span>. Suivez-le : le passage s’affiche ici, dans son contexte, '
    "<mark>la citation surlignée</mark>.</p></section>"
)


def panel(exchanges: Sequence[Exchange]) -> str:
    """Return the sources of every answer, newest first; those of earlier answers are folded, never lost."""
    if not exchanges:
        return EMPTY
    latest, *earlier = reversed(exchanges)
    cited = [_folded(exchange) for exchange in earlier if exchange.answer and exchange.answer.citations]
    return _section(latest) + (f'<h2 class="earlier">Réponses précédentes</h2>{"".join(cited)}' if cited else "")


def _section(exchange: Exchange) -> str:
    citations = exchange.answer.citations if exchange.answer else ()
    title = "Sources" if len(citations) != 1 else "Source"
    body = _articles(exchange) or '<p class="none">Cette réponse ne cite aucun passage.</p>'
    return f'<section><h2>{title} de la réponse</h2><p class="asked">{escape(exchange.question)}</p>{body}</section>'


def _folded(exchange: Exchange) -> str:
    question = escape(exchange.question)
    return f"<details><summary>{question}</summary>{_articles(exchange)}</details>"


def _articles(exchange: Exchange) -> str:
    if not exchange.answer:
        return ""
    return "".join(
        _article(exchange.number, citation, exchange.cited[citation.document], name_document=exchange.several)
        for citation in exchange.answer.citations
    )


def _article(exchange: int, citation: "Citation", document: Document, *, name_document: bool) -> str:
    number = citation.number
    title, *said = place_words(citation, document, name_document=name_document)
    place = "".join(f"<span>{escape(words)}</span>" for words in said)
    address = escape(passage_link(citation.document, citation.start, citation.end))
    return (
        f'<article><h3><span class="number"><span class="heard">Source </span>{number}</span>'
        f"<span>{escape(title)}</span></h3>"
        f'<p class="place">{place}</p>'
        f'<div class="context">{context(citation, document, anchor=f"source-{exchange}-{number}")}</div>'
        f'<p class="back"><a href="#appel-{exchange}-{number}">Revenir à la réponse</a>'
        f'<a href="{address}" title="S’ouvre dans un nouvel onglet">Lire dans le document</a></p></article>'
    )


def place_words(citation: "Citation", document: Document, *, name_document: bool) -> list[str]:
    """Return what says where a quote stands, from the large to the small: part, document, section, speaker, lines."""
    place = citation.place
    titles = {part.id: part.title for part in document.parts}
    speaker = str(place.speaker) if place.speaker else ""
    section = " – ".join(heading for heading in place.headings[1:] if heading != speaker)
    named = citation.title if name_document else ""
    counted = where(place)
    words = [named, section, speaker, counted[0].upper() + counted[1:]]
    return [titles.get(place.part) or document.title, *filter(None, words)]


def context(citation: "Citation", document: Document, *, anchor: str) -> str:
    """Return the blocks that hold the quote, the quote in <mark>, between their greyed neighbours of the same part."""
    blocks = document.blocks
    held = [i for i, block in enumerate(blocks) if block.start < citation.end and citation.start < block.end]
    if not held:
        return _mark(document.text[citation.start : citation.end], anchor)
    html = [_neighbour(document, held[0] - 1, blocks[held[0]].part, last_words=True)]
    for i in held:
        name = anchor if i == held[0] else ""
        html.append(f'<p class="{blocks[i].kind}">{_quoted(document, blocks[i], citation, name)}</p>')
    html.append(_neighbour(document, held[-1] + 1, blocks[held[-1]].part, last_words=False))
    return "".join(html)


def _quoted(document: Document, block: Block, citation: "Citation", anchor: str) -> str:
    start, end = max(citation.start, block.start), min(citation.end, block.end)
    before, quote, after = document.text[block.start : start], document.text[start:end], document.text[end : block.end]
    return _shown(before) + _mark(quote, anchor) + _shown(after)


def _mark(quote: str, anchor: str) -> str:
    named = f' id="{anchor}" tabindex="-1"' if anchor else ""
    return f"<mark{named}>{_shown(quote)}</mark>"


def _neighbour(document: Document, i: int, part: str, *, last_words: bool) -> str:
    """Return the block at `i` greyed and shortened, nothing where the part ends.

    Before a quote, labels are stepped over: what an interviewer asks says more than the initials of who answers.
    """
    while last_words and i > 0 and document.blocks[i].kind == "label":
        i -= 1
    if not 0 <= i < len(document.blocks) or document.blocks[i].part != part:
        return ""
    block = document.blocks[i]
    text = shortened(document.text[block.start : block.end], last_words=last_words)
    return f'<p class="near {block.kind}">{_shown(text)}</p>'


def shortened(text: str, *, last_words: bool) -> str:
    """Return the first words of `text` that fit in CONTEXT_LIMIT, or its last; « […] » stands for the rest."""
    if len(text) <= CONTEXT_LIMIT:
        return text
    if last_words:
        return "[…] " + text[-CONTEXT_LIMIT:].split(maxsplit=1)[-1]
    return text[:CONTEXT_LIMIT].rsplit(maxsplit=1)[0] + " […]"


def _shown(text: str) -> str:
    return "<br>".join(escape(line) for line in re.split(r"\r\n?|\n", text))
