import pytest

from eval.compare import compare


def side_by_side(make_run, outcome, before, after, metric="first_citation"):
    """Compare two runs of one metric, question by question."""
    runs = (make_run(*(outcome(str(n), **{metric: score}) for n, score in enumerate(scores))) for scores in (before, after))
    comparison = compare(*runs)
    return comparison, next(change for change in comparison.changes if change.metric == metric)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([0.0] * 12, [1.0] * 12, "mieux"),
        ([1.0] * 12, [0.0] * 12, "moins bien"),
        ([1.0, 0.0] * 6, [0.0, 1.0] * 6, "aucune différence vue"),
    ],
)
def test_verdict(make_run, outcome, before, after, said):
    """A change is better, worse, or not told apart, with the means, the interval of the difference and the p-value."""
    _, change = side_by_side(make_run, outcome, before, after)
    assert change.said == said
    assert (change.before, change.after, change.count) == (sum(before) / 12, sum(after) / 12, 12)
    assert change.low <= change.after - change.before <= change.high
    assert (change.p < 0.05) == (said != "aucune différence vue")


def test_less_is_better(make_run, outcome):
    """Fewer questions refused by mistake is better."""
    _, change = side_by_side(make_run, outcome, [1.0] * 12, [0.0] * 12, "refused")
    assert change.said == "mieux"


def test_changed_side(make_run, outcome):
    """The questions that became right and those that became wrong are listed, declined and small talk included."""
    scores = [
        {"one": {"first_citation": 0.0}, "two": {"first_citation": 1.0}, "same": {"first_citation": 1.0},
         "near": {"declined": 0.0}, "hello": {"smalltalk": 1.0}},
        {"one": {"first_citation": 1.0}, "two": {"first_citation": 0.0}, "same": {"first_citation": 1.0},
         "near": {"declined": 1.0}, "hello": {"smalltalk": 0.0}},
    ]  # fmt: skip
    comparison = compare(*(make_run(*(outcome(name, **each) for name, each in run.items())) for run in scores))
    assert [before.id for before, _ in comparison.gained] == ["one", "near"]
    assert [before.id for before, _ in comparison.lost] == ["two", "hello"]


def test_shared_questions_only(make_run, outcome):
    """Questions that one run did not ask, or asked in other words, stay out."""
    before = make_run(outcome("a", mrr=1.0), outcome("b", mrr=0.0))
    (change,) = (change for change in compare(before, make_run(outcome("b", mrr=1.0), outcome("c", mrr=0.0))).changes)
    assert (change.before, change.after, change.count) == (0, 1, 1)
    assert compare(before, make_run()).changes == ()
