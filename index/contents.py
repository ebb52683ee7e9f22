"""The table of contents of an index: what stands in it, by document and part, without opening any."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby

from ingest.document import Document
from ingest.passages import Passage


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part of a document, with the numbers of its passages in the index, `end` excluded."""

    id: str
    title: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A document: the files that hold it, its parts that hold passages, and the numbers of its passages, `end` excluded.

    `expanded`: expansions lead to some of its passages.
    """

    id: str
    title: str
    files: tuple[str, ...]
    parts: tuple[ListedPart, ...]
    first: int
    end: int
    expanded: bool = False

    def moved(self, first: int) -> "Listed":
        """Return the same document where its first passage has the number `first`."""
        by = first - self.first
        parts = tuple(replace(part, first=part.first + by, end=part.end + by) for part in self.parts)
        return replace(self, parts=parts, first=first, end=self.end + by)


Contents = Mapping[str, Listed]  # by the id of the document, in order


def listed(document: Document, passages: Sequence[Passage], files: Iterable[str], *, expanded: bool) -> Listed:
    """List a document whose first passage has the number 0."""
    titles = {part.id: part.title for part in document.parts}
    parts = []
    first = 0
    for id_, group in groupby(passage.place.part for passage in passages):
        end = first + len(list(group))
        parts.append(ListedPart(id_, titles[id_], first, end))
        first = end
    return Listed(document.id, document.title, tuple(files), tuple(parts), 0, len(passages), expanded)


def find_scopes(contents: Contents) -> Mapping[str, tuple[int, int]]:
    """Return the first passage and the one after the last of each document (« livret ») and part (« livret#fiche-2 »)."""
    scopes = {}
    for document in contents.values():
        scopes[document.id] = (document.first, document.end)
        scopes |= {f"{document.id}#{part.id}": (part.first, part.end) for part in document.parts}
    return scopes


def dump_contents(contents: Contents) -> str:
    """Write a table of contents as JSON."""
    return json.dumps([asdict(each) for each in contents.values()], ensure_ascii=False, indent=1) + "\n"


def load_contents(text: str) -> Contents:
    """Read back what `dump_contents` wrote."""
    records = json.loads(text)
    found = (
        Listed(**{**each, "files": tuple(each["files"]), "parts": tuple(ListedPart(**part) for part in each["parts"])})
        for each in records
    )
    return {each.id: each for each in found}
