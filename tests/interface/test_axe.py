"""Every page under axe, in the light and in the dark, wide and narrow: it finds nothing, of ours or of Gradio's.

axe-core (MPL-2.0) comes with axe-playwright-python. Playwright evaluates its script, whatever the policy of the pages says.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files

import gradio as gr
import pytest
import uvicorn
from playwright.sync_api import Page

from app import pages
from eval.cases import Case
from eval.outcomes import Outcome
from eval.run import Run, save
from eval.summary import by, summarise
from interface.accounts import Accounts, hashed
from interface.document.upload import Uploads
from interface.evaluation.evaluator import Evaluator
from interface.evaluation.shelf import Shelf
from interface.evaluation_page import evaluation_page
from interface.links import passage_link
from interface.server import web_application
from settings import Settings

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Every rule that axe has on, the good practices too: what fails, where, and why.
RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.flatMap((rule) =>
    rule.nodes.map((node) => [rule.id, node.target.flat().join(" "), node.html, node.failureSummary].join(" | "))))"""
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 320)]
PASSWORD = "quatre mots font l’affaire"


@pytest.fixture(scope="module")
def site(live, tmp_path_factory) -> Iterator[str]:
    """The pages where documents may be added."""
    folder = tmp_path_factory.mktemp("axe")
    uploads = Uploads(Settings(folder / "corpus", folder / "index", folder / "embeddings"), live)
    with _served(web_application(pages(live, uploads=uploads), names=())) as address:
        yield address


@pytest.fixture(scope="module")
def guarded(live) -> Iterator[str]:
    """The pages behind an account."""
    accounts = Accounts({"jeanne": hashed(PASSWORD, b"s" * 16)})
    with _served(web_application(pages(live), names=(), accounts=accounts)) as address:
        yield address


@pytest.fixture(scope="module")
def measured(live, document, tmp_path_factory) -> Iterator[str]:
    """The evaluations, with two runs that differ: a question answered well in one of them, one that fails in both."""
    folder = tmp_path_factory.mktemp("runs")
    for name, right in (("avant", False), ("après", True)):
        outcomes = [_outcome("a", right=right), _outcome("b", right=False), _outcome("c", right=True)]
        manifest = {"date": f"2026-01-0{1 + right}T03:04:05", "commit": "abc1234", "split": "test", "questions": "cases.jsonl",
                    "model": "essai:0123", "documents": {document.id: document.sha256}}  # fmt: skip
        save(Run(name, outcomes, summarise(outcomes), by(outcomes, "kind"), by(outcomes, "part"), {}, (), manifest), folder)
    with gr.Blocks(title="Tresse", analytics_enabled=False) as page:
        evaluation_page(live, Evaluator(live, runs=folder), Shelf(live, runs=folder))
    with _served(web_application(page, names=())) as address:
        yield address


def _outcome(name: str, *, right: bool) -> Outcome:
    question = f"Question {name} ?"
    case = Case(name, "test", question, "factual", part="fiche-1", evidence=(("Il mutualise.",),))
    quote = {"document": "livret", "start": 26, "end": 54, "part": "fiche-1", "quote": "Il mutualise." if right else "Il dure."}
    answer = {"query": question, "status": "answered", "confidence": 0.5, "text": quote["quote"], "citations": [quote],
              "passages": [], "timings_ms": {"total": 20.0}}  # fmt: skip
    names = ("citation_recall", "citation_precision", "first_citation", "recall@5", "recall@10", "mrr")
    return Outcome(case, answer, {"words": 2.0, "quotes_true": 1.0, "refused": 0.0, **dict.fromkeys(names, float(right))})


@contextmanager
def _served(web: object) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def look(browser) -> Iterator[Callable[..., Page]]:
    """Open an address in a scheme and a width, without motion: a colour on its way would be measured."""
    contexts = []

    def open_page(address: str, scheme: str, width: int) -> Page:
        looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
        contexts.append(browser.new_context(locale="en-US", **looks))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """Unfold what can be, and return what axe finds, a line for each rule and element."""
    page.evaluate(UNFOLD)
    page.evaluate(AXE)
    return page.evaluate(RUN)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_assistant(look, ask, site, scheme, width):
    """Before a question; after a fault, a refusal, and an answer that was checked; with a question that is too long."""
    page = look(site, scheme, width)
    page.locator("#examples button").first.wait_for()
    assert faults(page) == []
    ask(page, "absent")
    ask(page, "Une tarte ?")
    ask(page, "Combien d’adhérents ?").get_by_role("button", name="Vérifier").click()
    page.locator("#chat .checks").wait_for()
    page.locator("#filter > button").click()
    page.locator("#scopes input").first.wait_for()
    assert faults(page) == []
    page.fill("#question textarea", "a" * 501)
    page.press("#question textarea", "Enter")
    page.locator("#question div.validation-error").wait_for()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_documents(look, document, site, scheme, width):
    """With the place to add one and a passage marked, then with words found."""
    start = document.text.index("340 adhérents")
    page = look(site + passage_link("livret", start, start + 13), scheme, width)
    page.locator("mark.ici").wait_for()
    if width > 320:  # on a phone the ways in are folded
        page.get_by_role("button", name="Ajouter un document").click()
        page.locator("#add-limits").wait_for()
    assert faults(page) == []
    page.fill("#find textarea, #find input", "reseau")
    page.locator("#matches details").wait_for()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_evaluations(look, measured, scheme, width):
    """A run with its failures, compared with the one before, and what starts another."""
    page = look(measured, scheme, width)
    page.locator("#eval-failures article").first.wait_for()
    page.get_by_role("button", name="Lancer une évaluation").click()
    page.locator("#eval-name").wait_for()
    page.locator("#eval-other input").click()
    page.get_by_role("option", name="avant").first.click()
    page.locator("#eval-compared table").first.wait_for()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_way_in_and_out(look, guarded, scheme, width):
    """The form that asks for an account, the same with what was wrong, the page of a visitor who has one, the way out."""
    page = look(guarded, scheme, width)
    for password in ("un autre mot de passe", PASSWORD):
        page.get_by_role("button", name="Se connecter").wait_for()
        assert faults(page) == []
        page.fill("#nom", "jeanne")
        page.fill("#mot", password)
        page.get_by_role("button", name="Se connecter").click()
        page.locator("[role=alert], #examples").first.wait_for()
    assert faults(page) == []
    page.get_by_role("link", name="se déconnecter").click()
    page.get_by_role("button", name="Se déconnecter").wait_for()
    assert faults(page) == []


def test_a_fault_is_seen(look, site):
    """A picture without a text and a button without a name are found."""
    page = look(site, "light", 1280)
    page.locator("#examples button").first.wait_for()
    page.evaluate(
        "document.querySelector('#examples').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><button></button>')"
    )
    assert {line.partition(" ")[0] for line in faults(page)} == {"image-alt", "button-name"}
