"""Tests of the words in Tantivy, against BM25 written out."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import tokens
from index.equivalents import Equivalents
from index.vocabulary import count_words
from index.words import TRUST, PassageWords, Words, write_words

TEXTS = ("miel miel abeille", "abeille ruche", "pain farine four four four", "lavande", "")


def open_words(folder: Path, texts: Sequence[str], headings: Sequence[str] = (), known: Equivalents | None = None) -> Words:
    """Index each text as a passage of document d0 or d1, under the headings where there are some."""
    fields = {"text": [text.split() for text in texts], "headings": [text.split() for text in headings or [""] * len(texts)]}
    written = [
        PassageWords(number, (f"d{number % 2}", f"d{number % 2}#p"), {name: units[number] for name, units in fields.items()})
        for number in range(len(texts))
    ]
    write_words(folder, written)
    forms = {word: word for units in fields.values() for unit in units for word in unit}
    return Words(folder, replace(count_words(fields, ()), forms=forms), known or {})


def bm25(texts: Sequence[str], query: Sequence[str]) -> dict[int, float]:
    """Score as the formula says, k1 = 1.2 and b = 0.75, divided by the best that the query could reach."""
    units = [text.split() for text in texts]
    average = sum(map(len, units)) / len(units)
    weights = {}
    for word in query:
        seen = sum(word in unit for unit in units)
        weights[word] = 2.2 * math.log(1 + (len(units) - seen + 0.5) / (seen + 0.5))
    best = sum(weights.values())
    scores = {}
    for number, unit in enumerate(units):
        parts = [
            weights[word] * unit.count(word) / (unit.count(word) + 1.2 * (0.25 + 0.75 * len(unit) / average))
            for word in query
            if word in unit
        ]
        if parts:
            scores[number] = sum(parts) / best
    return scores


@pytest.fixture
def words(tmp_path: Path) -> Words:
    return open_words(tmp_path / "words", TEXTS)


def search(words: Words, query: str, **options: object) -> dict[int, float]:
    readings = tuple(((word, 1.0),) for word in query.split())
    numbers, scores = words.search("text", readings, **{"limit": 10, **options})
    return dict(zip(numbers.tolist(), scores.tolist(), strict=True))


@pytest.mark.parametrize("query", ["miel", "abeille ruche", "four pain inconnu", "lavande miel four", "inconnu"])
def test_scores_are_those_of_bm25(words: Words, query: str) -> None:
    """Tantivy's scores, divided by the best conceivable, are those of the formula."""
    assert search(words, query) == pytest.approx(bm25(TEXTS, query.split()), abs=1e-6)


def test_best_come_first(words: Words) -> None:
    """Scores go down, and the limit keeps the first."""
    scores = list(search(words, "miel abeille").values())
    assert scores == sorted(scores, reverse=True)
    assert list(search(words, "miel abeille", limit=1).values()) == scores[:1]


def test_a_question_half_unknown_cannot_score_1(words: Words) -> None:
    """What the index does not know weighs as its rarest words: with half of the question unknown, at most half."""
    assert max(search(words, "lavande inconnu").values()) <= 0.5


def test_scopes_restrict(words: Words) -> None:
    """Only passages of these scopes come out, with the scores that they have without restriction."""
    everywhere = search(words, "miel abeille ruche")
    assert search(words, "miel abeille ruche", scopes=["d0"]) == {0: everywhere[0]}
    assert search(words, "miel abeille ruche", scopes=["d1#p", "d0"]) == everywhere


def test_nothing_to_search_finds_nothing(words: Words) -> None:
    """An empty question, an empty limit and a field that nothing fills give nothing."""
    assert search(words, "") == search(words, "miel", limit=0) == {}
    assert words.search("headings", ((("miel", 1.0),),), limit=5)[0].tolist() == []


