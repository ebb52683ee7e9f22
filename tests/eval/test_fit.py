"""What is fitted, on data whose best weights are known."""

import numpy as np
import pytest

from eval.fit import Judged, Ranking, cross_validated, first_right, fit_confidence, fit_ranking, thresholds

NAMES = ("useful", "noise", "harmful")


def rankings(count: int) -> list[Ranking]:
    """Five candidates a question: the right one has more of the first signal and less of the third."""
    random = np.random.default_rng(7)
    made = []
    for _ in range(count):
        rows = random.uniform(0, 0.4, (5, 3))
        right = np.zeros(5, dtype=bool)
        right[random.integers(5)] = True
        rows[right, 0] += 0.5
        rows[right, 2] = 0.0
        made.append(Ranking(rows, right))
    return made


def test_a_useful_signal_weighs_most_and_a_harmful_one_nothing() -> None:
    """Weights are not negative, 1 in sum, and put the right candidate first."""
    made = rankings(60)
    weights = fit_ranking(made, NAMES)
    assert weights["useful"] > 0.7
    assert weights["harmful"] == 0.0
    assert sum(weights.values()) == pytest.approx(1, abs=1e-3)
    assert first_right(made, weights, NAMES).mean() == 1.0
    assert cross_validated(made, NAMES) == 1.0


def answers() -> list[Judged]:
    """Answers whose one signal says how sure they are; the lower half is of questions without an answer."""
    return [
        Judged({"sure": number / 100}, right=number >= 60, answerable=number >= 40, near=number < 20) for number in range(100)
    ]


def test_confidence_grows_with_what_speaks_for_an_answer() -> None:
    """The logistic weight of a signal that goes with right answers is positive, and the bias makes up for it."""
    weights = fit_confidence(answers(), ("sure",))
    assert weights["sure"] > 0 > weights["bias"]


def test_thresholds_leave_the_wanted_shares_on_each_side() -> None:
    """At most 17 % of the near-unanswerable questions are answered, and at most 2 % of the answerable ones refused."""
    judged = answers()
    confidence = np.array([answer.signals["sure"] for answer in judged])
    found = thresholds(confidence, judged)
    near = np.array([answer.near for answer in judged])
    answerable = np.array([answer.answerable for answer in judged])
    assert 0.1 <= (confidence[near] >= found["answered"]).mean() <= 0.17
    assert (confidence[answerable] < found["related"]).mean() <= 0.02
    assert found["related"] <= found["answered"]
