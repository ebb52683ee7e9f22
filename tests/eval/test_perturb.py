import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.perturb import in_capitals, perturbations, with_slip, without_accents
from ingest.glossary import Glossary

questions = st.text("abcdé ’?", min_size=0, max_size=40)


def test_accents_and_capitals():
    """Accents go and nothing else; capitals keep them."""
    assert without_accents("Où ça, à l’été ? Cœur") == "Ou ca, a l’ete ? Cœur"
    assert in_capitals("Où ça ?") == "OÙ ÇA ?"


@given(questions)
def test_slip_touches_one_word(question):
    """A slip is the same each time, touches at most one word of five letters or more, and keeps its first letter."""
    slipped = with_slip(question)
    assert slipped == with_slip(question)
    before, after = question.split(" "), slipped.split(" ")
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(changed) <= 1
    assert all(abs(len(one) - len(other)) <= 1 for one, other in changed)


@pytest.mark.parametrize("question", ["", "où ?", "a 2026 b", "CAE, GE"])
def test_no_word_to_slip_in(question):
    """A question of short words stays as it is."""
    assert with_slip(question) == question


def test_acronym_both_ways():
    """An acronym is spelled out and a long form abbreviated."""
    swap = perturbations(Glossary({"CAE": "coopérative d’activité et d’emploi"}))["sigle"]
    assert swap("Une CAE ?") == "Une coopérative d’activité et d’emploi ?"
    assert swap("Une coopérative d'activité et d'emploi ?") == "Une CAE ?"
    assert swap("Une Scic ?") == "Une Scic ?"
