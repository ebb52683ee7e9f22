"""A small document, answers on it, and an assistant that gives them: what the page shows, without a model."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace

import pytest
import uvicorn
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from answer.assistant import Answer
from answer.conversation import Turn
from answer.live import Live
from answer.quotes import Citation
from app import pages
from errors import TresseError
from index.contents import Listed, ListedPart
from ingest.document import Block, Document, Origin, Part, Speaker
from ingest.passages import Place
from interface.assistant.examples import example_questions
from interface.assistant.feedback import Feedback
from interface.desk import Desk
from interface.server import web_application

HOSTILE = (
    '<img src="https://ailleurs.invalid/a.png" onerror="document.title=1"> **gras** [lien](https://ailleurs.invalid) '
    "`x` <script>1</script>"
)

PARTS = {
    "fiche-1": (
        "Fiche 1 – Les réseaux",
        ["Qu’est-ce qu’un réseau ?", "Un réseau relie des acteurs. Il mutualise. Il dure.", "Fin."],
    ),
    "fiche-2": (
        "Fiche 2 – Les marques",
        ["Où se renseigner ?", "Comment est née la marque ?", "Elle compte\n• 340 adhérents ;\n• 12 élus.", HOSTILE],
    ),
}
KINDS = {"Qu’est-ce qu’un réseau ?": "heading", "Où se renseigner ?": "heading", "Comment est née la marque ?": "question"}
SPEAKER = Speaker("Jeanne Roy", "directrice")


def _document(identity: str = "livret", title: str = "Le livret") -> Document:
    text, blocks, parts = "", [], []
    for part, (heading, contents) in PARTS.items():
        begin = len(text)
        for content in contents:
            kind = KINDS.get(content, "paragraph")
            blocks.append(Block(len(text), len(text) + len(content), kind, part, (heading, contents[0])))
            text += content + "\n\n"
        parts.append(Part(part, heading, begin, len(text)))
    return Document(identity, title, text, tuple(parts), tuple(blocks), (Origin(0, 1),))


def _listed(document: Document) -> Listed:
    parts = tuple(ListedPart(part.id, part.title, number, number + 1) for number, part in enumerate(document.parts))
    return Listed(document.id, document.title, (f"{document.id}.txt",), parts, 0, len(parts))


@pytest.fixture(scope="session")
def document() -> Document:
    return _document()


@pytest.fixture(scope="session")
def other_document() -> Document:
    return _document("autre", "L’autre texte")


@pytest.fixture
def hostile() -> str:
    """Text that would load, run or format something if it were not escaped."""
    return HOSTILE


@pytest.fixture(scope="session")
def cite(document) -> Callable[..., Citation]:
    """Make the citation of a quote that stands in the document."""

    def make(quote: str, *, number: int = 1, speaker: Speaker | None = None, lines=(12, 14), page=None) -> Citation:
        start = document.text.index(quote)
        block = next(block for block in document.blocks if block.start <= start < block.end)
        place = Place(block.kind, block.part, block.headings, speaker, lines, page)
        return Citation(number, document.id, document.title, document.sha256, start, start + len(quote), quote, place)

    return make


@pytest.fixture(scope="session")
def answering() -> Callable[..., Answer]:
    """Make an answer of a text and its citations."""

    def make(text: str, *citations: Citation, status="answered", question: str = "Une question ?") -> Answer:
        return Answer(question, question, status, 0.9, text, citations, (), {"search": 1.0, "answer": 1.0, "total": 2.0})

    return make


class FakeAssistant:
    """Cites one sentence; breaks on « panne », is sorry on « absent », waits on « longue », says what it was asked."""

    def __init__(self, cite: Callable[..., Citation], answering: Callable[..., Answer]) -> None:
        self.cite = cite
        self.answering = answering
        self.hold = threading.Event()  # a « longue » question waits for it
        self.asked: list[tuple[str, tuple[Turn, ...], tuple[str, ...]]] = []

    def ask(self, question: str, history: Sequence[Turn] = (), *, within=(), top: int = 10) -> Answer:  # noqa: ARG002
        """Answer as the words of the question say."""
        self.asked.append((question, tuple(history), tuple(within)))
        if "longue" in question:
            self.hold.wait(30)
        if "panne" in question:
            raise RuntimeError("rupture")
        if "absent" in question:
            raise TresseError("Le modèle est absent ; installez-le.")
        if "tarte" in question:
            return self.answering("Je n’ai rien trouvé.", status="refused", question=question)
        if "hostile" in question or "<" in question:
            return self.answering(f"Voici : « {HOSTILE} » [1]", self.cite(HOSTILE), question=question)
        if "adhérents" in question:
            return self.answering("« 340 adhérents » [1]", self.cite("340 adhérents", speaker=SPEAKER), question=question)
        return self.answering("« Il mutualise. » [1]", self.cite("Il mutualise."), question=question)


@pytest.fixture(scope="session")
def assistant(cite, answering) -> FakeAssistant:
    return FakeAssistant(cite, answering)


@pytest.fixture(scope="session")
def speaker() -> Speaker:
    return SPEAKER


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system; tests/chromium.sh installs it."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "Chromium is missing: run bash tests/chromium.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser) -> Iterator[Callable[..., Page]]:
    """Open an address as an English visitor; `page.sent` lists every address that the page asked for."""
    contexts = []

    def open_page(address: str, *, width: int = 1280, height: int = 800, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, locale="en-US", **options))
        page = contexts[-1].new_page()
        page.sent = []
        page.faults = []
        page.on("request", lambda request: page.sent.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#question textarea")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def ask() -> Callable[[Page, str], Locator]:
    """Put a question on a page and return the reply to it, once it is there."""

    def put(page: Page, question: str) -> Locator:
        replies = page.locator("#chat .reponse:not(.pending)")
        count = replies.count()
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        replies.nth(count).wait_for(timeout=60_000)
        return replies.nth(count)

    return put


@pytest.fixture(scope="session")
def make_live() -> Callable[..., Live]:
    """Make what is served: an assistant on documents, with what it suggests and the questions that it offers."""

    def make(assistant: object, *documents: Document, examples: Sequence[str] = ()) -> Live:
        index = SimpleNamespace(
            documents={document.id: document for document in documents},
            contents={document.id: _listed(document) for document in documents},
        )
        suggester = SimpleNamespace(after=lambda *_: ())
        live = Live(lambda _: Desk(index, assistant, suggester, tuple(examples)), lambda: "g000001")
        live.start()
        assert live.settled.wait(10)
        return live

    return make


@pytest.fixture(scope="session")
def live(assistant, document, make_live) -> Live:
    """The fake assistant on the document."""
    return make_live(assistant, document, examples=example_questions({document.id: document}, assistant))


@contextmanager
def _served(live: Live, feedback: Feedback | None = None, *, port: int = 0) -> Iterator[str]:
    """Serve the pages in a thread, and give their address."""
    web = web_application(pages(live, feedback=feedback), names=())
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    """Serve the pages of another assistant, or of an index that is not there yet."""
    return _served


@pytest.fixture(scope="session")
def feedback(tmp_path_factory) -> Feedback:
    """Where the opinions of the visitors of `address` are kept."""
    return Feedback(tmp_path_factory.mktemp("avis") / "feedback.sqlite")


@pytest.fixture(scope="session")
def address(live, feedback) -> Iterator[str]:
    """The page of the fake assistant, served by a thread: one for all tests, each of which is a visitor of its own."""
    with _served(live, feedback) as address:
        yield address
