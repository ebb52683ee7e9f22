"""What tests of several rooms share."""

import pytest

from ingest.corpus import Source, find_corpus
from ingest.document import Document
from ingest.isolation import read_corpus
from ingest.passages import Passage, split
from settings import Settings


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
