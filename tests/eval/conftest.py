"""Two tiny documents, their index with a computable encoder, the assistant on it, and questions on them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from answer.assistant import Assistant
from answer.evidence.reader import Reader
from answer.weights import Weights
from eval.cases import Case
from eval.outcomes import Outcome
from eval.run import Run, run
from eval.summary import by, summarise
from index.build import build_index
from index.encoder import Encoder
from index.store import open_index
from ingest.document import Document
from ingest.isolation import read_corpus
from settings import Settings

RUCHE = """# La Ruche

## Qu’est-ce que la Ruche ?

La Ruche est une coopérative de couturiers installée à Privas. Elle réunit 42 adhérents en Ardèche depuis 1998.

## Ses missions

La Ruche forme des apprentis pendant deux ans. Elle ne vend pas de machines à coudre aux particuliers.
"""
VERGER = """# Le Verger

## Le budget du Verger

Le Verger dispose chaque année d’un budget de 3 439 euros. Il n’emploie pas de salarié permanent dans le Vercors.
"""


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "ruche.md").write_text(RUCHE, encoding="utf-8")
    (folder / "verger.md").write_text(VERGER, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def documents(corpus: Path) -> dict[str, Document]:
    return {document.id: document for document in read_corpus(corpus)}


@pytest.fixture(scope="session")
def texts(documents: dict[str, Document]) -> list[str]:
    return [document.text for document in documents.values()]


@pytest.fixture(scope="session")
def built(corpus: Path, make_encoder: Callable[[str], object], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Where the index of the two documents stands."""
    folder, encoder = tmp_path_factory.mktemp("index"), make_encoder("mots-partagés")
    settings = Settings(corpus=corpus, index=folder / "index", embeddings=folder / "embeddings")
    build_index(settings, progress=False, encoder=encoder)
    return settings


@pytest.fixture(scope="session")
def assistant(built: Settings, make_encoder: Callable[[str], Encoder], reader: Reader, weights: Weights) -> Assistant:
    signals = {"words.text": 0.4, "words.headings": 0.2, "vectors": 0.4}
    index = open_index(built, encoder=make_encoder("mots-partagés"), weights=signals)
    return Assistant(index, reader, weights=weights)


@pytest.fixture(scope="session")
def cases() -> tuple[Case, ...]:
    return (
        Case("a", "test", "Combien d’adhérents la Ruche réunit-elle ?", "number", part="p",
             evidence=(("Elle réunit 42 adhérents en Ardèche depuis 1998.",),), facts=("42",)),
        Case("b", "test", "Quel est le budget du Verger ?", "factual", part="q",
             evidence=(("Le Verger dispose chaque année d’un budget de 3 439 euros.",),), facts=("3 439",)),
        Case("c", "test", "Quelle est la recette de la tarte aux fraises ?", "unanswerable-far"),
        Case("d", "test", "Bonjour", "smalltalk"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def quiet() -> Callable[[Sequence[Case], str], list[Case]]:
    """Show no progress."""
    return lambda cases, _label: list(cases)


@pytest.fixture(scope="session")
def measured(assistant: Assistant, cases: tuple[Case, ...], documents: dict[str, Document], quiet) -> Run:
    hashes = {document.id: document.sha256 for document in documents.values()}
    manifest = {"date": "2026-01-02T03:04:05+00:00", "commit": "abc1234", "split": "test", "documents": hashes}
    return run(assistant, cases, name="essai", manifest=manifest, progress=quiet)


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Make an outcome of its scores."""

    def make(name: str, kind: str = "factual", *, confidence: float = 0.5, evidence: bool = True, **scores: float) -> Outcome:
        groups = (("preuve",),) if evidence else ()
        case = Case(name, "test", f"Question {name} ?", kind, evidence=groups)
        answer = {"query": case.question, "status": "answered", "confidence": confidence, "text": "", "citations": [],
                  "passages": [], "timings_ms": {"total": 1.0}}  # fmt: skip
        return Outcome(case, answer, scores)

    return make


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Make a run of outcomes."""

    def make(*outcomes: Outcome, name: str = "essai") -> Run:
        figures = summarise(outcomes)
        return Run(name, outcomes, figures, by(outcomes, "kind"), by(outcomes, "part"), {}, (), {"date": "2026-01-02T03:04:05"})

    return make
