from math import isnan, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import metrics
from eval.matching import Region

A, B, C = (Region("d", start, start + 10) for start in (0, 100, 200))
NONE = Region("d", 500, 510)
GROUPS = ((A,), (B, C))

triples = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.booleans(), st.booleans()), min_size=1, max_size=25)
ranked = st.lists(st.sampled_from([A, B, C, NONE]), max_size=10, unique=True)


def arrays(rows):
    """Confidence, right, answerable: only what is answerable can be right."""
    return (np.array(column, dtype=float) for column in zip(*((c, r and a, a) for c, r, a in rows), strict=True))


def test_retrieval_by_hand():
    """Recall counts groups, the reciprocal rank the first passage that gives one, nDCG every passage that does."""
    scores = metrics.retrieval([NONE, C, B, A], GROUPS, relevant=3)
    assert scores["recall@1"] == 0
    assert scores["recall@3"] == 1 / 2
    assert scores["recall@5"] == scores["recall@10"] == 1
    assert scores["mrr"] == 1 / 2
    gained = 1 / log2(3) + 1 / log2(4) + 1 / log2(5)
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert scores["ndcg@10"] == pytest.approx(gained / ideal)


def test_retrieval_of_nothing():
    """Nothing found scores 0 everywhere."""
    assert set(metrics.retrieval([], GROUPS, relevant=3).values()) == {0.0}


@given(ranked)
def test_retrieval_bounds(passages):
    """Every retrieval metric is within [0, 1], and recall grows with k."""
    scores = metrics.retrieval(passages, GROUPS, relevant=3)
    assert all(0 <= score <= 1 for score in scores.values())
    assert scores["recall@1"] <= scores["recall@3"] <= scores["recall@5"] <= scores["recall@10"]


@given(ranked, ranked)
def test_better_order_never_scores_less(passages, others):
    """Moving what gives a group before what gives none never lowers a metric."""
    sorted_first = sorted(passages, key=lambda passage: passage == NONE)
    best, any_order = (metrics.retrieval(order, GROUPS, relevant=3) for order in (sorted_first, passages))
    assert all(best[name] >= any_order[name] for name in ("recall@1", "mrr", "ndcg@10"))
    assert metrics.retrieval(passages + others, GROUPS, 3)["recall@1"] >= any_order["recall@1"]


def test_citations_by_hand():
    """Recall is over groups, precision over citations; a group cited twice counts once."""
    assert metrics.citations([NONE, B, C], GROUPS) == {
        "citation_recall": 1 / 2,
        "citation_precision": 2 / 3,
        "first_citation": 0.0,
    }
    assert set(metrics.citations([A, B], GROUPS).values()) == {1.0}
    assert set(metrics.citations([], GROUPS).values()) == {0.0}


@given(st.lists(st.sampled_from([A, B, C, NONE]), max_size=6), st.randoms())
def test_citation_order_is_irrelevant(cited, random):
    """Recall and precision do not depend on the order of the citations."""
    shuffled = random.sample(cited, len(cited))
    one, other = metrics.citations(cited, GROUPS), metrics.citations(shuffled, GROUPS)
    assert all(0 <= score <= 1 for score in one.values())
    assert one["citation_recall"] == other["citation_recall"]
    assert one["citation_precision"] == pytest.approx(other["citation_precision"])


@pytest.mark.parametrize(
    ("fact", "text", "there"),
    [
        ("cooperative", "Une COOPÉRATIVE de couturiers", True),
        ("3 439 euros", "un budget de 3\u00a0439\u202f€ ou 3\u00a0439 euros", True),
        ("42", "42 adhérents", True),
        ("42", "en 1942", False),
        ("42", "4\u00a0200 ou 1\u00a0042", False),
        ("12", "12,5 %", False),
        ("42", "ils sont 42.", True),
        ("absent", "présent", False),
    ],
)
def test_fact(fact, text, there):
    """A fact is there whatever the case, accents and spaces; a number is not cut out of a longer one."""
    assert metrics.fact_coverage([fact], text) == float(there)


def test_fact_share():
    """Coverage is the share of the facts."""
    assert metrics.fact_coverage(["ruche", "42", "Privas"], "La Ruche de Privas") == pytest.approx(2 / 3)


def test_quote_share():
    """The share of quotation counts characters and never exceeds 1."""
    assert metrics.quote_share(["abc", "de"], "abc et de.") == 1 / 2
    assert metrics.quote_share(["abc"] * 9, "abc") == 1
    assert metrics.quote_share([], "") == 0


def test_auc_by_hand():
    """Of the four pairs, two are in order, one is tied and one is not."""
    assert metrics.auc(np.array([0.9, 0.4, 0.4, 0.6]), np.array([1.0, 1, 0, 0])) == 2.5 / 4
    assert isnan(metrics.auc(np.array([0.9, 0.4]), np.ones(2)))


@given(triples)
def test_auc_counts_pairs(rows):
    """The area under the ROC curve is the share of the pairs in order, ties half."""
    confidence, _, answerable = arrays(rows)
    pairs = [(a > b) + (a == b) / 2 for a in confidence[answerable > 0] for b in confidence[answerable == 0]]
    area = metrics.auc(confidence, answerable)
    assert area == pytest.approx(np.mean(pairs)) if pairs else isnan(area)


def test_coverage_by_hand():
    """Nineteen right of twenty are 95 %; the next wrong one is too many."""
    confidence = np.linspace(1, 0.5, 21)
    right = np.ones(21)
    right[[10, 20]] = 0
    assert metrics.coverage_at_precision(confidence, right, np.ones(21)) == 19 / 21
    right[5] = 0
    assert metrics.coverage_at_precision(confidence, right, np.ones(21)) == 5 / 21


def test_coverage_of_ties():
    """Questions of one confidence are answered together, so a right one tied with a wrong one gains nothing."""
    assert metrics.coverage_at_precision(np.array([0.8, 0.8]), np.array([1.0, 0]), np.ones(2)) == 0
    assert metrics.coverage_at_precision(np.array([0.9, 0.8, 0.8]), np.array([1.0, 1, 0]), np.ones(3)) == 1 / 3


@given(triples, st.randoms())
def test_coverage_is_the_best_threshold(rows, random):
    """Trying every threshold says the same, whatever the order of the questions."""
    confidence, right, answerable = arrays(random.sample(rows, len(rows)))
    expected = 0.0
    for threshold in set(confidence):
        kept = confidence >= threshold
        if right[kept].mean() >= 0.95 and answerable.sum():
            expected = max(expected, right[kept].sum() / answerable.sum())
    assert metrics.coverage_at_precision(*arrays(rows)) == pytest.approx(expected)


def test_calibration_by_hand():
    """Two bins: two questions at 0.85 with one right (gap 0.35), two at 0.10 with none (gap 0.10)."""
    confidence, right = np.array([0.85, 0.85, 0.1, 0.1]), np.array([1.0, 0, 0, 0])
    assert metrics.calibration_error(confidence, right) == pytest.approx((0.35 + 0.10) / 2)
    assert metrics.calibration_error(np.array([1.0]), np.array([1.0])) == 0


@given(triples, st.randoms())
def test_calibration_bounds(rows, random):
    """The calibration error is within [0, 1] and does not depend on the order of the questions."""
    one, other = (metrics.calibration_error(*list(arrays(order))[:2]) for order in (rows, random.sample(rows, len(rows))))
    assert 0 <= one <= 1
    assert one == pytest.approx(other)
