"""Passages of a few words, and what a search and a reading are supposed to have given of them."""

from collections.abc import Callable, Sequence

import pytest

from answer.evidence.reader import PassageReading
from answer.evidence.selection import ReadHit
from index.search import Hit
from ingest.document import Span, Speaker
from ingest.passages import Passage, Place


def _passage(
    *sentences: str, headings: tuple[str, ...] = (), speaker: Speaker | None = None, start: int = 100, by: str = " "
) -> Passage:
    text, spans = by.join(sentences), []
    at = 0
    for sentence in sentences:
        bare = sentence.removeprefix("• ")
        at = text.index(bare, at)
        spans.append(Span(start + at, start + at + len(bare)))
        at += len(bare)
    place = Place("paragraph", "fiche-1", headings, speaker, (1, 1), None)
    return Passage("ruche", start, start + len(text), text, tuple(spans), place)


@pytest.fixture(scope="session")
def make_passage() -> Callable[..., Passage]:
    """Make a passage of sentences, each of which is a span, without the bullets of items."""
    return _passage


@pytest.fixture(scope="session")
def make_read() -> Callable[..., ReadHit]:
    """Make a passage that was read: the score of its reading, and the weight of each of its spans."""

    def make(score: float, weights: Sequence[float], *sentences: str, by: str = " ", start: int = 100) -> ReadHit:
        hit = Hit(_passage(*sentences, by=by, start=start), 0.5, {}, expanded=False)
        return ReadHit(hit, 0.5, PassageReading(score, tuple(weights)))

    return make
