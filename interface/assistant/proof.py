"""An answer in, what proves it out: each quote held against the document of the index, then and there. Knows no HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.document import Document

if TYPE_CHECKING:
    from answer.assistant import Answer
    from answer.quotes import Citation


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a quote stands, said in words, and what was compared: the offsets and the SHA-256 of the text."""

    number: int
    stands: bool
    words: str
    start: int
    end: int
    sha256: str


def check(answer: "Answer", documents: Mapping[str, Document]) -> tuple[Check, ...]:
    """Check every citation of an answer against the documents that the index holds now."""
    return tuple(_checked(citation, documents.get(citation.document)) for citation in answer.citations)


def _checked(citation: "Citation", document: Document | None) -> Check:
    from answer.quotes import verify  # not before it is asked for: the page is served while this is read

    if document is None:
        stands, words = False, "le document n’est plus dans l’index."
    elif verify(citation, document):
        stands, words = True, "la citation est, caractère pour caractère, ce que dit le document."
    elif document.text[citation.start : citation.end] == citation.quote:
        stands, words = False, "le document a changé depuis la réponse, mais pas ce passage\u00a0: reposez la question."
    elif citation.quote in document.text:
        stands, words = False, "le document a changé et la citation s’y est déplacée\u00a0: reposez la question."
    else:
        stands, words = False, "le document a changé et ne dit plus cela\u00a0: reposez la question."
    return Check(citation.number, stands, words, citation.start, citation.end, document.sha256 if document else citation.sha256)
