import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import curves
from eval.metrics import auc


@pytest.fixture(scope="session")
def asked():
    """Make outcomes of (confidence, right); right None is a question without an answer."""
    from eval.cases import Case
    from eval.outcomes import Outcome

    def make(*rows):
        return [
            Outcome(
                Case(str(n), "test", "?", "factual", evidence=() if right is None else (("preuve",),)),
                {"confidence": confidence, "timings_ms": {"total": float(n)}},
                {"declined": 1.0} if right is None else {"first_citation": float(right)},
            )
            for n, (confidence, right) in enumerate(rows)
        ]

    return make


rows = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.sampled_from([True, False, None])), min_size=1, max_size=20
)


def test_roc_by_hand(asked):
    """The curve goes from nothing above the confidence to everything."""
    curve = curves.roc(asked((0.9, True), (0.5, None), (0.5, False)))
    assert list(zip(curve.x, curve.y, strict=True)) == [(0, 0), (0, 0.5), (1, 1)]
    assert curves.roc(asked((0.9, True))) is None


@given(rows)
def test_area_under_the_curve(asked, given_rows):
    """The area under the curve that is drawn is the figure that is written."""
    outcomes = asked(*given_rows)
    curve = curves.roc(outcomes)
    if curve is not None:
        confidence = np.array([confidence for confidence, _ in given_rows])
        answerable = np.array([float(right is not None) for _, right in given_rows])
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(auc(confidence, answerable))


def test_risk_by_hand(asked):
    """Risk is the share of wrong answers from the surest question down; equals are answered together."""
    curve = curves.risk(asked((0.9, True), (0.5, None), (0.5, True), (0.1, False)))
    assert list(curve.x) == [0.25, 0.75, 1]
    assert list(curve.y) == pytest.approx([0, 1 / 3, 0.5])
    assert len(curves.risk([]).x) == 0


@given(rows)
def test_risk_ends_at_all(asked, given_rows):
    """Answering everything, the risk is the share of what is not right, whatever the order."""
    curve = curves.risk(asked(*given_rows))
    assert curve.x[-1] == 1
    assert curve.y[-1] == pytest.approx(1 - np.mean([right is True for _, right in given_rows]))
    assert ((curve.y >= 0) & (curve.y <= 1)).all()


def test_calibration_by_hand(asked):
    """Questions of one tenth of confidence are one point; empty tenths are none; full confidence is in the last."""
    curve, counts = curves.calibration(asked((0.11, False), (0.19, True), (0.95, True), (1.0, True)))
    assert list(curve.x) == pytest.approx([0.15, 0.975])
    assert (list(curve.y), list(counts)) == ([0.5, 1], [2, 2])


def test_first_ranks(outcome):
    """A reciprocal rank is a rank again; no evidence among ten is said so."""
    ranks = curves.first_ranks(
        [*(outcome(str(n), mrr=1 / n) for n in (1, 3, 3, 10)), outcome("none", mrr=0.0), outcome("other")]
    )
    assert {rank: count for rank, count in ranks.items() if count} == {"1": 1, "3": 2, "10": 1, "absente": 1}
    assert list(ranks) == [*map(str, range(1, 11)), "absente"]


def test_spent(asked):
    """Times are in order, each with the share of the questions that took no longer."""
    curve = curves.spent(asked((0.5, True), (0.5, True)), "total")
    assert (list(curve.x), list(curve.y)) == ([0, 1], [0.5, 1])
    assert len(curves.spent(asked((0.5, True)), "search").x) == 0


def test_grouped(outcome):
    """Shares are by label: right whatever the kind of question, evidence found where there is some; no label stays out."""
    outcomes = [outcome("a", first_citation=1.0, **{"recall@5": 0.5}), outcome("b", "smalltalk", smalltalk=0.0), outcome("c")]
    groups = curves.grouped(outcomes, lambda each: None if each.id == "c" else "x")
    assert list(groups) == ["x"]
    assert (groups["x"]["right"].value, groups["x"]["right"].count) == (0.5, 2)
    assert (groups["x"]["recall@5"].value, groups["x"]["recall@5"].count) == (0.5, 1)
