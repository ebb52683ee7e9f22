"""Two tiny documents in memory, and an index whose hits are computed by shared words only."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from answer.assistant import Assistant
from answer.evidence.reader import Reader
from answer.weights import Weights
from errors import TresseError
from index.analysis import terms
from index.knowledge import know, tell
from index.search import Hit
from ingest.document import Block, BlockKind, Document, Origin, Part, Span, Speaker
from ingest.passages import Passage, Place

ANNE = Speaker("Anne Leroy", "directrice de la Ruche")
# part, kind, headings below the part, speaker, lines of text; in a list the items begin with a bullet
Row = tuple[str, BlockKind, tuple[str, ...], Speaker | None, str]
ROWS: tuple[Row, ...] = (
    ("fiche-1", "heading", ("Qu’est-ce qu’une Ruche ?",), None, "Qu’est-ce qu’une Ruche ?"),
    (
        "fiche-1",
        "paragraph",
        ("Qu’est-ce qu’une Ruche ?",),
        None,
        "La Ruche est une coopérative de couturiers. Elle réunit 42 adhérents en Ardèche.",
    ),
    ("fiche-1", "list", ("Les missions de la Ruche",), None, "La Ruche a trois missions :\n• Coudre ;\n• Former ;\n• Vendre."),
    ("fiche-1", "turn", ("Anne Leroy", "Comment est née la Ruche ?"), ANNE, "Elle est née en 1998. Je suis la seule salariée."),
    ("fiche-2", "example", ("Le Verger",), None, "Le Verger n’emploie pas de salarié. Son budget est de 3 439 euros."),
)


def _document(name: str, rows: Sequence[Row]) -> Document:
    text, blocks, origins = "", [], []
    for number, (part, kind, headings, speaker, content) in enumerate(rows, 1):
        start = len(text)
        text += content + "\n\n"
        blocks.append(Block(start, start + len(content), kind, part, (f"Titre de {part}", *headings), speaker))
        origins.append(Origin(start, number))
    parts = tuple(
        Part(
            part,
            f"Titre de {part}",
            min(b.start for b in blocks if b.part == part),
            max(b.end for b in blocks if b.part == part),
        )
        for part in dict.fromkeys(row[0] for row in rows)
    )
    return Document(name, f"Livret {name}", text, parts, tuple(blocks), tuple(origins))


def _passages(document: Document) -> tuple[Passage, ...]:
    found = []
    for block in document.blocks:
        if block.kind == "heading":
            continue
        text = document.text[block.start : block.end]
        place = Place(block.kind, block.part, block.headings, block.speaker, document.lines(block.start, block.end), None)
        found.append(Passage(document.id, block.start, block.end, text, _spans(text, block.start), place))
    return tuple(found)


def _spans(text: str, start: int) -> tuple[Span, ...]:
    cut = text.splitlines() if "•" in text else [piece if piece.endswith(".") else piece + "." for piece in text.split(". ")]
    spans, at = [], 0
    for piece in cut:
        bare = piece.removeprefix("• ")
        at = text.index(bare, at)
        spans.append(Span(start + at, start + at + len(bare)))
        at += len(bare)
    return tuple(spans)


class WordIndex:
    """Ranks passages by the share of the query's terms that they hold; vectors say the same."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.asked: list[tuple[str, tuple[str, ...], str]] = []
        self.passages = tuple(passage for document in documents.values() for passage in _passages(document))
        self.knowledge = know(
            map(tell, documents.values()), self.passages, [frozenset(terms(passage.text)) for passage in self.passages]
        )

    def recognises(self, word: str) -> bool:
        """Tell whether some passage or its headings hold a word, to the letter."""
        held = {term for each in self.passages for term in terms(" ".join((each.text, *each.place.headings)))}
        return held.issuperset(terms(word))

    def respelled(self, query: str) -> str:
        """Mend no word."""
        return query

    def search(
        self,
        query: str,
        *,
        top: int = 10,
        within: Collection[str] = (),
        near: str = "",
        pull: float = 0.0,  # noqa: ARG002
    ) -> tuple[Hit, ...]:
        """Rank as the real index does: best first, then in reading order."""
        self.asked.append((query, tuple(within), near))
        if "nulle-part" in within:
            raise TresseError("« nulle-part » n’existe pas.")
        wanted = set(terms(query))
        kept = [each for each in self.passages if not within or each.scope in within or each.document in within]
        hits = [self._hit(passage, wanted) for passage in kept]
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:top])

    def _hit(self, passage: Passage, wanted: set[str]) -> Hit:
        score = _share(wanted, " ".join((passage.text, *passage.place.headings)))
        return Hit(passage, score, {"words.text": score, "words.headings": 0.0, "vectors": score}, expanded=False)


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & set(terms(text))) / len(wanted) if wanted else 0.0


@pytest.fixture
def document() -> Document:
    return _document("ruche", ROWS)


@pytest.fixture
def index(document: Document) -> Any:
    return WordIndex({document.id: document})


@pytest.fixture
def assistant(index: Any, reader: Reader, weights: Weights) -> Assistant:
    return Assistant(index, reader, weights=weights)


@pytest.fixture
def make_index() -> Callable[[Document], Any]:
    return lambda document: WordIndex({document.id: document})


@pytest.fixture
def make_assistant(reader: Reader, weights: Weights) -> Callable[[Any], Assistant]:
    return lambda index: Assistant(index, reader, weights=weights)


@pytest.fixture
def make_document() -> Callable[[str, Sequence[Row]], Document]:
    return _document
