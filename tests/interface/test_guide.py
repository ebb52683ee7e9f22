"""What docs/guide.md says can be done is done. `TRESSE_PICTURES=docs/guide` does it on the booklet, and takes the pictures.

Without it the same steps are walked with the fake assistant, and no file is written.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Page

from answer.assistant import Status
from app import pages
from interface.assistant.messages import MESSAGE_OF_STATUS
from interface.document.upload import Uploads
from interface.evaluation.evaluator import Evaluator
from interface.server import web_application
from settings import ROOT, Settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

GUIDE = ROOT / "docs" / "guide.md"
TAKEN = os.environ.get("TRESSE_PICTURES")
QUESTION, WORDS = ("Combien d’adhérents compte Biovallée ?", "biovallee") if TAKEN else ("Combien d’adhérents ?", "reseau")
BEYOND = "Combien de temps cuit une tarte ?"
HEAVIEST = 150_000  # bytes of a picture
PICTURES = {"accueil", "reponse", "refus", "telephone", "verifier", "document", "ajout", "evaluation"}


@pytest.fixture(scope="module")
def site(live, tmp_path_factory) -> Iterator[str]:
    """The pages where documents may be added: of the fake assistant, or of the booklet where pictures are taken."""
    folder = tmp_path_factory.mktemp("guide")
    yield from _product(folder) if TAKEN else _fake(live, folder)


def _fake(live: object, folder: Path) -> Iterator[str]:
    uploads = Uploads(Settings(folder / "corpus", folder / "index", folder / "embeddings"), live)
    web = web_application(pages(live, uploads=uploads, evaluator=Evaluator(live, runs=folder)), names=())
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(timeout=30)


def _product(folder: Path) -> Iterator[str]:
    """`python app.py --upload` on a copy of the booklet, its index aside."""
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    environ = os.environ | {"TRESSE_CORPUS": str(folder / "corpus"), "TRESSE_INDEX": str(folder / "index")}
    command = [sys.executable, "app.py", "--port", "0", "--upload"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:
        said = ""
        for line in server.stdout:
            said += line
            if "L’index est chargé" in line:
                break
        yield re.search(r"http://\S+", said)[0]
        server.terminate()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Take a picture of what a page shows, in few colours, where pictures are asked for."""

    def take(page: Page, name: str) -> None:
        assert name in PICTURES
        if not TAKEN:
            return
        page.mouse.move(0, 0)
        page.wait_for_timeout(700)  # what moves has come to rest
        shown = Image.open(io.BytesIO(page.screenshot()))
        shown.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(Path(TAKEN) / f"{name}.png", optimize=True)

    return take


def test_questions_are_asked_and_answers_checked(visit, ask, site, picture):
    """Ask, follow a number to its source and come back; check; see how it was found; be told that there is no answer."""
    page = visit(site, height=760)
    page.locator("#examples button").first.wait_for()
    picture(page, "accueil")
    reply = ask(page, QUESTION)
    reply.locator("a.chip").first.click()
    page.locator("#sources mark:focus").wait_for()
    picture(page, "reponse")
    page.get_by_role("link", name="Revenir à la réponse").first.click()
    page.locator("#chat a.chip:focus").wait_for()
    reply.get_by_role("button", name="Vérifier").click()
    page.locator("#chat .checks").wait_for()
    page.locator("#chat .checks").scroll_into_view_if_needed()
    picture(page, "verifier")
    page.locator(".searched summary").click()
    page.locator(".searched .query").wait_for()
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.locator("#examples button").first.wait_for()
    assert MESSAGE_OF_STATUS["refused"] in ask(page, BEYOND).inner_text()
    picture(page, "refus")


def test_a_phone_shows_the_same(visit, ask, site, picture):
    """On a phone the answer is read first, and its number leads to the source below."""
    page = visit(site, width=390, height=760)
    reply = ask(page, QUESTION)
    picture(page, "telephone")
    reply.locator("a.chip").first.click()
    page.locator("#sources mark:focus").wait_for()


def test_the_document_is_read_and_another_may_be_added(visit, ask, site, picture):
    """From a source to its place in the document; words searched there; the way to add a document opened."""
    page = visit(site, height=760)
    ask(page, QUESTION)
    address = page.get_by_role("link", name="Lire dans le document").first.get_attribute("href")
    page.goto(site.rstrip("/") + address)
    page.locator("mark.ici").wait_for()
    page.fill("#find textarea, #find input", WORDS)
    page.locator("#matches details").wait_for()
    page.wait_for_function("document.querySelector('#found').textContent.includes('ésultat')")
    picture(page, "document")
    page.goto(f"{site}document")
    page.locator("#sheet .feuille").wait_for()
    page.get_by_role("button", name="Ajouter un document").click()
    page.locator("#add-limits").wait_for()
    picture(page, "ajout")


def test_the_evaluation_is_read(visit, site, picture):
    """The figures published with Tresse are shown in words and bars."""
    page = visit(site, height=760)
    page.goto(f"{site}evaluation")
    page.locator("#eval-shown .about").wait_for()
    page.locator("#eval-chosen input").click()
    page.get_by_role("option", name="Mesures publiées avec Tresse").first.click()
    page.locator("#eval-shown .about", has_text="questions").wait_for()
    picture(page, "evaluation")


def test_the_guide_names_what_is_on_the_pages(visit, ask, site):
    """Every word in bold is one that the pages show, but for the questions of the last part."""
    page = visit(site)
    page.locator("#examples button").first.wait_for()
    shown = page.inner_text("body")
    ask(page, QUESTION)
    shown += page.evaluate("document.body.textContent") + urlopen(f"{site}config").read().decode()
    page.goto(f"{site}evaluation")
    page.locator("#eval-shown .about").wait_for()
    states: dict[Status, str] = MESSAGE_OF_STATUS
    known = _plain(" ".join((shown, page.evaluate("document.body.textContent"), *states.values(), "Vous pourriez demander")))
    text, _, _ = GUIDE.read_text(encoding="utf-8").partition("## Que faire si")
    named = {_plain(words) for words in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)}
    assert len(named) > 20
    assert {words for words in named if words not in known} == set()


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_pictures_of_the_guide_are_there_and_light():
    """Each picture that the steps take is shown with words in its place, and none is heavy."""
    shown = dict(re.findall(r"!\[(.+)\]\(guide/(\w+)\.png\)", GUIDE.read_text(encoding="utf-8")))
    assert set(shown.values()) == PICTURES
    sizes = {path.stem: path.stat().st_size for path in (ROOT / "docs" / "guide").glob("*.png")}
    assert set(sizes) == PICTURES
    assert max(sizes.values()) < HEAVIEST
