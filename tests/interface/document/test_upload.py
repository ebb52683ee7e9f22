"""Adding a document and taking it out again, on a real index with a computable encoder; then the same in Chromium."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import gradio as gr
import httpx
import pytest
import uvicorn
from playwright.sync_api import Page

from answer.assistant import Assistant
from answer.live import Live
from answer.suggestions import Suggester
from errors import TresseError
from eval.hostile import forged
from index.build import build_index
from index.generation import building, current_name
from index.store import open_index
from ingest.corpus import LARGEST
from interface.desk import Desk
from interface.document import upload
from interface.document.upload import BUSY, Added, Uploads, safe_name, spoken_size
from interface.document_page import document_page
from interface.server import web_application
from settings import Settings

BREAD = """# Le pain

Le boulanger pétrit la farine. Le four chauffe à 250 degrés pendant une heure.

## Le levain

Le levain fait lever la pâte. Une coopérative vend le pain au marché du village.
"""
BEES = """# Guide des abeilles

## Que mangent les abeilles ?

Les abeilles mangent du nectar et du pollen. Elles passent l’hiver dans la ruche.

## La récolte

La récolte du miel se fait en juillet. L’apiculteur laisse quinze kilos de miel.
"""


@pytest.fixture
def settings(tmp_path: Path, encoder: object) -> Settings:
    """A corpus of one document that stays, indexed."""
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", embeddings=tmp_path / "embeddings")
    settings.corpus.mkdir()
    (settings.corpus / "pain.md").write_text(BREAD, encoding="utf-8")
    build_index(settings, progress=False, encoder=encoder)
    return settings


@pytest.fixture
def live(settings, encoder, reader, weights) -> Live[Desk]:
    def opened(_: Desk | None) -> Desk:
        index = open_index(settings, encoder=encoder)
        assistant = Assistant(index, reader, weights=weights)
        return Desk(index, assistant, Suggester(assistant, index), ())

    live = Live(opened, partial(current_name, settings.index))
    live.start()
    assert live.settled.wait(30)
    return live


@pytest.fixture
def uploads(settings, live) -> Uploads:
    return Uploads(settings, live)


@pytest.fixture
def add(uploads, tmp_path) -> Callable[..., Added]:
    """Add a file of this name and content, as Gradio hands it over."""

    def put(name: str, content: str | bytes) -> Added:
        sent = tmp_path / "sent" / name
        sent.parent.mkdir(exist_ok=True)
        sent.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            return uploads.add(sent, name).outcome.result(60)
        finally:
            assert not sent.exists()

    return put


def _files(settings: Settings) -> list[str]:
    return sorted(path.relative_to(settings.corpus).as_posix() for path in settings.corpus.rglob("*") if path.is_file())


def test_what_is_added_is_searched_at_once_and_can_be_taken_out(settings, live, uploads, add):
    """After an addition its document is read, answers the questions that are offered, and goes away on request."""
    added = add("Guide des abeilles.md", BEES)
    assert added.document.id == "ajouts/Guide des abeilles"
    assert added.passages == 2
    assert added.questions[0] == "Que mangent les abeilles ?"
    answer = live.current().assistant.ask("Que mangent les abeilles ?")
    assert "Les abeilles mangent du nectar et du pollen." in [citation.quote for citation in answer.citations]
    assert _files(settings) == ["ajouts/Guide des abeilles.md", "pain.md"]
    assert uploads.remove(added.document.id).outcome.result(60) == added.document.title
    assert list(live.current().index.contents) == ["pain"]
    assert _files(settings) == ["pain.md"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "Ce format n’est pas lu"),
        ("SANS-SUFFIXE", b"x", "Ce format n’est pas lu"),
        ("a.toml", b"title = 'x'", "Ce format n’est pas lu"),
        ("vide.txt", b"", "il est vide"),
        ("titres.md", b"# Un titre\n", "il n’a que des titres"),
        ("autre nom.md", BREAD.encode(), "déjà là, au mot près\u00a0: pain.md"),
        ("Pain.md", b"Autre chose, mais du meme nom.", "Un document du même nom est déjà là\u00a0: pain"),
    ],
)
def test_what_cannot_be_added_is_refused_and_leaves_nothing(settings, add, name, content, reason):
    """A refusal is a French sentence; neither the corpus nor the index changes."""
    before = current_name(settings.index)
    with pytest.raises(TresseError, match=re.escape(reason)):
        add(name, content)
    assert _files(settings) == ["pain.md"]
    assert before == current_name(settings.index)


def test_limits_are_kept(settings, add, monkeypatch):
    """A file that is too large for its format, or too much beside the others, is refused."""
    monkeypatch.setitem(LARGEST, ".txt", 100)
    with pytest.raises(TresseError, match="Ce fichier est trop grand"):
        add("long.txt", "mot " * 50)
    monkeypatch.setattr(upload, "MOST_BYTES", 50)
    with pytest.raises(TresseError, match="Il n’y a plus de place"):
        add("long.txt", "mot " * 20)
    assert _files(settings) == ["pain.md"]


def test_a_build_that_fails_leaves_the_corpus_as_it_was(settings, uploads, add):
    """While another build runs nothing is added or taken out, and it is said."""
    added = add("abeilles.md", BEES)
    before = _files(settings)
    with building(settings.index):
        with pytest.raises(TresseError, match="Une autre construction"):
            add("autre.md", "Un autre texte, tout court.")
        with pytest.raises(TresseError, match="Une autre construction"):
            uploads.remove(added.document.id).outcome.result(60)
    assert before == _files(settings)


def test_a_file_that_is_read_once_and_not_twice_is_given_up(settings, live, add, monkeypatch, encoder):
    """A document that the build sets aside after all is not left in the corpus, and the index serves without it."""
    real = upload.build_index

    def broken(settings: Settings, **options):
        path = settings.corpus / "ajouts" / "abeilles.md"
        if path.exists():
            path.write_bytes(b"")
        return real(settings, **options)

    monkeypatch.setattr(upload, "build_index", broken)
    with pytest.raises(TresseError, match="il est vide"):
        add("abeilles.md", BEES)
    assert _files(settings) == ["pain.md"]
    assert list(live.refresh().index.contents) == ["pain"]
    open_index(settings, encoder=encoder)


def test_one_at_a_time(uploads, tmp_path, monkeypatch):
    """A second visitor who comes meanwhile is told to wait."""
    began, may_end = threading.Event(), threading.Event()
    monkeypatch.setattr(uploads, "_add", lambda *_: (began.set(), may_end.wait(20))[1])
    first = uploads.add(tmp_path / "a.txt", "a.txt")
    assert began.wait(20)
    with pytest.raises(TresseError, match=BUSY):
        uploads.add(tmp_path / "b.txt", "b.txt").outcome.result(20)
    may_end.set()
    first.outcome.result(20)


def test_only_what_was_added_can_be_taken_out(settings, uploads):
    """A document of the corpus is not taken out from a page, whatever the page sends."""
    for name in ("pain", "ajouts/../pain", "ajouts/rien"):
        with pytest.raises(TresseError, match="ne peut pas être retiré"):
            uploads.remove(name).outcome.result(20)
    assert _files(settings) == ["pain.md"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Guide de l’apiculture (2).MD", "Guide de l’apiculture (2).md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\\\Users\\\\moi\\\\note.txt", "note.txt"),
        (".caché.txt", "caché.txt"),
        ("~$verrou.txt", "verrou.txt"),
        ("README.md", "document.md"),
        ("a<b>:c?.html", "a-b-c.html"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
        ("é" * 300 + ".txt", "é" * 80 + ".txt"),
    ],
)
def test_a_name_is_made_safe(name, kept):
    """Whatever a file is called, it is kept in its folder, under a name that can be read."""
    assert kept == safe_name(name)


def test_sizes_are_french():
    """Sizes are read as people write them."""
    assert [spoken_size(size) for size in (20_000_000, 1_500_000, 1_000_000_000)] == [
        "20\u00a0Mo",
        "1,5\u00a0Mo",
        "1\u00a0Go",
    ]


@pytest.fixture
def page(live, uploads, browser) -> Iterator[Page]:
    """The documents with « Ajouter un document », in the browser of an English visitor."""
    with gr.Blocks(fill_width=True, analytics_enabled=False) as site:
        gr.Markdown("Accueil")
    with site.route("Document", "/document"):
        document_page(live, uploads)
    web = web_application(site, names=(), upload_limit=100_000)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    page = context.new_page()
    page.sent = []
    page.on("request", lambda request: page.sent.append(request.url))
    page.base = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    page.goto(f"{page.base}document")
    page.wait_for_selector("#sheet .feuille")
    page.click("#add > button")
    page.wait_for_selector("#add-file input[type=file]", state="attached")
    yield page
    context.close()
    server.should_exit = True
    thread.join(timeout=30)


def _send(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("#add-file input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content})


@pytest.mark.browser
def test_a_visitor_adds_a_document_and_takes_it_out_again(page, settings, monkeypatch):
    """The limits are said before, the steps meanwhile, what was found and can be asked after; then it is taken out."""
    assert ".txt, .md" in page.inner_text("#add-limits")
    assert "20\u00a0Mo au plus" in page.inner_text("#add-limits")
    assert not page.is_visible("#withdraw")
    real = upload.build_index
    monkeypatch.setattr(upload, "build_index", lambda *given, **named: (time.sleep(1), real(*given, **named))[1])
    _send(page, "Guide des abeilles.md", BEES.encode())
    page.locator("#add-told .fini", has_text="Lecture du fichier").wait_for()
    page.wait_for_selector("#add-told .ajout", timeout=60_000)
    told = page.inner_text("#add-told .ajout")
    assert "2\u00a0passages cherchables" in told
    question = page.locator("#add-told a", has_text="Que mangent les abeilles ?")
    assert question.get_attribute("href") == "/?q=Que%20mangent%20les%20abeilles%20%3F"
    assert "Les abeilles mangent du nectar et du pollen." in page.inner_text("#sheet")
    assert [url for url in page.sent if not url.startswith(page.base)] == []
    page.click("#withdraw")
    page.get_by_text("Son fichier sera effacé.").wait_for()
    page.click("#withdraw-no")
    page.wait_for_selector("#withdraw")
    page.click("#withdraw")
    page.click("#withdraw-yes")
    page.get_by_text("est retiré, et son fichier effacé").wait_for(timeout=60_000)
    assert "Le boulanger pétrit la farine." in page.inner_text("#sheet")
    assert not page.is_visible("#withdraw")
    assert _files(settings) == ["pain.md"]


@pytest.mark.browser
def test_a_file_that_is_too_large_is_not_sent(page):
    """Chosen or dropped, it is refused in French before a byte of it leaves the browser."""
    told = page.locator(
        "#add-refused[role=status]", has_text="gros.txt est trop grand\u00a0: 20,1\u00a0Mo, pour 20\u00a0Mo au plus"
    )
    _send(page, "gros.txt", b"x" * 20_100_000)
    told.wait_for()
    _send(page, "vide.txt", b"")
    page.get_by_text("il est vide").wait_for()
    assert page.inner_text("#add-refused") == ""
    drop = """(zone) => {
        const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(20100000)], "gros.txt"));
        zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
    }"""
    page.eval_on_selector("#add-file button", drop)
    told.wait_for()
    assert len([url for url in page.sent if "/upload?" in url]) == 1


@pytest.mark.browser
def test_what_is_dropped_is_added(page):
    """A file that is dropped on the frame is added as one that is chosen."""
    drop = """(zone, words) => {
        const carried = new DataTransfer();
        carried.items.add(new File([words], "abeilles.md", { type: "text/markdown" }));
        zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
    }"""
    page.eval_on_selector("#add-file button", drop, BEES)
    page.wait_for_selector("#add-told .ajout", timeout=60_000)


@pytest.mark.browser
def test_a_refusal_is_read_on_the_page(page):
    """An unknown format and a file that is there already are refused in French, and the next one is taken."""
    _send(page, "<b>x</b>.exe", b"MZ")
    page.get_by_text("n’a pas été ajouté. Ce format n’est pas lu").wait_for()
    assert page.locator("#add-told b").count() == 0
    _send(page, "copie.md", BREAD.encode())
    page.get_by_text("déjà là, au mot près").wait_for()
    _send(page, "abeilles.md", BEES.encode())
    page.wait_for_selector("#add-told .ajout", timeout=60_000)


# ---- what no page sends


@pytest.fixture
def served(live, uploads) -> Iterator[str]:
    """The documents with « Ajouter un document », on a server where visitors are not operators."""
    with gr.Blocks(analytics_enabled=False) as site:
        document_page(live, uploads)
    web = web_application(site, names=(), upload_limit=100_000, visitors_operate=False)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


class Visitor:
    """Sends events as a page does, in a session and with cookies of its own."""

    def __init__(self, address: str, session: str) -> None:
        self.client, self.session = httpx.Client(base_url=address, timeout=60), session
        config = self.client.get("/config").json()
        ids = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
        self.events = {
            tuple(target): (each["id"], len(each["inputs"])) for each in config["dependencies"] for target in each["targets"]
        }
        self.ids = ids

    def send(self, name: str, content: bytes) -> httpx.Response:
        """Send a file."""
        return self.client.post("/gradio_api/upload", files={"files": (name, content)})

    def do(self, component: str, event: str, *data: object) -> str:
        """Have an event answered, and return all that comes of it."""
        number, inputs = self.events[self.ids[component], event]
        given = list(data) or [None] * inputs
        sent = {"data": given, "fn_index": number, "session_hash": self.session}
        if event != "upload" and component != "withdraw-yes":
            return self.client.post("/gradio_api/run/predict", json=sent).text
        joined = self.client.post("/gradio_api/queue/join", json=sent)
        if joined.status_code != 200:
            return joined.text
        return self.client.get("/gradio_api/queue/data", params={"session_hash": self.session}).text


def test_a_file_of_the_server_is_not_published(served, settings, tmp_path, live):
    """Whatever path an addition names, in whatever way, what is added is what this visitor has sent, or nothing."""
    secret = tmp_path / "secret.txt"
    secret.write_text("Le mot de passe du coffre est ortolan-bleu.", encoding="utf-8")
    secret.chmod(0o600)
    link = tmp_path / "lien.txt"
    link.symlink_to(secret)
    visitor = Visitor(served, "a")
    for path in (secret, link, "/dev/zero", "http://127.0.0.1:9/a.txt"):
        for value in forged(str(path)):
            visitor.do("add-file", "upload", value)
            visitor.do("add-file", "upload", value, None)
            visitor.do("order", "change", value, None)
    assert "n’est pas arrivé" in visitor.do("add-file", "upload")
    assert _files(settings) == ["pain.md"]
    assert list(live.current().index.contents) == ["pain"]
    answer = live.current().assistant.ask("Quel est le mot de passe du coffre ?")
    assert "ortolan" not in answer.text


def test_a_visitor_reaches_neither_the_file_nor_the_document_of_another(served, settings):
    """What one has sent another cannot add; what one has added another cannot take out, and they can."""
    one, two = Visitor(served, "a"), Visitor(served, "b")
    sent = one.send("abeilles.md", BEES.encode())
    assert sent.json() == ["abeilles.md"]
    cookie = sent.headers["set-cookie"]
    assert re.fullmatch(r"tresse_visitor=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)
    assert "n’est pas arrivé" in two.do("add-file", "upload")
    assert "passages cherchables" in one.do("add-file", "upload")
    assert _files(settings) == ["ajouts/abeilles.md", "pain.md"]
    two.do("order", "change", "1 go ajouts/abeilles@0-0", None)
    assert "ajouté par quelqu’un d’autre" in two.do("withdraw-yes", "click")
    assert _files(settings) == ["ajouts/abeilles.md", "pain.md"]
    assert "est retiré" in one.do("withdraw-yes", "click")
    assert _files(settings) == ["pain.md"]


def test_files_that_are_never_added_do_not_fill_the_disk(served):
    """A visitor has a quota, and one file is sent at a time; nothing is told of where it waits."""
    visitor = Visitor(served, "a")
    statuses = [visitor.send(f"{number}.txt", b"a" * 30_000).status_code for number in range(6)]
    assert statuses == [200, 200, 200, 429, 429, 429]
    assert "attendent encore" in visitor.send("x.txt", b"a" * 30_000).text
    other = Visitor(served, "b")
    two = [("files", ("a.txt", b"a")), ("files", ("b.txt", b"b"))]
    assert other.client.post("/gradio_api/upload", files=two).status_code == 400
    assert other.send("../../etc/cron.d/x", b"a").json() == ["x"]
    assert other.client.post("/gradio_api/upload", content=b"a", headers={"content-type": "text/plain"}).status_code == 400


def test_what_was_not_added_goes_when_its_visitor_leaves(served):
    """A page that is closed says so by the connection that it held open, and its quota is free again."""
    visitor, most = Visitor(served, "a"), b"a" * 99_000
    assert visitor.send("un.txt", most).status_code == 200
    assert visitor.send("deux.txt", most).status_code == 429
    with visitor.client.stream("GET", "/gradio_api/heartbeat/a") as open_page:
        next(open_page.iter_lines())
    for _ in range(100):
        time.sleep(0.1)
        if visitor.send("deux.txt", most).status_code == 200:
            return
    pytest.fail("what was sent is still there")
