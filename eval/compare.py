"""Two runs in, what changed out: metric by metric with significance, and the questions that changed side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.outcomes import Outcome
from eval.run import Run
from eval.significance import mean_interval, randomisation, verdict
from eval.summary import PER_QUESTION

LESS_IS_BETTER = frozenset({"refused", "not_answered", "words"})
SIDES = ("first_citation", "declined", "smalltalk")  # the metric by which a question is on the right side: the first it has


@dataclass(frozen=True, slots=True)
class Change:
    """A metric in two runs over the questions that both asked: means, interval of the difference, p-value, and in words."""

    metric: str
    before: float
    after: float
    low: float
    high: float
    p: float
    said: str
    count: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from a run to another; `gained` and `lost` are the questions that became right and wrong."""

    changes: tuple[Change, ...]
    gained: tuple[tuple[Outcome, Outcome], ...]
    lost: tuple[tuple[Outcome, Outcome], ...]


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs question by question, on the questions that both asked with the same words."""
    others = {(outcome.id, outcome.case.question): outcome for outcome in after.outcomes}
    pairs = [
        (outcome, others[outcome.id, outcome.case.question])
        for outcome in before.outcomes
        if (outcome.id, outcome.case.question) in others
    ]
    changes = tuple(change for metric in PER_QUESTION if (change := _change(metric, pairs)))
    gained = tuple(pair for pair in pairs if right(pair[1]) > right(pair[0]))
    lost = tuple(pair for pair in pairs if right(pair[1]) < right(pair[0]))
    return Comparison(changes, gained, lost)


def right(outcome: Outcome) -> float:
    """Say how right an outcome is: its first citation gives evidence, or it was declined or greeted as it should."""
    return next((outcome.scores[name] for name in SIDES if name in outcome.scores), 0.0)


def _change(metric: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> Change | None:
    shared = [(a.scores[metric], b.scores[metric]) for a, b in pairs if metric in a.scores and metric in b.scores]
    if not shared:
        return None
    before, after = np.array(shared).T
    sign = -1.0 if metric in LESS_IS_BETTER else 1.0
    low, high = mean_interval(after - before)
    said = verdict(sign * before, sign * after)
    return Change(metric, float(before.mean()), float(after.mean()), low, high, randomisation(before, after), said, len(shared))
