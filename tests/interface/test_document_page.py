"""What a visitor of the documents sees and does, in Chromium."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import gradio as gr
import pytest
import uvicorn
from playwright.sync_api import Page

from ingest.document import Block, Document, Origin, Part
from interface.document.looking import GONE, MOVED, UNREADABLE, Looking, look, search, step, view
from interface.document_page import document_page
from interface.links import passage_link
from interface.server import web_application

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _paged() -> Document:
    """A document of thirty short pages, one heading each, in one part: more than a sheet."""
    text, blocks, origins = "", [], []
    for page in range(1, 31):
        origins.append(Origin(len(text), page, page))
        for kind, words in (
            ("heading", f"Chapitre {page}"),
            ("paragraph", f"Le chapitre {page} parle de la Forêt. " + "Il est assez long pour une page. " * 30),
        ):
            words = words.strip()
            blocks.append(Block(len(text), len(text) + len(words), kind, "document", ("Forêts",)))
            text += words + "\n\n"
    return Document("forets", "Forêts", text, (Part("document", "Forêts", 0, len(text)),), tuple(blocks), tuple(origins))


@pytest.fixture(scope="module")
def forests() -> Document:
    return _paged()


@pytest.fixture(scope="module")
def shelves(make_live, assistant, document, forests):
    """Two documents to read."""
    return make_live(assistant, document, forests)


@pytest.fixture(scope="module")
def site(shelves) -> Iterator[str]:
    """The documents, served by a thread: the address of the site."""
    with gr.Blocks(fill_width=True, analytics_enabled=False) as blocks:
        gr.Markdown("Accueil")
    with blocks.route("Document", "/document"):
        document_page(shelves)
    web = web_application(blocks, names=())
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def read(browser, site) -> Iterator[Callable[..., Page]]:
    """Open a path as an English visitor; `page.sent` lists every address asked for, `page.faults` what broke."""
    contexts = []

    def open_page(path: str = "/document", *, width: int = 1280, height: int = 800, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, locale="en-US", **options))
        page = contexts[-1].new_page()
        page.sent, page.faults = [], []
        page.on("request", lambda request: page.sent.append(request.url))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("dialog", lambda dialog: page.faults.append(dialog.message))
        page.goto(site + path)
        page.wait_for_selector("#sheet .feuille")
        return page

    yield open_page
    for context in contexts:
        context.close()


def _in_sight(page: Page, selector: str) -> bool:
    """Tell whether an element can be seen, and is not under what stays at the top."""
    return page.evaluate(
        """(selector) => {
            const box = document.querySelector(selector).getBoundingClientRect();
            return box.top >= document.querySelector("#finder").getBoundingClientRect().bottom - 1 && box.bottom <= innerHeight;
        }""",
        selector,
    )


@pytest.mark.browser
def test_a_link_leads_to_its_quote(read, forests):
    """Opening the address of a passage shows its part, marks exactly the quote and brings the reader there."""
    quote = "Le chapitre 25 parle de la Forêt."
    start = forests.text.index(quote)
    page = read(passage_link("forets", start, start + len(quote)))
    page.wait_for_selector("#ici:focus")
    assert page.locator("mark:focus").inner_text() == quote
    assert page.locator("#sheet mark").count() == 1
    assert _in_sight(page, "mark")
    assert page.locator("h1").inner_text() == "Forêts"
    assert page.title() == "Forêts – Tresse"


@pytest.mark.browser
def test_a_hostile_document_shows_as_text(read, document, hostile):
    """Tags and Markdown of a document are read as written; nothing runs, nothing is fetched from elsewhere."""
    start = document.text.index(hostile)
    page = read(passage_link("livret", start, start + len(hostile)))
    assert hostile == page.locator("#sheet mark").inner_text()
    page.fill("#find textarea", "onerror")
    page.get_by_text("Un seul résultat").wait_for()
    page.fill("#find textarea", "<img src")
    page.get_by_text("Un seul résultat").wait_for()
    assert page.locator("#doc img, .feuille strong, #doc script").count() == 0
    assert page.faults == []
    assert [url for url in page.sent if not url.startswith(page.url.partition("/document")[0])] == []


@pytest.mark.browser
def test_an_address_that_leads_nowhere_says_so(read):
    """A document that is gone, a passage out of range, an address that is none: a sentence each, and something to read."""
    for asked, told in (("parti@0-5", GONE), ("forets@900000-900010", MOVED), ("n’importe quoi", UNREADABLE)):
        page = read(f"/document?p={asked}")
        page.wait_for_selector("#ici:focus")
        assert page.locator("#ici").inner_text() == told
        assert page.locator("#sheet .bloc").count() > 0


@pytest.mark.browser
def test_the_permanent_link_of_a_passage_stands_beside_it(read, forests):
    """« ¶ » puts the address of its passage in the browser; the address opens there again."""
    page = read(passage_link("forets", 0, 0))
    assert page.locator("p.page", has_text="Page\u00a03").count() == 1
    page.click(".b-paragraph .lien >> nth=2")
    page.wait_for_selector("mark.ici")
    block = forests.blocks[5]
    assert page.url.endswith(passage_link("forets", block.start, block.end))
    page.reload()
    page.wait_for_selector("mark.ici")
    assert page.locator("mark.ici").inner_text() == forests.text[block.start : block.end]


@pytest.mark.browser
def test_words_are_searched_by_keyboard(read):
    """Words typed without accents are counted, highlighted, gone to one after the other by Enter, and listed."""
    page = read(passage_link("forets", 0, 0))
    page.focus("#find textarea")
    page.keyboard.type("foret")
    page.get_by_text("Résultat\u00a01 sur\u00a030, page\u00a01").wait_for()
    assert page.locator("#found [role=status]").count() == 1
    page.keyboard.press("Shift+Enter")
    page.get_by_text("Résultat\u00a030 sur\u00a030, page\u00a030").wait_for()
    assert page.locator("mark.ici").inner_text() == "Forêt"
    assert _in_sight(page, "mark.ici")
    page.keyboard.press("Shift+Enter")
    page.get_by_text("Résultat\u00a029 sur\u00a030").wait_for()
    assert page.evaluate("document.activeElement.matches('#find textarea')")
    page.click("#matches summary")
    page.locator("#matches a").nth(27).click()
    page.get_by_text("Résultat\u00a028 sur\u00a030").wait_for()
    assert page.evaluate("document.activeElement.matches('mark.ici')")
    page.go_back()
    page.get_by_text("Résultat\u00a029 sur\u00a030").wait_for()
    page.focus("#find textarea")
    page.keyboard.press("Escape")
    page.wait_for_selector("#sheet:not(:has(mark))")
    page.keyboard.type("zzz")
    page.get_by_text("«\u00a0zzz\u00a0» ne se trouve pas dans ce document.").wait_for()


@pytest.mark.browser
def test_one_goes_from_part_to_part_and_from_document_to_document(read):
    """The list of documents, the table of contents and « Suite » lead on without a reload, and Back leads back."""
    page = read()
    page.click("#shelf a >> nth=1")
    page.wait_for_selector("h1:has-text('Forêts')")
    assert page.locator("#shelf a[aria-current]").inner_text() == "Forêts"
    page.click("#toc a:has-text('Chapitre 30')")
    page.wait_for_selector("#ici:has-text('Chapitre 30')")
    assert page.evaluate("document.activeElement.id") == "ici"
    page.click(".tourner .avant")
    page.wait_for_selector("h2:has-text('Chapitre 1'), h3:has-text('Chapitre 1')")
    page.go_back()
    page.wait_for_selector("#ici:has-text('Chapitre 30')")
    page.click("#shelf a >> nth=0")
    page.wait_for_selector("h1:has-text('Le livret')")
    page.click("#toc a:has-text('Fiche 2')")
    page.wait_for_selector("#sheet h2:has-text('Fiche 2')")
    assert page.locator("h1").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_one_way_only(read, width):
    """At phone width nothing stands beyond the right edge, and the ways in are folded above the text."""
    page = read(width=width, height=640)
    assert page.evaluate(OVERFLOW) == 0
    assert not page.is_visible("#toc a")
    page.fill("#find textarea", "a" * 80)
    page.get_by_text("ne se trouve pas").wait_for()
    assert page.evaluate(OVERFLOW) == 0
    page.click("#toc summary")
    page.click("#toc a:has-text('Fiche 2')")
    page.wait_for_selector("#sheet h2:has-text('Fiche 2')")
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.browser
def test_the_headings_and_the_words_of_the_page_are_french_and_in_order(read):
    """One h1, no level skipped, French names in an English browser, every field with its label."""
    page = read()
    page.fill("#find textarea", "reseau")
    page.wait_for_selector("#matches details")
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.get_attribute("html", "lang") == "fr"
    assert page.get_by_label("Chercher dans ce document").count() == 1
    assert page.get_by_role("navigation", name="Sommaire").count() == 1
    assert page.faults == []


class TestLooking:
    """What is decided without a browser."""

    @pytest.fixture
    def desk(self, shelves):
        """What the pages answer with."""
        return shelves.current()

    def test_words_are_kept_within_a_document(self, desk):
        """A link of the same document keeps the words searched; one of another document forgets them."""
        seen = search(desk, Looking("livret"), "réseau")
        assert look(desk, "livret@3-9", seen).words == "réseau"
        assert look(desk, "forets@3-9", seen).words == ""

    def test_other_words_begin_where_the_visitor_is(self, desk, forests):
        """A search goes to the first match from there on, and round past the last one."""
        late = Looking("forets", start=forests.text.index("Chapitre 30"))
        found = search(desk, late, "foret")
        assert found.start == forests.text.rindex("Forêt")
        assert step(desk, found, "foret", forward=True).start == forests.text.index("Forêt")
        assert step(desk, found, "chapitre 2", forward=True).words == "chapitre 2"

    def test_a_search_without_matches_stays_where_it_is(self, desk):
        """Nothing is marked and nothing moves where the words stand nowhere."""
        seen = Looking("forets", 40, 50)
        found = search(desk, seen, "introuvable")
        assert (found.start, found.end) == (40, 40)
        assert found == step(desk, found, "introuvable", forward=False)
        assert "ne se trouve pas" in view(desk, found).status

    def test_a_document_of_a_megabyte_is_shown_in_time(self, desk, make_live, assistant, forests):
        """What a visitor waits for stays well under a second on a long document, search included."""
        copies = 30
        size = len(forests.text)
        blocks = tuple(
            replace(block, start=block.start + copy * size, end=block.end + copy * size)
            for copy in range(copies)
            for block in forests.blocks
        )
        text = forests.text * copies
        long = replace(forests, text=text, blocks=blocks, parts=(replace(forests.parts[0], end=len(text)),))
        assert len(text) > 900_000
        desk = make_live(assistant, long).current()
        started = perf_counter()
        seen = view(desk, search(desk, Looking("forets"), "foret"))
        assert perf_counter() - started < 1
        assert len(seen.sheet) < 100_000
        assert re.search(r"sur\u00a0900", seen.status)
