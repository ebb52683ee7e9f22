"""What tests of several rooms share."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
import pytest

from answer.weights import Weights
from index.analysis import terms
from ingest.corpus import Source, find_corpus
from ingest.document import Document
from ingest.isolation import read_corpus
from ingest.passages import Passage, split
from settings import Settings


class FakeEncoder:
    """Each term has a direction drawn from its hash: equal texts, equal vectors; shared words, nearer."""

    dimension = 16

    def __init__(self, fingerprint: str = "fake:1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:
        """Encode and remember what was asked."""
        self.encoded.extend(texts)
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_query(self, text: str) -> np.ndarray:
        """Add up the directions of the terms."""
        vector = np.full(self.dimension, 1e-3)
        for term in terms(text):
            seed = int.from_bytes(sha256(term.encode()).digest()[:8])
            vector += np.random.default_rng(seed).standard_normal(self.dimension)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def make_encoder() -> Callable[[str], FakeEncoder]:
    return FakeEncoder


@pytest.fixture(scope="session")
def booklet() -> Document:
    """The real booklet, read with its descriptor."""
    (document,) = read_corpus(Settings().corpus)
    return document


@pytest.fixture(scope="session")
def booklet_source() -> Source:
    """Where the real booklet stands."""
    (source,) = find_corpus(Settings().corpus).sources
    return source


@pytest.fixture(scope="session")
def booklet_passages(booklet: Document) -> tuple[Passage, ...]:
    """The passages of the real booklet."""
    return split(booklet)


class FakeReader:
    """A passage answers where it and what stands above it hold more than half of the terms of the question."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple:
        """Read each passage: from -4, no term, to 4, all of them; spans share the answer by the terms that each holds."""
        wanted = frozenset(terms(question))
        return tuple(self._reading(wanted, passage) for passage in passages)

    def _reading(self, wanted: frozenset[str], passage: Passage) -> object:
        from answer.evidence.reader import PassageReading  # it imports torch, which most tests of other rooms do without

        place = passage.place
        shown = frozenset(terms(" ".join((passage.text, *place.headings, str(place.speaker or "")))))
        score = 8 * len(wanted & shown) / len(wanted) - 4 if wanted else -4.0
        cut = [passage.text[span.start - passage.start : span.end - passage.start] for span in passage.spans]
        held = [len(wanted & frozenset(terms(text))) for text in cut]
        return PassageReading(score, tuple(count / (sum(held) or 1) for count in held))


@pytest.fixture(scope="session")
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture(scope="session")
def weights() -> Weights:
    """Weights by hand for what a computable reader reads: what is fitted on real questions says nothing of shared words."""
    decision = {"bias": 0.0, "reader": 1.0, "answered": 0.5, "related": 0.1, "floor": 0.0}
    return Weights(
        rank={"read": 20, "expanded": 0.01, "plain": 0.05, "pull": 0.1},
        choice={"quotes": 3, "gap": 1.5, "share": 0.5, "spread": 0.35},
        confidence={"expanded": decision, "plain": decision},
        provenance="by hand",
    )
