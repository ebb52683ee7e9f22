"""An answer in, JSON or terminal Markdown out. Knows nothing of how it was made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the pages are served while these are read
    from answer.assistant import Answer
    from answer.quotes import Citation
    from index.search import Hit
    from ingest.passages import Place

_DECIMALS = 4  # of scores and milliseconds


def as_json(answer: "Answer", *, id: str | None = None) -> dict[str, Any]:  # noqa: A002
    """Return the object that the command line promises for an answer; `id` comes first when there is one."""
    named: dict[str, Any] = {} if id is None else {"id": id}
    return named | {
        "question": answer.question,
        "query": answer.query,
        "status": answer.status,
        "confidence": round(answer.confidence, _DECIMALS),
        "text": answer.text,
        "citations": [_citation(citation) for citation in answer.citations],
        "passages": passages_json(answer.hits),
        "timings_ms": {name: round(spent, _DECIMALS) for name, spent in answer.timings_ms.items()},
    }


def passages_json(hits: "Sequence[Hit]") -> list[dict[str, Any]]:
    """Return passages found, the best first, as the command line promises them."""
    return [_passage(rank, hit) for rank, hit in enumerate(hits, 1)]


def as_markdown(answer: "Answer") -> str:
    """Return the answer and the numbered list of its sources, to be read on a terminal."""
    if not answer.citations:
        return answer.text
    sources = "\n".join(f"{citation.number}. {source(citation)}" for citation in answer.citations)
    return f"{answer.text}\n\nSources\u00a0:\n\n{sources}"


def source(citation: "Citation") -> str:
    """Say in one line where a citation stands: document, headings, speaker, lines or page."""
    place = citation.place
    speaker = [str(place.speaker)] if place.speaker and str(place.speaker) not in place.headings else []
    return " — ".join([citation.title, *place.headings, *speaker, where(place)])


def where(place: "Place") -> str:
    """Say on which page, else on which lines or paragraphs of the file, a place is: « lignes 12 à 14 »."""
    if place.page is not None:
        return f"page\u00a0{place.page}"
    first, last = place.lines
    counted = "ligne" if place.numbered == "line" else "paragraphe"
    return f"{counted}\u00a0{first}" if first == last else f"{counted}s\u00a0{first} à\u00a0{last}"


def _citation(citation: "Citation") -> dict[str, Any]:
    place = citation.place
    return {
        "number": citation.number,
        "document": citation.document,
        "title": citation.title,
        "sha256": citation.sha256,
        "start": citation.start,
        "end": citation.end,
        "lines": list(place.lines),
        "page": place.page,
        "headings": list(place.headings),
        "speaker": str(place.speaker) if place.speaker else None,
        "quote": citation.quote,
    }


def _passage(rank: int, hit: "Hit") -> dict[str, Any]:
    passage = hit.passage
    return {
        "rank": rank,
        "document": passage.document,
        "start": passage.start,
        "end": passage.end,
        "lines": list(passage.place.lines),
        "headings": list(passage.place.headings),
        "text": passage.text,
        "score": round(hit.score, _DECIMALS),
    }
