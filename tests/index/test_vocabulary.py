"""Tests of the vocabulary and of mistyped words."""

import math

import pytest

from index.analysis import Token, terms, tokens
from index.vocabulary import Vocabulary, count_words, dump_vocabulary, load_vocabulary

TEXTS = ("Les coopératives d’activité forment des salariés", "Une coopérative de 340 salariés", "Le territoire de la CAE")


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Three units of one field and none of another."""
    forms = [token.form for text in TEXTS for token in tokens(text)]
    return count_words({"text": [terms(text) for text in TEXTS], "terms": []}, forms)


def reading(vocabulary: Vocabulary, word: str) -> tuple[tuple[str, float], ...]:
    (token,) = tokens(word)
    return vocabulary.readings(token)


def test_frequencies_count_units_not_occurrences(vocabulary: Vocabulary) -> None:
    """A term counts once in a unit; the forms remember how it was written."""
    assert vocabulary.frequencies["text"]["cooper"] == 2
    assert vocabulary.forms["cooperatives"] == "cooper"
    assert count_words({"text": [terms("pain pain")]}, ["pain"]).frequencies == {"text": {"pain": 1}}


def test_idf_is_that_of_lucene(vocabulary: Vocabulary) -> None:
    """ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) = ln 1.6 for two units of three, and ln 8 for none."""
    assert math.isclose(vocabulary.idf("text", "cooper"), math.log(1.6))
    assert math.isclose(vocabulary.idf("text", "inconnu"), math.log(8))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("coopérative", (("cooper", 1.0),)),  # known
        ("cooperatve", (("cooper", 0.8),)),  # a letter left out
        ("coopreative", (("cooper", 0.8),)),  # two letters exchanged
        ("cooprative", (("cooper", 0.8),)),
        ("copperativs", (("cooper", 0.6),)),  # two slips in a long word
        ("terrritoire", (("territoir", 0.8),)),
        ("berritoire", (("territoir", 0.6),)),  # another first letter
        ("saalires", (("salar", 0.6),)),  # eight letters may hold two slips
        ("salzzri", (("salzzr", 1.0),)),  # seven letters may not
        ("341", (("341", 1.0),)),  # a number is never corrected
        ("CEA", (("cea", 1.0),)),  # nor an acronym
        ("cea", (("cea", 1.0),)),  # nor a short word
        ("zzzzzzzz", (("zzzzzzzz", 1.0),)),  # nothing is near
    ],
)
def test_what_a_word_may_stand_for(vocabulary: Vocabulary, typed: str, read: tuple[tuple[str, float], ...]) -> None:
    """A mistyped word stands for its nearest known words, which are trusted less; others stand for themselves."""
    assert reading(vocabulary, typed) == read


def test_neighbours_at_the_same_distance_share() -> None:
    """Two known words one slip away are both read, in alphabetical order."""
    known = Vocabulary({"text": 1}, {"text": {"marche": 1, "marcha": 1}}, {"marche": "marche", "marcha": "marcha"})
    assert known.readings(Token("marchi", "marchi")) == (("marcha", 0.8), ("marche", 0.8))


def test_a_vocabulary_is_written_and_read_back(vocabulary: Vocabulary) -> None:
    """What is read back is what was written, and it is always written the same way."""
    text = dump_vocabulary(vocabulary)
    assert load_vocabulary(text) == vocabulary
    assert dump_vocabulary(load_vocabulary(text)) == text
