"""Whether what was found or cited is what a case asks for: the one definition that every metric rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.document import Document
from ingest.passages import Passage

COVERED = 0.5  # of a quote's characters: a sentence cited without its second half is no support for it


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a document's canonical text, end excluded."""

    document: str
    start: int
    end: int

    def holds(self, other: "Region") -> bool:
        """Whether at least half of `other` stands in this region."""
        shared = min(self.end, other.end) - max(self.start, other.start)
        return self.document == other.document and shared >= COVERED * (other.end - other.start)


def region_of(passage: Passage) -> Region:
    """Return where a passage stands."""
    return Region(passage.document, passage.start, passage.end)


Group = tuple[Region, ...]  # every place where one needed fact stands


def locate(evidence: Sequence[Sequence[str]], documents: Mapping[str, Document]) -> tuple[Group, ...]:
    """Return, for each group of alternative quotes, every place where one of them stands."""
    return tuple(
        tuple(region for quote in group for document in documents.values() for region in _occurrences(quote, document))
        for group in evidence
    )


def _occurrences(quote: str, document: Document) -> list[Region]:
    found = []
    start = document.text.find(quote)
    while start >= 0:
        found.append(Region(document.id, start, start + len(quote)))
        start = document.text.find(quote, start + 1)
    return found


def covered(region: Region, groups: Sequence[Group]) -> frozenset[int]:
    """Return the numbers of the groups that `region` gives."""
    return frozenset(number for number, group in enumerate(groups) if any(region.holds(place) for place in group))
