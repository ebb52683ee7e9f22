import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import pytest

from ingest.document import Block, Document, Origin, Part, Span, Speaker
from interface.document.outline import contents_html, shelf_html, turning_html
from interface.document.reading import SHEET_LENGTH, Marks, extract, sheet_at, sheet_html, sheets

ANNE = Speaker("Anne Roy", "directrice")


@pytest.fixture
def interview() -> Document:
    """A part with a box, a list, a footnote and an interview, on two pages."""
    rows = (
        ("heading", "Les ruches", (), None, "\n\n"),
        ("paragraph", "Une ruche abrite une colonie.", (), None, "\n\n"),
        ("label", "EXEMPLE", (), None, "\n\n"),
        ("example", "La ruche de Jean.", (), None, "\n\n"),
        ("list", "• le miel ;\n• la cire.", (), None, "\n\n"),
        ("footnote", "(1) Une note.", (), None, "\n\n"),
        ("question", "— Et vous ?", (), ANNE, "\n\n"),
        ("label", "A. R. :", (), ANNE, " "),
        ("turn", "Je veille :\n• le jour ;\n• la nuit.", (), ANNE, "\n\n"),
        ("turn", "Et je dors.", (), ANNE, "\n\n"),
    )
    text, blocks = "", []
    for kind, words, trail, speaker, gap in rows:
        blocks.append(Block(len(text), len(text) + len(words), kind, "f", ("Fiche 1 – Les ruches", *trail), speaker))
        text += words + gap
    second = text.index("colonie")
    origins = (Origin(0, 1, 5), Origin(second, 2, 6), Origin(text.index("(1)"), 9, 7))
    return Document("guide", "Guide", text, (Part("f", "Fiche 1 – Les ruches", 0, len(text)),), tuple(blocks), origins)


def _shown(html: str) -> str:
    """Return the words of a document that stand in its HTML, without what the page adds."""
    html = re.sub(r'<a class="lien".*?</a>|<p class="(?:page|rang)">.*?</p>|<span class="page">.*?</span>', "", html)
    html = re.sub(r'<h2 class="suite">.*?</h2>', "", html)
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", html)))


def _whole(document: Document) -> str:
    return "".join(_shown(sheet_html(document, sheet, Marks())) for sheet in sheets(document))


def test_the_sheets_are_the_text_word_for_word(booklet):
    """What is shown of all the sheets of the booklet, in order, is its canonical text, nothing more, less or displaced."""
    titled = {part.title for part in booklet.parts}
    shown = "".join(
        _shown(re.sub(r"^(<article class=\"feuille\">)<h2>.*?</h2>", r"\1", sheet_html(booklet, sheet, Marks())))
        for sheet in sheets(booklet)
    )
    assert len(titled) == 7
    assert re.sub(r"\s+", "", booklet.text) == shown


def test_each_block_has_its_form(interview):
    """Headings, lists, speakers and page breaks are told apart; a title is not written twice."""
    (sheet,) = sheets(interview)
    html = sheet_html(interview, sheet, Marks())
    assert '<p class="rang">Fiche 1</p>' in html
    assert html.count("Les ruches") == 1
    assert "<h2>Les ruches</h2>" in html
    assert "<ul><li>• le miel ;</li><li>• la cire.</li></ul>" in html
    assert '<p><strong class="qui">A. R. :</strong> Je veille :</p><ul>' in html
    assert '<p><strong class="qui">Anne Roy</strong> Et je dors.</p>' in html
    assert 'abrite une <span class="page">Page\u00a06</span>colonie.' in html
    assert '<p class="page"><span>Page\u00a07</span></p><div class="bloc b-footnote">' in html
    assert 'href="/document?p=guide@0-10" title="Lien permanent\u00a0: page\u00a05"' in html


def test_a_hostile_text_is_escaped(hostile):
    """Tags of a text, its title and its name are read as written."""
    text = f"{hostile}\n\n"
    document = Document(
        f'x"><b>{hostile}',
        hostile,
        text,
        (Part("p", hostile, 0, len(text)),),
        (Block(0, len(hostile), "heading", "p", (hostile,)),),
        (Origin(0, 1),),
    )
    cut = sheets(document)
    html = sheet_html(document, cut[0], Marks(Span(5, 20), (Span(30, 40),))) + contents_html(document, cut, 0)
    assert "<img" not in html
    assert "<script" not in html
    assert "<b>" not in html
    assert re.sub(r"\s+", "", hostile) in _shown(html)
    assert "\n" not in html


