"""Where French sentences end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentence_spans


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Elle travaille dans l’ESS.", "Les CAE (SCOP, etc.) sont là."],
        ["Créée par M. Dupont et Mme. Durand en 2012.", "Fin."],
        ["Voir p. 12 et art. 6 de la loi.", "À suivre."],
        ["Il y a des écoles, des crèches, etc.", "Élan Bâtisseur en est une."],
        ["Une pépinière, etc., et offre un cadre."],
        ["J. H.-D. : L’Udess 05 est née.", "Y. d. M. : Oui !", "C’est plus compliqué."],
        ["« Nous sommes là. »", "Ensuite, rien…", "Mais si !"],
        ["Créé en 2012 – une originalité ! –, le GE met des salariés à disposition."],
        ["Le tarif est bas (voir la note. Elle le dit.).", "Tous le savent."],
        ["Une règle : « une personne. Une voix » (A. C.).", "Bon."],
        ["Pourquoi ?", "Parce que 3 439 coopératives existent.", "57,5 % vont aux réserves."],
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(sentences: list[str]) -> None:
    """Abbreviations, initials, brackets, quotes and « etc. » before a lower-case word do not end a sentence."""
    assert cut(" ".join(sentences)) == sentences


def test_a_line_break_ends_a_sentence() -> None:
    """The items of a list are sentences, whatever they end with."""
    assert cut("Elle mutualise :\n• un cadre ;\n• un lieu") == ["Elle mutualise :", "• un cadre ;", "• un lieu"]


@given(st.text(alphabet="aéÉ .!?…«»()\n-M12’", max_size=80))
def test_the_spans_hold_all_that_is_visible_in_order(text: str) -> None:
    """Nothing but spaces is outside the sentences, and none is empty or overlaps the next."""
    spans = sentence_spans(text)
    assert "".join("".join(text[span.start : span.end].split()) for span in spans) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(text[span.start : span.end] == text[span.start : span.end].strip() != "" for span in spans)