def test_each_field_is_weighed_by_itself(tmp_path: Path) -> None:
    """A heading counts among headings only: their lengths and how rare their words are say nothing of the texts."""
    headings = ("rucher rucher", "pain", "pain miel", "rucher", "four")
    words = open_words(tmp_path / "words", TEXTS, headings)
    query = ((("rucher", 1.0),), (("miel", 1.0),))
    numbers, scores = words.search("headings", query, limit=5)
    assert dict(zip(numbers.tolist(), scores.tolist(), strict=True)) == pytest.approx(
        bm25(headings, ["rucher", "miel"]), abs=1e-6
    )
    assert search(words, "rucher miel") == pytest.approx(bm25(TEXTS, ["rucher", "miel"]), abs=1e-6)


def test_of_several_readings_the_best_counts_with_its_trust(words: Words) -> None:
    """A word read as « miel » at 0.8 or « ruche » at 0.6 brings the better one, never their sum."""
    numbers, scores = words.search("text", ((("miel", 0.8), ("ruche", 0.6)),), limit=5)
    assert dict(zip(numbers.tolist(), scores.tolist(), strict=True)) == pytest.approx(
        {0: 0.8 * bm25(TEXTS, ["miel"])[0], 1: 0.6 * bm25(TEXTS, ["ruche"])[1]}, abs=1e-6
    )


def test_a_question_is_read_once_a_word(words: Words) -> None:
    """A word repeated counts once; the beginning of a long text is enough."""
    assert words.read("du miel, du MIEL et une abeile") == ((("miel", 1.0),), (("abeille", 0.8),))
    assert len(words.read(" ".join(f"mot{number}" for number in range(500)))) == 64


def test_an_acronym_is_read_with_what_it_stands_for(tmp_path: Path) -> None:
    """One word may stand for any of the others; several read as before, and for the acronym too, which is trusted less."""
    known = {("cmp",): ("miel", "pain"), ("miel", "pain"): ("four", "absent")}
    words = open_words(tmp_path / "words", ("miel pain", "four cmp"), known=known)
    (reading,) = words.read("la CMP")
    assert dict(reading) == {"cmp": 1.0, "miel": TRUST, "pain": TRUST}
    assert words.read("du miel, du pain") == ((("miel", 1.0),), (("pain", 1.0),), (("four", TRUST),))
    assert words.read("du pain, du miel") == ((("pain", 1.0),), (("miel", 1.0),))


def test_what_an_acronym_stands_for_takes_the_place_of_guesses(tmp_path: Path) -> None:
    """« farim » is no slip for « farin » where documents say what it is."""
    plain = open_words(tmp_path / "plain", ("miel pain", "farin"))
    words = open_words(tmp_path / "words", ("miel pain", "farin"), known={("farim",): ("miel",)})
    assert plain.read("farim") == ((("farin", 0.8),),)
    assert words.read("farim") == ((("miel", TRUST),),)


def test_english_grammar_is_not_read_unless_a_document_holds_it(tmp_path: Path) -> None:
    """« what is the » would be the rarest of words; « be », which a document writes, is one to search."""
    words = open_words(tmp_path / "words", ("miel be",))
    assert words.read("what is the miel to be") == ((("miel", 1.0),), (("be", 1.0),))


@settings(deadline=None)
@given(
    texts=st.lists(st.text(alphabet="abc ", max_size=30), min_size=1, max_size=6), query=st.text(alphabet="abcd", min_size=1)
)
def test_scores_stay_within_0_and_1(tmp_path_factory: pytest.TempPathFactory, texts: list[str], query: str) -> None:
    """Whatever the texts, the signal is a share of the best conceivable, equal to the formula's."""
    words = open_words(tmp_path_factory.mktemp("words") / "words", texts)
    found = search(words, " ".join(dict.fromkeys(query)))
    assert found == pytest.approx(bm25(texts, list(dict.fromkeys(query))), abs=1e-5)
    assert all(0 <= score <= 1 for score in found.values())


def test_terms_reach_tantivy_whole(tmp_path: Path) -> None:
    """« 57,5 » and folded stems are found as the analysis gives them."""
    texts = [" ".join(token.term for token in tokens(text)) for text in ("57,5 % des œuvres", "340 coopératives")]
    words = open_words(tmp_path / "words", texts)
    assert set(search(words, "57,5")) == {0}
    assert set(search(words, "oeuvr cooper")) == {0, 1}
