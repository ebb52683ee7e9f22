import pytest
from answer.asked import understand
from answer.confidence import decide, signals
from hypothesis import given
from hypothesis import strategies as st

from answer.evidence import choose
from answer.weights import Weights, read_weights

HAND = Weights({}, {}, {"bias": 0.0, "good": 2.0, "bad": -2.0}, {"answered": 0.6, "related": 0.4}, "by hand")


@pytest.mark.parametrize(
    ("told", "status", "confidence"),
    [
        ({"good": 1.0}, "answered", 0.880797),
        ({"good": 0.0, "bad": 0.0}, "related", 0.5),
        ({"bad": 1.0}, "refused", 0.119203),
        ({}, "refused", 0.0),
    ],
)
def test_the_decision_is_the_logistic_of_the_weighted_signals(told, status, confidence):
    """1 / (1 + e^-2) = 0.880797: the weights are data, and no signal at all is a refusal."""
    assert (status, pytest.approx(confidence, abs=1e-6)) == decide(told, HAND)


@given(st.dictionaries(st.sampled_from(["good", "bad"]), st.floats(0, 1)))
def test_confidence_is_a_probability_that_good_signals_raise(told):
    """It stays within [0, 1] and never falls when a good signal grows."""
    _, confidence = decide(told, HAND)
    assert 0 <= confidence <= 1
    assert decide({**told, "bad": 0.5, "good": 1.0}, HAND)[1] >= decide({**told, "bad": 0.5, "good": 0.2}, HAND)[1]


def told(index, known, weights, question):
    asked = understand(question, known)
    hits = index.search(question)
    return signals(asked, hits, choose(asked, hits, lexicon=known, weights=weights), known)


def test_a_name_or_number_that_the_documents_lack_is_strange(index, known, weights):
    """« Mosaïque » and « 2031 » are in no document: whatever else matches, that is a sign against."""
    assert told(index, known, weights, "Combien d’adhérents réunit Mosaïque ?")["strange"] == 1.0
    assert told(index, known, weights, "Combien d’adhérents réunit la Ruche en 2031 ?")["strange"] == 1.0
    assert told(index, known, weights, "Combien d’adhérents réunit la Ruche ?")["strange"] == 0.0
    assert decide(told(index, known, weights, "Combien d’adhérents réunit Mosaïque ?"), weights)[0] != "answered"


def test_what_nobody_knows_is_never_answered(known):
    """However sure the rest, a question on an alien name comes back as near passages; a slip in a known name is no alien."""
    assert decide({"good": 1.0}, HAND, alien=True) == ("related", pytest.approx(0.599))
    assert decide({"bad": 1.0}, HAND, alien=True) == decide({"bad": 1.0}, HAND)
    assert understand("Combien d’adhérents réunit Mosaïque ?", known).alien == ("Mosaïque",)
    assert understand("Quel budget pour la Ruche en Ardèche, le Vergger ?", known).alien == ()


def test_unknown_words_and_lost_coverage_are_told(index, known, weights):
    """What the documents do not say lowers the coverage and counts as unknown."""
    sure, unsure = told(index, known, weights, "budget du Verger"), told(index, known, weights, "météo bretonne demain")
    assert (sure["coverage"], sure["unknown_words"]) == (1.0, 0.0)
    assert unsure["coverage"] == 0.0
    assert unsure["unknown_words"] == 1.0
    assert decide(unsure, weights)[0] == "refused"


def test_every_signal_has_a_weight(index, known, weights):
    """A signal without a weight, or a weight without a signal, is a fault of the data."""
    assert set(told(index, known, weights, "budget du Verger")) | {"bias"} == set(read_weights(expanded=True).confidence)
