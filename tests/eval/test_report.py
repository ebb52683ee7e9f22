import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from playwright.sync_api import sync_playwright

from eval.report import report

HOSTILE = '<img src="https://ailleurs.invalid/a.png" onerror="document.title=1">'


class Elements(HTMLParser):
    """Collects elements, ids and what would load something; notices what is not closed."""

    VOID = frozenset({"meta", "input", "br", "path", "use"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.names.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset") and not value.startswith("#")]

    def handle_startendtag(self, tag, attrs):
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        """Check that what closes is what was opened last."""
        if tag not in self.VOID:
            assert self.open.pop() == tag


def parsed(page):
    elements = Elements()
    elements.feed(page)
    assert elements.open == []
    return elements


@pytest.fixture
def failing(measured):
    """The run with a right answer made wrong, in hostile words, and a name that could be HTML."""
    first = measured.outcomes[0]
    case = replace(first.case, question=f"Combien {HOSTILE} ?", part="<b>partie</b>", id="<i>")
    scores = {**first.scores, "citation_recall": 0.0, "first_citation": 0.0}
    answer = {**first.answer, "citations": [{**first.answer["citations"][0], "quote": HOSTILE}]}
    wrong = replace(first, case=case, scores=scores, answer=answer)
    return replace(measured, name="<u>autre</u>", outcomes=(wrong, *measured.outcomes[1:]))


def test_one_run(measured, documents):
    """A report of one run has every section, unique ids, well-formed elements, and loads nothing."""
    page = report([measured], documents.values())
    elements = parsed(page)
    assert len(elements.ids) == len(set(elements.ids))
    assert elements.loads == []
    assert "default-src 'none'" in page
    assert "url(" not in page.split("</style>")[0]
    for title in (
        "En bref",
        "Par genre",
        "Par partie",
        "Recherche",
        "Confiance",
        "Robustesse",
        "Vitesse",
        "Phrases citées",
        "Échecs",
    ):
        assert f">{title}</h2>" in page
    assert "Ce qui a changé" not in page


def test_figures_are_written(measured, documents):
    """The figures of the run stand in the page in words and numbers, not in pictures only."""
    page = report([measured], documents.values())
    assert "<strong>100,0\u00a0%</strong>" in page
    assert page.count('role="img"') >= 8
    assert all(label.strip() for label in re.findall(r'role="img" aria-label="([^"]*)"', page))
    assert "Aucun échec." in page


def test_hostile_texts(failing, documents):
    """Nothing that a file holds becomes an element: questions, quotes, parts, names."""
    page = report([failing], documents.values())
    elements = parsed(page)
    assert not {"img", "u"} & elements.names
    assert elements.loads == []
    assert "Combien &lt;img" in page
    assert "mauvaise phrase citée" in page


def test_several_runs(measured, failing, documents):
    """Several runs stand side by side with what changed; runs of one name are told apart."""
    page = report([measured, measured, failing], documents.values())
    parsed(page)
    titles = re.findall(r"<h3>(De «.*?)</h3>", page)
    assert titles == [
        "De «\u00a0essai (1)\u00a0» à «\u00a0essai (2)\u00a0»",
        "De «\u00a0essai (1)\u00a0» à «\u00a0&lt;u&gt;autre&lt;/u&gt;\u00a0»",
    ]
    assert "aucune différence vue" in page


def test_map(measured, documents):
    """The map has a mark for each sentence, and says so when the documents are not those of the run."""
    page = report([measured], documents.values())
    assert page.count('<i class="mark ') == 6 + 5
    assert page.count("phrases citées sur") >= 2
    assert "la carte ne peut pas être dessinée" in report([replace(measured, manifest={})], documents.values())


def test_partial_run(make_run, outcome, documents):
    """A run of small talk alone, or of questions without an answer alone, has a report too."""
    for only in (
        outcome("a", "smalltalk", evidence=False, smalltalk=1.0, words=1.0),
        outcome("b", "injection", evidence=False, declined=1.0, words=1.0),
    ):
        parsed(report([make_run(only)], documents.values()))


def explore(address):
    """Use the page as a person would; return what it showed, and what it asked for."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "Chromium is missing: run bash tests/chromium.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        counts = [page.locator("#count").inner_text()]
        page.fill("#words", "BUDGET vérger")
        counts.append(page.locator("#count").inner_text())
        question = page.locator("#failures details:visible").inner_text()
        page.fill("#words", "")
        page.select_option("select[data-of=fault]", "mauvaise phrase citée")
        counts.append(page.locator("#count").inner_text())
        page.click("#unfold")
        quotes = page.locator("#failures details:visible blockquote:visible").count()
        browser.close()
    return counts, question, quotes, asked


@pytest.mark.browser
def test_filter(failing, measured, documents, tmp_path):
    """In a browser, words and choices narrow the failures down, and the page asks nobody for anything."""
    wrong = replace(measured.outcomes[1], scores={**measured.outcomes[1].scores, "citation_recall": 0.0, "recall@10": 0.0})
    path = tmp_path / "report.html"
    path.write_text(report([replace(failing, outcomes=(failing.outcomes[0], wrong))], documents.values()), encoding="utf-8")
    with ThreadPoolExecutor(1) as other:  # Playwright allows one loop a thread, and tests of the page may hold this one's
        counts, question, quotes, asked = other.submit(explore, path.as_uri()).result()
    assert counts == ["2 sur 2", "1 sur 2", "1 sur 2"]
    assert "Quel est le budget du Verger" in question
    assert quotes == 2
    assert asked == [path.as_uri()]
