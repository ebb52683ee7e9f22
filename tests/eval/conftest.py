"""Two tiny documents, an index that ranks them by shared words, the real assistant on it, and questions on them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from answer.assistant import Assistant
from eval.cases import Case
from eval.outcomes import Outcome
from eval.run import Run, run
from eval.summary import by, summarise
from index.analysis import terms
from index.search import Hit, SpanHit
from ingest.document import Document
from ingest.passages import Passage, split
from ingest.reader import read_corpus

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


class WordIndex:
    """Ranks passages by the share of the query's terms that they hold; vectors say the same."""

    encoder = SimpleNamespace(fingerprint="mots-partagés")
    expanded = False

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.passages = tuple(passage for document in documents.values() for passage in split(document))

    def idf(self, term: str) -> float:  # noqa: ARG002
        """Every term is worth the same."""
        return 1.0

    def search(self, query: str, *, top: int = 10, within: Collection[str] = ()) -> tuple[Hit, ...]:
        """Rank as the real index does: best first, then in reading order."""
        wanted = set(terms(query))
        kept = [each for each in self.passages if not within or each.scope in within or each.document in within]
        return tuple(sorted((self._hit(each, wanted) for each in kept), key=lambda hit: -hit.score)[:top])

    def _hit(self, passage: Passage, wanted: set[str]) -> Hit:
        scores = [_share(wanted, passage.text[s.start - passage.start : s.end - passage.start]) for s in passage.spans]
        spans = tuple(
            SpanHit(span, score, {"words.span": score, "vectors.span": score})
            for span, score in zip(passage.spans, scores, strict=True)
        )
        score = _share(wanted, " ".join((passage.text, *passage.place.headings)))
        return Hit(passage, score, {"words.text": score, "vectors.text": score}, spans)


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & set(terms(text))) / len(wanted) if wanted else 0.0


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
def assistant(documents: dict[str, Document]) -> Assistant:
    return Assistant(WordIndex(documents))


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
