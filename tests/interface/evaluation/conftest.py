"""Runs made by hand, a fake assistant that can be measured, and the evaluation page served by a thread."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
import uvicorn
from playwright.sync_api import Page

from answer.live import Live
from eval.cases import Case
from eval.outcomes import Outcome
from eval.run import Run, save
from eval.summary import by, summarise
from interface.evaluation.evaluator import Evaluator
from interface.evaluation.report_route import report_route
from interface.evaluation.shelf import Shelf
from interface.evaluation_page import evaluation_page
from interface.server import web_application

EVIDENCE = "Un réseau relie des acteurs."
PATIENCE = 10_000  # milliseconds: the machine of the tests may be busy


@pytest.fixture(scope="session")
def hostile() -> str:
    """Text that would load, run or format something if it were not escaped."""
    return '<img src="https://ailleurs.invalid/a.png" onerror="document.title=1"> **gras** `x` $$y$$ <script>1</script>'


@pytest.fixture(scope="session")
def outcome(hostile) -> Callable[..., Outcome]:
    """Make an outcome: answered with a quote of the document, right or wrong, or hostile where the name says so."""

    def make(
        name: str, kind: str = "factual", *, right: bool = True, confidence: float = 0.5, part: str = "fiche-1"
    ) -> Outcome:
        evidence = () if kind.startswith("unanswerable") else ((EVIDENCE, "Il mutualise."),)
        question = hostile if name == "hostile" else f"Question {name} ?"
        case = Case(name, "test", question, kind, part=part if evidence else None, evidence=evidence)
        quote = {
            "document": "livret",
            "start": 26,
            "end": 54,
            "part": part,
            "quote": hostile if name == "hostile" else "Il dure.",
        }
        answer = {"query": question, "status": "answered", "confidence": confidence, "text": "Il dure.", "citations": [quote],
                  "passages": [], "timings_ms": {"total": 20.0}}  # fmt: skip
        if evidence:
            scores = dict.fromkeys(("citation_recall", "citation_precision", "first_citation"), float(right))
            scores |= {"recall@5": 1.0, "recall@10": 1.0, "mrr": 0.5, "refused": 0.0}
        else:
            scores = {"declined": float(right)}
        return Outcome(case, answer, {"words": 2.0, "quotes_true": 1.0, **scores})

    return make


@pytest.fixture(scope="session")
def make_run(document) -> Callable[..., Run]:
    """Make a run of outcomes, asked on the document."""

    def make(*outcomes: Outcome, name: str = "essai", date: str = "2026-01-02T03:04:05") -> Run:
        manifest = {"date": date, "commit": "abc1234", "split": "test", "questions": "questions.jsonl", "model": "essai:0123",
                    "documents": {document.id: document.sha256}}  # fmt: skip
        return Run(name, outcomes, summarise(outcomes), by(outcomes, "kind"), by(outcomes, "part"), {}, (), manifest)

    return make


class Measurable:
    """The fake assistant with what a run looks at; it waits before each answer until `gate` is set."""

    def __init__(self, assistant: object, document: object) -> None:
        encoder = SimpleNamespace(fingerprint="essai:0123")
        self.index = SimpleNamespace(documents={document.id: document}, passages=(), encoder=encoder)
        self.gate = threading.Event()
        self.gate.set()
        self._assistant = assistant

    def ask(self, question: str, history: object = (), *, within=(), top: int = 10) -> object:
        """Answer as the fake assistant does."""
        assert self.gate.wait(10)
        return self._assistant.ask(question, history, within=within, top=top)


@pytest.fixture
def measurable(assistant, document) -> Measurable:
    return Measurable(assistant, document)


@pytest.fixture
def questions(tmp_path) -> Path:
    """Three questions: two for the test half, one of them right, and one that waits on no document."""
    cases = [
        {"id": "a", "split": "test", "question": "Que fait un réseau ?", "kind": "factual", "evidence": [["Il mutualise."]]},
        {"id": "b", "split": "test", "question": "Combien de communes ?", "kind": "number", "evidence": [["12 élus"]]},
        {
            "id": "c",
            "split": "test",
            "question": "Une autre ?",
            "kind": "factual",
            "evidence": [["Ce n’est écrit nulle part."]],
        },
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in cases), encoding="utf-8")
    return path


@pytest.fixture
def runs(tmp_path) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def save_two(make_run, outcome) -> Callable[[Path], list[str]]:
    """Save an earlier run, mostly wrong, and a later one, right but for a hostile question; give their folders."""

    def write(folder: Path) -> list[str]:
        before = [outcome(f"q{n}", right=n < 2, confidence=n / 14) for n in range(12)]
        after = [outcome(f"q{n}", confidence=n / 14) for n in range(12)]
        others = [outcome("hostile", "paraphrase", right=False, part="fiche-2"), outcome("loin", "unanswerable-far")]
        early = save(make_run(*before, *others, name="avant", date="2026-01-02T03:04:05"), folder)
        late = save(make_run(*after, *others, name="après", date="2026-03-01T10:00:00"), folder)
        return [early.name, late.name]

    return write


@pytest.fixture
def two_runs(runs, save_two) -> list[str]:
    return save_two(runs)


@pytest.fixture
def evaluator(measurable, document, make_live, runs, questions) -> Evaluator:
    return Evaluator(make_live(measurable, document), runs=runs, questions=questions)


@pytest.fixture
def shelf(measurable, document, make_live, runs) -> Shelf:
    return Shelf(make_live(measurable, document), runs=runs)


@contextmanager
def _serving(live: Live, evaluator: Evaluator | None, shelf: Shelf) -> Iterator[str]:
    """Serve the evaluation page in a thread, with the route of its reports, and give its address."""
    with gr.Blocks(title="Tresse", analytics_enabled=False) as site:
        gr.Navbar(main_page_name="Assistant")
    with site.route("Évaluation", "/evaluation"):
        gr.Navbar(main_page_name="Assistant")
        evaluation_page(live, evaluator, shelf)
    web = web_application(site, names=())
    web.router.routes.insert(0, report_route(shelf))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/evaluation"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Serve a page of one's own."""
    return _serving


@pytest.fixture
def served(measurable, document, make_live, evaluator, shelf) -> Iterator[str]:
    """The address of the page of a server without a run, for the tests that start some."""
    with _serving(make_live(measurable, document), evaluator, shelf) as address:
        yield address
    measurable.gate.set()


@pytest.fixture(scope="session")
def filled(assistant, document, make_live, save_two, tmp_path_factory) -> Iterator[tuple[str, list[str]]]:
    """The address of a page with two runs, one for all the tests that only look, and the folders of the runs."""
    runs = tmp_path_factory.mktemp("runs")
    live, folders = make_live(Measurable(assistant, document), document), save_two(runs)
    with _serving(live, Evaluator(live, runs=runs), Shelf(live, runs=runs)) as address:
        yield address, folders


@pytest.fixture
def look(browser) -> Iterator[Callable[..., Page]]:
    """Open the page as an English visitor; `page.sent` lists every address asked for, `page.faults` what went wrong in it."""
    contexts = []

    def open_page(address: str, *, width: int = 1280, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, locale="en-US", **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.sent, page.faults = [], []
        page.on("request", lambda request: page.sent.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
        page.goto(address)
        page.locator("#eval-shown :is(.about, .notice)").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
