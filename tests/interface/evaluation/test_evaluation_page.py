"""What a visitor of the evaluation page sees and does, in Chromium, with runs made by hand and a fake assistant."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from interface.evaluation.evaluator import BUSY
from settings import ROOT

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def choose(page, box, option):
    """Open a list and take an option of it."""
    page.locator(f"{box} input").click()
    page.get_by_role("option", name=option).first.click()


def test_the_newest_run_is_shown_with_its_numbers(look, filled):
    """The page opens on the newest run: one title, its scores with intervals, bars by kind and part, both curves."""
    page = look(filled[0])
    page.locator("#eval-failures article").first.wait_for()
    assert page.locator("h1").all_inner_texts() == ["Évaluation"]
    assert page.locator("#eval-shown .about strong").inner_text() == "après"
    assert page.locator("#eval-shown h2").all_inner_texts() == ["En bref", "Par genre de question", "Par partie", "Confiance"]
    assert "92,3\u00a0%" in page.locator("#eval-shown .cards li", has_text="commencent par la bonne phrase").inner_text()
    assert page.get_by_role("row", name=re.compile(r"^Fiche 1 – Les réseaux 12\squestions 100,0\s%")).count() == 1
    for theme, shown in (("light", True), ("dark", False)):
        assert page.locator(f"#eval-shown img.{theme}-only").first.is_visible() == shown
    assert page.get_by_role("img", name=re.compile("Courbe de calibration")).count() == 1
    page.locator("#eval-shown figure summary").first.click()
    assert page.get_by_role("table", name="Points de la courbe de calibration").is_visible()
    assert page.faults == []
    assert [url for url in page.sent if not url.startswith((filled[0].rpartition("/")[0], "data:"))] == []


def test_another_run_is_chosen(look, filled):
    """The list says date, name, half and size; the earlier run is shown with its failures when it is chosen."""
    page = look(filled[0])
    choose(
        page, "#eval-chosen", re.compile(r"^2\sjanvier 2026, 03:04 · avant · moitié de test · 14\squestions · commit abc1234$")
    )
    page.locator("#eval-shown .about strong", has_text="avant").wait_for()
    page.locator("#eval-failures .place", has_text="1 à 10 sur 11").wait_for()
    choose(page, "#eval-chosen", "Mesures publiées avec Tresse")
    page.locator("#eval-shown .about", has_text="295\u00a0questions").wait_for()
    assert not page.locator("#eval-failing").is_visible()


def test_failures_are_filtered_and_paged(look, filled):
    """Ten failures a page; another page begins at its first line; a filter begins again, and shows what it keeps."""
    page = look(f"{filled[0]}?evaluation={filled[1][0]}")
    page.locator("#eval-failures .place", has_text="1 à 10 sur 11").wait_for()
    assert page.locator("#eval-previous").is_disabled()
    page.locator("#eval-following").click()
    page.locator("#eval-failures .place", has_text="11 à 11 sur 11").wait_for()
    page.locator("#eval-failures-title").wait_for()
    assert 0 <= page.locator("#eval-failures-title").bounding_box()["y"] < 700
    choose(page, "#eval-filters .block:nth-child(1)", "autres mots (1)")
    page.locator("#eval-failures .place", has_text="1 à 1 sur 1").wait_for()
    assert page.locator("#eval-pages button:visible").count() == 0
    article = page.locator("#eval-failures article")
    assert article.locator("h4").all_inner_texts() == ["Attendu", "Donné"]
    assert article.locator("blockquote").first.inner_text().startswith("Un réseau relie des acteurs.")


def test_hostile_text_shows_as_text(look, filled, hostile):
    """Tags and Markdown in a question or a quotation are read as written."""
    page = look(filled[0])
    article = page.locator("#eval-failures article")
    article.wait_for()
    assert article.locator("h3").inner_text() == hostile
    assert hostile in article.locator("blockquote.given").inner_text()
    assert page.locator("#eval-failures :is(img, strong, code)").count() == 0
    assert article.get_by_role("link").get_attribute("href") == "/document?p=livret@26-54"


def test_two_runs_are_compared_in_words(look, filled):
    """What is better is said, the questions that changed are shown, and the report of both is offered."""
    page = look(filled[0])
    choose(page, "#eval-other", re.compile("avant"))
    compared = page.locator("#eval-compared")
    compared.get_by_text("▲ Mieux pour 3\u00a0mesures").wait_for()
    assert page.get_by_role("table", name="Devenues justes\u00a0: 10\u00a0questions").locator("tbody").count() == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Rapport des deux").click()
    assert "Ce qui a changé" in Path(download.value.path()).read_text(encoding="utf-8")
    choose(page, "#eval-other", re.compile("après"))
    compared.get_by_text("C’est la même évaluation").wait_for()


def test_the_report_is_downloaded_at_the_first_click(look, filled):
    """The report of the run that is shown comes as a file that stands alone."""
    page = look(filled[0])
    page.locator("#eval-failures article").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le rapport").click()
    assert download.value.suggested_filename == "evaluation-2026-03-01-100000-apr_s.html"
    assert "<h1>Évaluation de Tresse</h1>" in Path(download.value.path()).read_text(encoding="utf-8")
    assert page.url == filled[0]


def test_an_evaluation_is_started_and_followed_by_all(look, served, measurable):
    """One is started where there was none, and a second visitor sees it and may not start another.

    When it is done it is shown to who started it, and listed for the other.
    """
    first, second = look(served), look(served)
    assert "Aucune évaluation n’a encore été faite" in first.locator("#eval-shown").inner_text()
    first.locator("#eval-shown .about", has_text="mesures publiées").wait_for()
    measurable.gate.clear()
    first.get_by_label("Nom").fill("la mienne!")
    first.get_by_role("button", name="Lancer l’évaluation").click()
    first.locator("#eval-said", has_text="s’écrit en lettres, chiffres").wait_for()
    first.get_by_label("Nom").fill("la-mienne")
    first.get_by_role("button", name="Lancer l’évaluation").click()
    first.locator("#eval-said[role=status]", has_text="«\u00a0la-mienne\u00a0» (moitié de test) est en cours").wait_for()
    first.locator("#eval-bar", has_text="0 sur 7\u00a0questions").wait_for()
    second.locator("#eval-bar", has_text="0 sur 7\u00a0questions").wait_for(timeout=10_000)
    second.get_by_role("button", name="Lancer l’évaluation").click()
    second.get_by_text(BUSY).wait_for()
    measurable.gate.set()
    first.locator("#eval-said", has_text="est finie").wait_for()
    first.locator("#eval-shown .about strong", has_text="la-mienne").wait_for()
    first.locator("#eval-failures article", has_text="Combien de communes ?").wait_for()
    second.locator("#eval-said", has_text="est finie").wait_for(timeout=10_000)
    choose(second, "#eval-chosen", re.compile("la-mienne"))
    second.locator("#eval-shown .about strong", has_text="la-mienne").wait_for()
    assert not first.get_by_role("button", name="Arrêter").is_visible()


def test_an_evaluation_is_stopped(look, served, measurable, runs):
    """« Arrêter » ends it after the question under way; nothing is kept, and that is said."""
    page = look(served)
    measurable.gate.clear()
    page.get_by_role("button", name="Lancer l’évaluation").click()
    page.get_by_role("button", name="Arrêter").click()
    measurable.gate.set()
    page.locator("#eval-said", has_text="a été arrêtée").wait_for()
    assert list(runs.iterdir()) == []
    later = look(served)
    assert not later.locator("#eval-progress").is_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_one_way_only(look, filled, width):
    """At phone width nothing stands beyond the right edge, the tables and the comparison included."""
    page = look(f"{filled[0]}?evaluation={filled[1][0]}", width=width)
    page.locator("#eval-failures article").first.wait_for()
    choose(page, "#eval-other", re.compile("après"))
    page.locator("#eval-compared table").first.wait_for()
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate(OVERFLOW) == 0


def test_dark_and_by_keyboard(look, filled):
    """In the dark the dark pictures are shown; a run is chosen with the keyboard alone."""
    page = look(filled[0], color_scheme="dark")
    page.locator("#eval-failures article").first.wait_for()
    assert page.locator("#eval-shown img.dark-only").first.is_visible()
    assert not page.locator("#eval-shown img.light-only").first.is_visible()
    page.locator("#eval-chosen input").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.locator("#eval-shown .about strong", has_text=re.compile("avant|mesures publiées")).wait_for()


def test_without_an_evaluator_nothing_is_started(look, shelf, live, serving, two_runs):
    """Served to everybody, the page shows the runs and has nothing to start one with."""
    with serving(live, None, shelf) as address:
        page = look(f"{address}?evaluation={two_runs[0]}")
        page.locator("#eval-failures article").first.wait_for()
        assert page.get_by_role("button", name=re.compile("Lancer|Arrêter")).count() == 0


def test_nothing_heavy_is_imported_before_a_visitor_comes():
    """Laying out the page loads none of the libraries that measure or draw."""
    code = (
        "import sys, gradio; from types import SimpleNamespace\n"
        "from interface.evaluation.evaluator import Evaluator; from interface.evaluation_page import evaluation_page\n"
        "with gradio.Blocks(): live = SimpleNamespace(); evaluation_page(live, Evaluator(live))\n"
        "heavy = {'matplotlib.pyplot', 'torch', 'sklearn', 'scipy', 'faiss', 'eval.run', 'eval.charts'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
