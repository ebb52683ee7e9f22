"""What is searched and cited: documents, passages and their expansions, read from their lines when they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.contents import Contents
from index.lines import Keyed, Numbered, loaded
from index.prepared import load_stored
from index.units import Unit
from ingest.document import Document
from ingest.passages import Passage
from ingest.records import load_document


@dataclass(frozen=True, slots=True)
class Content:
    """What is searched, and its table of contents. `units`: for each passage its spans, with the expansions of each."""

    contents: Contents
    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    units: Sequence[tuple[Unit, ...]]


def content_of(contents: Contents, documents: Sequence[bytes], passages: Sequence[bytes]) -> Content:
    """Return the content of lines that a build made."""
    stored = loaded(passages, load_stored)
    return Content(
        contents,
        Keyed(contents, loaded(documents, lambda _, line: load_document(line))),
        Numbered(len(stored), lambda number: stored[number].passage),
        Numbered(len(stored), lambda number: stored[number].units),
    )
