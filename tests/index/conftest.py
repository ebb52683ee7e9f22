"""A computable encoder and a corpus of two small documents."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import build_index
from index.search import Index
from index.store import open_index
from ingest.document import Span
from ingest.passages import Passage, Place
from settings import Settings

BEES = """# Les abeilles

Une ruche compte 40 000 abeilles en été. La reine pond les œufs.

## Le miel

Le miel vient du nectar. Les abeilles butinent les fleurs :

- la lavande de Provence ;
- l’acacia des collines.
"""
BREAD = """# Le pain

Le boulanger pétrit la farine. Le four chauffe à 250 degrés.

## Le levain

Le levain fait lever la pâte. Une coopérative vend le pain aux abeilles voisines.
"""
EXPANSIONS = (
    {"quote": "La reine pond les œufs.", "questions": ["Qui pond dans la ruche ?"], "terms": ["ponte", "couvain"]},
    {"quote": "• la lavande de Provence ;", "questions": ["Quelle plante violette ?"], "terms": ["garrigue"]},
    {"quote": "Le miel", "questions": ["D’où vient la douceur des tartines ?"], "terms": ["tartine"]},
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a corpus of two documents without expansions, of which no index was built."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "abeilles.md").write_text(BEES, encoding="utf-8")
    (corpus / "pain.md").write_text(BREAD, encoding="utf-8")
    return Settings(corpus=corpus, index=tmp_path / "index", embeddings=tmp_path / "embeddings")


@pytest.fixture
def expanded(settings: Settings) -> Settings:
    """The same corpus, with expansions for the first document: of a sentence, of an item, of a title."""
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in EXPANSIONS)
    (settings.corpus / "abeilles.expansions.jsonl").write_text(lines, encoding="utf-8")
    return settings


@pytest.fixture
def index(expanded: Settings, encoder: object) -> Index:
    """The index of the corpus with expansions."""
    build_index(expanded, progress=False, encoder=encoder)
    return open_index(expanded, encoder=encoder)


@pytest.fixture
def make_passage() -> Callable[..., Passage]:
    """Make a passage at `start` of a document, whose spans are given as offsets in it."""

    def make(text: str, *spans: tuple[int, int], start: int = 0, document: str = "d", part: str = "p") -> Passage:
        place = Place("paragraph", part, ("Titre",), None, (1, 1), None)
        offsets = tuple(Span(start + first, start + last) for first, last in spans)
        return Passage(document, start, start + len(text), text, offsets, place)

    return make
