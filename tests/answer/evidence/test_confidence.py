import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.evidence.confidence import confidence_of, decide

HAND = {"bias": -0.5, "reader": 0.5}
THRESHOLDS = {"answered": 0.6, "related": 0.4}
SCORES = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(("score", "confidence"), [(1.0, 0.5), (3.0, 0.731059), (-3.0, 0.119203), (5.0, 0.880797)])
def test_confidence_is_the_logistic_of_the_weighted_score(score, confidence):
    """1 / (1 + e^-(-0.5 + 0.5 x score))."""
    assert confidence_of(score, HAND) == pytest.approx(confidence, abs=1e-6)


@given(SCORES, SCORES)
def test_confidence_is_a_probability_that_the_score_raises(one, other):
    """Within [0, 1] whatever the score, and never less for a better one."""
    low, high = confidence_of(min(one, other), HAND), confidence_of(max(one, other), HAND)
    assert 0 < low <= high <= 1


@pytest.mark.parametrize(
    ("confidence", "verdict"),
    [(1.0, "answered"), (0.6, "answered"), (0.599, "related"), (0.4, "related"), (0.399, "refused"), (0.0, "refused")],
)
def test_each_threshold_belongs_to_what_is_above_it(confidence, verdict):
    """« From which » means at it too; the confidence is handed back as it came."""
    assert decide(confidence, THRESHOLDS) == (verdict, confidence)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_what_nothing_knows_is_never_answered(confidence, one, other):
    """However sure the rest, and whatever the thresholds; below them the confidence is what it was."""
    thresholds = {"answered": max(one, other), "related": min(one, other)}
    verdict, told = decide(confidence, thresholds, unknown=True)
    assert verdict != "answered"
    assert told < thresholds["answered"]
    assert told == min(confidence, thresholds["answered"] - 0.001)


@given(st.floats(0, 1), st.booleans())
def test_what_is_near_to_nothing_is_refused(confidence, unknown):
    """Whatever the reading says of it."""
    verdict, told = decide(confidence, THRESHOLDS, far=True, unknown=unknown)
    assert verdict == "refused"
    assert told == min(confidence, THRESHOLDS["related"] - 0.001)