def test_the_stretch_asked_for_is_marked_exactly(interview):
    """The marks of a stretch over several blocks are its words; only the first can be gone to."""
    (sheet,) = sheets(interview)
    start, end = interview.text.index("colonie"), interview.text.index("de Jean")
    html = sheet_html(interview, sheet, Marks(Span(start, end), (Span(0, 3),), focus=True))
    marked = re.findall(r'<mark (?:id="ici" tabindex="-1" )?class="ici(?: but)?">(.*?)</mark>', html)
    assert marked == ["colonie.", "EXEMPLE", "La ruche "]
    assert html.count('id="ici"') == 1
    assert "<mark>Les</mark> ruches" in html


def test_an_empty_stretch_is_a_place_to_go_to(interview):
    """A heading of the table of contents is gone to, and nothing is marked."""
    (sheet,) = sheets(interview)
    at = interview.text.index("(1)")
    html = sheet_html(interview, sheet, Marks(Span(at, at), focus=True))
    assert '<div id="ici" tabindex="-1" class="bloc b-footnote but">' in html
    assert "<mark" not in html


def _long(paragraphs: int, *, length: int = 500) -> Document:
    text, blocks = "", []
    for number in range(paragraphs):
        words = f"Section {number}" if number % 10 == 0 else ("mot " * (length // 4)).strip()
        kind = "heading" if number % 10 == 0 else "paragraph"
        blocks.append(Block(len(text), len(text) + len(words), kind, "p", ("Long", "Section")))
        text += words + "\n\n"
    return Document("long", "Long", text, (Part("p", "Long", 0, len(text)),), tuple(blocks), (Origin(0, 1),))


def test_a_long_part_is_cut_at_headings():
    """A megabyte becomes sheets that follow each other, each short, each from a heading on."""
    document = _long(2200)
    cut = sheets(document)
    assert len(document.text) > 900_000
    assert cut[0].start == 0
    assert cut[-1].end == len(document.text)
    assert all(before.end == after.start for before, after in pairwise(cut))
    assert max(sheet.end - sheet.start for sheet in cut) <= SHEET_LENGTH
    assert all(document.text.startswith("Section", sheet.start) for sheet in cut)
    assert sheet_at(cut, cut[3].start) == 3
    assert sheet_at(cut, cut[3].start - 1) == 2


def test_an_endless_paragraph_is_cut_between_two_words():
    """A file that is one paragraph is shown in sheets all the same, and no word of it is lost."""
    document = _long(2, length=100_000)
    cut = sheets(document)
    assert len(cut) > 4
    assert re.sub(r"\s+", "", document.text) == _whole(document)


def test_headings_go_down_one_level_at_a_time():
    """A reader who hears the page meets no level that has none above it."""
    texts = (("A", ("P",)), ("B", ("P", "x", "y", "z")), ("C", ("P", "x")))
    text = "A\n\nB\n\nC\n\n"
    blocks = tuple(Block(3 * i, 3 * i + 1, "heading", "p", trail) for i, (_, trail) in enumerate(texts))
    document = Document("d", "D", text, (Part("p", "P", 0, len(text)),), blocks, (Origin(0, 1),))
    html = sheet_html(document, sheets(document)[0], Marks())
    assert re.findall(r"<h(\d)>", html) == ["2", "3", "4", "4"]


def test_the_table_of_contents_opens_the_part_that_is_read(booklet):
    """Every part is there, with the headings of the one that is read, without the one that repeats its title."""
    cut = sheets(booklet)
    html = contents_html(booklet, cut, 1)
    assert all(f">{part.title}</a>" in html for part in booklet.parts)
    assert html.count('class="courant"') == 1
    assert ">Quel est l’intérêt des réseaux d’acteurs de l’ESS ?</a>" in html
    assert ">Qu’est-ce qu’une CAE ?</a>" not in html
    assert "Fiche 2" in turning_html(booklet, cut, 1)


def test_an_extract_is_cut_between_words(booklet):
    """A match of the list is read between the words around it, as they stand."""
    at = booklet.text.index("piloté par")
    html = extract(booklet, Span(at, at + 6))
    before, marked, after = re.fullmatch(r"… (.*)<mark>(.*)</mark>(.*) …", html).groups()
    assert marked == "piloté"
    assert before + marked + after in booklet.text
    assert len(before) < 80 > len(after)


def test_the_shelf_shows_no_more_than_can_be_read(make_live, assistant, document):
    """Of thousands of documents some are listed, and the others are found by words of their titles, without accents."""
    many = [replace(document, id=f"d{number}", title=f"Été {number}") for number in range(120)]
    contents = make_live(assistant, *many).current().index.contents
    assert "et 70 autres" in shelf_html(contents, "d3")
    assert shelf_html(contents, "d3", "ete 119").count("<li>") == 1
    assert "Aucun document" in shelf_html(contents, "d3", "hiver")
