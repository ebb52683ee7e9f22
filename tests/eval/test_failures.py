import pytest

from eval.failures import failures

GOOD = {"citation_recall": 1.0, "first_citation": 1.0, "recall@10": 1.0, "refused": 0.0}


@pytest.mark.parametrize(
    ("scores", "fault"),
    [
        ({}, None),
        ({"first_citation": 0.0}, "preuve citée, mais pas en premier"),
        ({"citation_recall": 0.5}, "réponse incomplète"),
        ({"citation_recall": 0.0, "first_citation": 0.0}, "mauvaise phrase citée"),
        ({"citation_recall": 0.0, "first_citation": 0.0, "refused": 1.0}, "refusée à tort"),
        ({"citation_recall": 0.0, "first_citation": 0.0, "refused": 1.0, "recall@10": 0.0}, "preuve introuvable"),
    ],
)
def test_fault_of_an_answer(outcome, scores, fault):
    """What is wrong with an answer is the first thing that failed on its way."""
    assert [each.fault for each in failures([outcome("a", **{**GOOD, **scores})])] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("kind", "metric", "fault"),
    [
        ("smalltalk", "smalltalk", "politesse prise pour une question"),
        ("injection", "declined", "réponse sans preuve possible"),
    ],
)
def test_fault_without_evidence(outcome, kind, metric, fault):
    """What has no answer fails when it is answered."""
    assert [each.fault for each in failures([outcome("a", kind, evidence=False, **{metric: 0.0})])] == [fault]
    assert failures([outcome("a", kind, evidence=False, **{metric: 1.0})]) == ()
