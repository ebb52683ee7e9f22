import re
from datetime import datetime

import pytest

from interface.assistant.exchange import Exchange
from interface.assistant.export import as_markdown, as_page

AT = datetime(2026, 11, 1, 9, 5)


@pytest.fixture
def said(answering, cite, document, speaker, hostile):
    text = "**Fiche 2**\n\nElle dit : « 340 adhérents » [1] et « x » [2]"
    answer = answering(text, cite("340 adhérents", speaker=speaker), cite(hostile, number=2))
    return (
        Exchange(1, f"Combien ? {hostile}", answer=answer, cited={document.id: document}),
        Exchange(2, "panne", fault="Une erreur."),
    )


def test_markdown_has_each_question_answer_and_place(said):
    """The date, the question, the answer with its markers, and each quote with where it stands."""
    text = as_markdown(said, AT)
    assert text.startswith("# Conversation avec Tresse\n\nLe 1er novembre 2026 à 9\u00a0h\u00a005\n\n## Combien ? ")
    assert "*Réponse trouvée*\n\n**Fiche 2**\n\nElle dit : « 340 adhérents » [1]" in text
    place = "Fiche 2 – Les marques, Le livret, Où se renseigner ?, Jeanne Roy, directrice, Lignes\u00a012 à\u00a014"
    assert f"1. «\u00a0340 adhérents\u00a0»  \n   {place}" in text
    assert text.endswith("## panne\n\n*Une erreur.*\n")


def test_markdown_of_a_hostile_text_shows_it(said):
    """What would be a tag, a link or code in Markdown is escaped."""
    text = as_markdown(said, AT)
    for mark in ("<img", "**gras**", "[lien]", "`x`"):
        assert not re.search(rf"(?<!\\){re.escape(mark)}", text)


def test_the_page_asks_nothing_of_any_server(said):
    """No script, no image, no address: what is quoted shows as text, and the page's own policy forbids to load anything."""
    html = as_page(said, AT)
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert not re.search(r"<(script|img|link|iframe)\b", html)
    assert not re.search(r"\b(src|href)=\"(?!#)", html)
    assert '<mark id="source-1-1" tabindex="-1">340 adhérents</mark>' in html
    assert 'href="#source-1-1"' in html
    assert "&lt;img src=" in html
