import pytest

from eval.summary import by, points_lost, summarise


def test_means(outcome):
    """A figure is the mean over the questions that have the metric, and counts them."""
    figures = summarise([outcome("a", mrr=1.0, words=3.0), outcome("b", mrr=0.5, words=5.0), outcome("c", words=4.0)])
    assert (figures["mrr"].value, figures["mrr"].count) == (0.75, 2)
    assert (figures["words"].value, figures["words"].count) == (4, 3)
    assert 0.5 <= figures["mrr"].low <= figures["mrr"].high <= 1


def test_confidence_leaves_small_talk_out(outcome):
    """Confidence is judged on questions, not on greetings; an area that is undefined is no figure."""
    asked = [
        outcome("a", confidence=0.9, first_citation=1.0),
        outcome("b", "unanswerable-far", confidence=0.1, evidence=False, declined=1.0),
    ]
    hello = outcome("d", "smalltalk", confidence=1.0, evidence=False, smalltalk=1.0)
    figures = summarise([*asked, hello])
    assert (figures["auc"].value, figures["auc"].count) == (1, 2)
    assert figures["calibration_error"].value == pytest.approx(0.1)
    assert "auc" not in summarise(asked[:1])
    assert "calibration_error" not in summarise([hello])


def test_by_kind(outcome):
    """Figures by a trait are those of the outcomes that share it."""
    groups = by([outcome("a", "list", mrr=1.0), outcome("b", "number", mrr=0.0), outcome("c", "list", mrr=0.5)], "kind")
    assert list(groups) == ["list", "number"]
    assert groups["list"]["mrr"].value == 0.75
    assert list(by([outcome("a")], "part")) == ["aucune"]


def test_points_lost(outcome):
    """Points lost are over the questions that were changed, each against itself."""
    before = [
        outcome("a", **{"recall@5": 1.0, "citation_recall": 1.0}),
        outcome("b", **{"recall@5": 1.0, "citation_recall": 0.5}),
    ]
    after = [outcome("b", **{"recall@5": 0.0, "citation_recall": 0.5})]
    lost = points_lost(before, {"capitales": after, "sigle": []})
    assert {name: (figure.value, figure.count) for name, figure in lost["capitales"].items()} == {
        "citation_recall": (0.0, 1),
        "recall@5": (1.0, 1),
    }
    assert "sigle" not in lost


def test_speed(outcome):
    """The time of a stage is its median."""
    assert summarise([outcome("a"), outcome("b")])["ms_total"].value == 1
