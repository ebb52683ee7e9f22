"""What a program asks in, the JSON that it gets out: what HTTP and MCP have in common. Knows of neither.

What is imported where it is used takes seconds, and is there once an index is open: a server says before that it is there.
"""

from itertools import islice
from typing import TYPE_CHECKING, Any

from answer import shapes
from answer.entry import read_question
from errors import TresseError

if TYPE_CHECKING:
    from answer.assistant import Assistant
    from index.contents import Contents, Listed
    from index.search import Index

LONGEST_READ = 20_000  # characters: about eight pages, more than any citation or passage


def ask(assistant: "Assistant", asked: shapes.Ask) -> dict[str, Any]:
    """Answer a question. Raises TresseError where it is none, or where a scope does not exist."""
    from answer.conversation import Turn
    from answer.render import as_json

    history = [Turn(turn.role, turn.content) for turn in asked.history]
    return as_json(assistant.ask(asked.question, history, within=asked.within, top=asked.top))


def search(index: "Index", asked: shapes.Search) -> dict[str, Any]:
    """Give the best passages. Raises TresseError where nothing is asked, or where a scope does not exist."""
    from answer.render import passages_json

    query = read_question(asked.query)
    return {"query": query, "passages": passages_json(index.search(query, top=asked.top, within=asked.within))}


def read_passage(index: "Index", asked: shapes.Read) -> dict[str, Any]:
    """Give the exact text of a stretch of a document, and where it stands. Raises TresseError where it is nowhere."""
    from answer.quotes import place_of
    from ingest.document import Span

    if asked.document not in index.documents:
        raise TresseError(f"Le document «\u00a0{asked.document}\u00a0» n’existe pas. Une citation donne le nom du sien.")
    document = index.documents[asked.document]
    if not asked.start < asked.end <= len(document.text):
        raise TresseError(
            f"Rien ne va de {asked.start} à {asked.end}\u00a0: donnez deux rangs croissants, "
            f"de 0 à {len(document.text)}, la fin de ce document."
        )
    if asked.end - asked.start > LONGEST_READ:
        raise TresseError(f"Le passage est trop long\u00a0: lisez {LONGEST_READ} caractères au plus à la fois.")
    place = place_of(document, Span(asked.start, asked.end))
    return {
        "document": document.id,
        "title": document.title,
        "sha256": document.sha256,
        "start": asked.start,
        "end": asked.end,
        "lines": list(place.lines),
        "page": place.page,
        "headings": list(place.headings),
        "speaker": str(place.speaker) if place.speaker else None,
        "text": document.text[asked.start : asked.end],
    }


def list_documents(contents: "Contents", limit: int = shapes.MOST_DOCUMENTS, offset: int = 0) -> dict[str, Any]:
    """List `limit` documents and their parts after the first `offset`, from the table of contents alone."""
    listed = islice(contents.values(), offset, offset + limit)
    return {"documents": [_entry(each) for each in listed], "total": len(contents)}


def _entry(listed: "Listed") -> dict[str, Any]:
    return {
        "id": listed.id,
        "title": listed.title,
        "files": list(listed.files),
        "passages": listed.end - listed.first,
        "parts": [
            {"id": part.id, "title": part.title, "scope": f"{listed.id}#{part.id}", "passages": part.end - part.first}
            for part in listed.parts
        ],
    }
