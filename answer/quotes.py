"""Draft quotes in, verified citations out. Knows nothing of who wrote the draft."""

from dataclasses import dataclass

from ingest.passages import Place


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
