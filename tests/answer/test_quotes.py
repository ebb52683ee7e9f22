import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answer.quotes import Quote, Statement, cite, find, verify
from ingest.document import Document, Origin, Span

SOURCE = (
    "La CAE mutualise 57,5 % de ses services, soit 3 439 euros pour Biovallée en 2012.\n"
    "Il n’y a pas de dividende pour les associés, ni de clause de non-concurrence.\n"
    "L’association réunit 340 adhérents autour d’Augustin Guendouz."
)


@pytest.fixture(scope="module")
def source() -> Document:
    return Document("d", "Titre", SOURCE, (), (), (Origin(0, 1),))


def quote(document: Document, start: int, end: int) -> Quote:
    return Quote(document.id, document.sha256, start, end, document.text[start:end])


def test_a_quote_that_stands_is_cited_with_its_place(document):
    """A citation gives the words, the lines and the headings of its quote, and the speaker."""
    start = document.text.index("Je suis la seule salariée.")
    [(_, citation)] = cite([Statement("Selon Anne : ", quote(document, start, start + 26))], {"ruche": document})
    assert (citation.quote, citation.number, citation.place.lines) == ("Je suis la seule salariée.", 1, (4, 4))
    assert (citation.place.speaker.name, citation.place.kind, citation.place.part) == ("Anne Leroy", "turn", "fiche-1")


@pytest.mark.parametrize(
    "lie",
    [
        {"text": "La Ruche est un coopérative"},
        {"sha256": "0" * 64},
        {"document": "autre"},
        {"start": -3},
        {"start": 28, "end": 3},
        {"end": 1_000_000},
    ],
)
def test_a_quote_that_does_not_stand_is_dropped_with_its_statement(document, caplog, lie):
    """A false word, text, document or offset costs the whole statement, and is counted in the log."""
    true = quote(document, 27, 54)
    kept = cite([Statement("", replace(true, **lie)), Statement("ici", true)], {"ruche": document})
    assert [(statement.lead, citation.number) for statement, citation in kept] == [("ici", 1)]
    assert "1 of 2 quotes" in caplog.text


def test_a_blank_quote_proves_nothing(document):
    """White space and an empty span are no quotes."""
    gap = document.text.index("\n\n")
    assert cite([Statement("", quote(document, gap, gap + 2)), Statement("", quote(document, 5, 5))], {"ruche": document}) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(-5, 400), end=st.integers(-5, 400), text=st.text(max_size=5))
def test_every_citation_equals_its_text(source, start, end, text):
    """Whatever a draft claims, what comes out is exactly what stands at its offsets."""
    claimed = source.text[max(start, 0) : max(end, 0)] + text
    for _, citation in cite([Statement("", Quote("d", source.sha256, start, end, claimed))], {"d": source}):
        assert source.text[citation.start : citation.end] == citation.quote == claimed
        assert verify(citation, source)
        assert not verify(citation, replace(source, text=source.text + " "))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_true_run_of_whole_words_is_found_whatever_its_white_space(source, data):
    """Line ends and doubled or no-break spaces do not hide a true quote."""
    words = list(re.finditer(r"\S+", source.text))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start, end = words[first].start(), words[last].end()
    spaced = re.sub(r"\s", lambda _: data.draw(st.sampled_from([" ", "  ", "\n", "\u00a0"])), source.text[start:end])
    found = find(spaced, source)
    if found is not None:
        assert source.text[start:end].split() == source.text[found.start : found.end].split()
    else:  # only where the run begins or ends inside « 3 439 »
        assert {source.text[start:end].split()[0], source.text[start:end].split()[-1]} & {"3", "439"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_falsified_quote_is_never_found(source, data):
    """A changed digit, letter or case, a dropped, doubled or swapped word: refused, every time."""
    words = source.text.split()
    number = data.draw(st.integers(1, len(words) - 2))
    lie = data.draw(st.sampled_from(["drop", "double", "swap", "letter", "case"]))
    word = words[number]
    false = {
        "drop": [],
        "double": [word, word],
        "swap": [words[number + 1], word],
        "letter": [word[:-1] + ("8" if word[-1] != "8" else "9")],
        "case": [word.swapcase()],
    }[lie]
    skipped = number + (2 if lie == "swap" else 1)
    changed = words[:number] + false + words[skipped:]
    if changed != words:
        assert find(" ".join(changed), source) is None


@pytest.mark.parametrize(
    "cut", ["40 adhérents", "5 % de ses services", "439 euros", "concurrence", "3 439 eur", "y a pas de dividende", "2"]
)
def test_a_quote_that_cuts_a_number_a_word_or_a_negation_is_not_found(source, cut):
    """« 340 adhérents » does not hold « 40 adhérents », nor « non-concurrence » the word « concurrence »."""
    assert find(cut, source) is None


@pytest.mark.parametrize("whole", ["340 adhérents", "57,5 %", "association réunit", "Augustin Guendouz", "non-concurrence."])
def test_a_quote_may_leave_out_an_elided_article(source, whole):
    """Whole words are found, with or without the article elided before them."""
    found = find(whole, source)
    assert found == Span(SOURCE.index(whole), SOURCE.index(whole) + len(whole))


@pytest.mark.parametrize("nothing", ["", "  \n", "\u00a0"])
def test_nothing_is_found_nowhere(source, nothing):
    """An empty quote stands nowhere."""
    assert find(nothing, source) is None
