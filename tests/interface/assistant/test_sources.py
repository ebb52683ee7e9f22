import os
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from answer.render import where
from interface.assistant.exchange import Exchange
from interface.assistant.sources import CONTEXT_LIMIT, EMPTY, context, panel, shortened

GOLDEN = Path(__file__).with_name("panel.golden.html")


@pytest.fixture
def cited(document):
    return {document.id: document}


def text_of(html):
    return unescape(re.sub(r"<[^>]+>", "", html.replace("<br>", "\n")))


def test_the_panel_reads_as_the_golden_file(answering, cite, cited, speaker):
    """The sources of two answers, the latest open; TRESSE_GOLDEN=write rewrites the file to review."""
    first = Exchange(1, "Que fait un réseau ?", answer=answering("« Il mutualise. » [1]", cite("Il mutualise.")), cited=cited)
    second = Exchange(
        2,
        "Combien d’adhérents ?",
        answer=answering(
            "« 340 adhérents » [1] [2]", cite("340 adhérents", speaker=speaker), cite("Il dure.", number=2, page=6)
        ),
        cited=cited,
    )
    html = panel((first, second)).replace("<article>", "\n<article>").replace("<details>", "\n<details>")
    if os.environ.get("TRESSE_GOLDEN") == "write":
        GOLDEN.write_text(html + "\n", encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == html + "\n"


def test_the_highlight_is_the_quote(cite, document):
    """What stands in <mark> is the quote, character for character, and the block around it is whole."""
    citation = cite("Il mutualise.")
    html = context(citation, document, anchor="source-1-1")
    assert '<mark id="source-1-1" tabindex="-1">Il mutualise.</mark>' in html
    assert "Un réseau relie des acteurs. Il mutualise. Il dure." in text_of(html)


def test_a_quote_across_blocks_is_marked_in_each(cite, document):
    """A quote that goes over several blocks is marked in all of them and named once, and nothing of it is lost."""
    quote = document.text[document.text.index("Il dure.") : document.text.index("Fin.") + len("Fin.")]
    html = context(cite(quote), document, anchor="source-1-1")
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", html) == ["Il dure.", "Fin."]
    assert html.count('id="source-1-1"') == 1


def test_neighbours_are_of_the_same_part(cite, document):
    """The context stops where the part ends: the next fiche is not this one's context."""
    assert "Où se renseigner" not in context(cite("Fin."), document, anchor="a")
    assert '<p class="near paragraph">Un réseau' in context(cite("Fin."), document, anchor="a")


def test_hostile_text_shows_as_text(answering, cite, cited, hostile):
    """Tags in a question, a quote or a neighbour are shown, not obeyed."""
    exchange = Exchange(1, hostile, answer=answering("« x » [1]", cite(hostile), cite("12 élus.", number=2)), cited=cited)
    for exchanges in ((exchange,), (exchange, Exchange(2, "Autre ?", answer=answering("Non.", status="refused")))):
        html = panel(exchanges)
        assert "<img" not in html
        assert "<script" not in html
        assert hostile in text_of(html)
        assert "\n\n" not in html


def test_a_speaker_is_named_once(answering, cite, cited, speaker):
    """Where a heading is already the speaker's name and role, the place does not say them twice."""
    citation = cite("Fin.", speaker=speaker)
    headed = replace(citation, place=replace(citation.place, headings=("Fiche 1", str(speaker), "Une question ?")))
    html = panel((Exchange(1, "Un ?", answer=answering("« Fin. » [1]", headed), cited=cited),))
    assert '<p class="place"><span>Une question ?</span><span>Jeanne Roy, directrice</span>' in html


def test_a_label_gives_way_to_the_question_before_it(cite, document):
    """The initials that open an answer are no context; the question that was asked is."""
    blocks = tuple(replace(block, kind="label") if block == document.blocks[1] else block for block in document.blocks)
    html = context(cite("Fin."), replace(document, blocks=blocks), anchor="a")
    assert '<p class="near heading">Qu’est-ce qu’un réseau ?</p>' in html


def test_several_documents_are_named(answering, cite, cited):
    """The title of the document is said where there is more than one."""
    exchange = Exchange(1, "Un ?", answer=answering("« Fin. » [1]", cite("Fin.")), cited=cited)
    assert "Le livret" not in panel((exchange,))
    assert "<span>Le livret</span>" in panel((replace(exchange, several=True),))


def test_earlier_sources_stay_after_an_answer_without_any(answering, cite, cited):
    """An answer that cites nothing folds the sources before it and loses none."""
    exchanges = (
        Exchange(1, "Un ?", answer=answering("« Fin. » [1]", cite("Fin.")), cited=cited),
        Exchange(2, "Deux ?", answer=answering("Je n’ai rien trouvé.", status="refused")),
        Exchange(3, "Trois ?", fault="Erreur."),
    )
    html = panel(exchanges)
    assert "Cette réponse ne cite aucun passage." in html
    assert "<details><summary>Un ?</summary>" in html
    assert 'id="source-1-1"' in html
    assert "Deux ?" not in html


def test_an_empty_conversation_says_what_will_come():
    """Before the first question the panel explains itself."""
    assert panel(()) == EMPTY


def test_a_place_is_a_page_or_lines(cite, answering, cited):
    """A page where the file has pages, else its line or lines; of a word processor's file, its paragraphs."""
    one, two, paged = (cite("Fin.", **at) for at in ({"lines": (12, 12)}, {}, {"page": 6}))
    assert [where(each.place) for each in (one, two, paged)] == ["ligne\u00a012", "lignes\u00a012 à\u00a014", "page\u00a06"]
    typed = replace(one, place=replace(one.place, numbered="paragraph"))
    assert where(typed.place) == "paragraphe\u00a012"
    assert "<span>Paragraphe\u00a012</span>" in panel((Exchange(1, "Un ?", answer=answering("Oui. [1]", typed), cited=cited),))


def test_a_long_neighbour_keeps_its_near_end():
    """Of a long block before the quote the last words are shown, of one after it the first, at word limits."""
    text = " ".join(f"mot{i}" for i in range(100))
    assert shortened("court", last_words=True) == "court"
    before, after = shortened(text, last_words=True), shortened(text, last_words=False)
    assert before.startswith("[…] mot")
    assert text.endswith(before.removeprefix("[…] "))
    assert text.startswith(after.removesuffix(" […]"))
    assert all(len(shown) <= CONTEXT_LIMIT + len("[…] ") for shown in (before, after))
