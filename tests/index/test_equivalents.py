"""Tests of acronyms and what they stand for."""

from index.equivalents import equivalents, phrases
from ingest.glossary import Glossary

CAE = Glossary({"CAE": "coopérative d’activité et d’emploi", "SCIC": "société coopérative d’intérêt collectif"})


def test_an_acronym_and_its_words_say_each_other() -> None:
    """Both ways, as search terms without stop words: CAE for three words, SCIC for four."""
    assert equivalents(CAE) == {
        ("cae",): ("cooper", "activit", "emploi"),
        ("cooper", "activit", "emploi"): ("cae",),
        ("scic",): ("societ", "cooper", "interet", "collect"),
        ("societ", "cooper", "interet", "collect"): ("scic",),
    }


def test_what_two_acronyms_stand_for_is_said_by_both() -> None:
    """In their order, each once; a phrase of stop words, or of more than four terms, says nothing."""
    known = equivalents(Glossary({"AB": "agriculture biologique", "ABIO": "agriculture biologique", "LE": "pour tous"}))
    assert known["agricultur", "biolog"] == ("ab", "abio")
    assert ("le",) not in known
    assert () not in known
    assert list(equivalents(Glossary({"ABCDE": "abeilles blondes couvant douze essaims"}))) == [("abcde",)]


def test_phrases_are_found_wherever_they_stand() -> None:
    """A stretch of exactly the terms, in their order, with where it begins and ends."""
    known = equivalents(CAE)
    assert list(phrases(["la", "cae", "rural"], known)) == [(1, 2, ("cooper", "activit", "emploi"))]
    assert list(phrases(["cooper", "activit", "emploi", "cae"], known)) == [
        (0, 3, ("cae",)),
        (3, 4, ("cooper", "activit", "emploi")),
    ]
    assert list(phrases(["cooper", "emploi", "activit"], known)) == []
