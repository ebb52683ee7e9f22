"""Documents in, passages out: exact spans of one to five sentences, one list or one interview turn."""

from dataclasses import dataclass

from ingest.document import BlockKind, Span, Speaker


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, for a reader: its part, its heading trail, who speaks, and its lines or page in the file."""

    kind: BlockKind
    part: str
    headings: tuple[str, ...]
    speaker: Speaker | None
    lines: tuple[int, int]
    page: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """What is searched: `text == document.text[start:end]`.

    `spans` are what can be quoted alone, in reading order: sentences and list items, as offsets in the document. A list's
    introducing sentence and an interview's question belong to the passage; the question is not among the spans.
    """

    document: str
    start: int
    end: int
    text: str
    spans: tuple[Span, ...]
    place: Place

    @property
    def scope(self) -> str:
        """The name by which a search is restricted to this passage's part: `document#part`."""
        return f"{self.document}#{self.place.part}"
