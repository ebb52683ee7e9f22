"""Outcomes in, the points of a plot out. Knows nothing of how they are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from eval.compare import right
from eval.metrics import BINS
from eval.outcomes import DEPTH, Outcome
from eval.significance import mean_interval
from eval.summary import Figure

Values = NDArray[np.float64]
Label = Callable[[Outcome], str | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in the order in which a line joins them."""

    x: Values
    y: Values


def roc(outcomes: Sequence[Outcome]) -> Curve | None:
    """Share of the unanswerable (x) and of the answerable (y) above each confidence; None where one of them is missing."""
    asked = _asked(outcomes)
    answerable = [outcome.answerable for outcome in asked]
    if len(set(answerable)) < 2:
        return None
    false, true, _ = roc_curve(answerable, [_confidence(outcome) for outcome in asked])
    return Curve(false, true)


def calibration(outcomes: Sequence[Outcome]) -> tuple[Curve, NDArray[np.intp]]:
    """Mean confidence (x) and share of right first citations (y) of each of ten bins that holds a question, and its count."""
    asked = _asked(outcomes)
    confidence = np.array([_confidence(outcome) for outcome in asked])
    found = np.array([outcome.scores.get("first_citation", 0.0) for outcome in asked])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    held = [bins == number for number in sorted(set(bins.tolist()))]
    points = Curve(np.array([confidence[each].mean() for each in held]), np.array([found[each].mean() for each in held]))
    return points, np.array([each.sum() for each in held], dtype=np.intp)


def risk(outcomes: Sequence[Outcome]) -> Curve:
    """Share of the questions answered (x) and share of these answers that are wrong (y), from the surest question down.

    Questions of one confidence are answered together. Source: El-Yaniv and Wiener, 2010.
    """
    asked = _asked(outcomes)
    confidence = np.array([_confidence(outcome) for outcome in asked])
    wrong = np.array([1 - outcome.scores.get("first_citation", 0.0) for outcome in asked])
    order = np.argsort(-confidence, kind="stable")
    counts = np.arange(1, len(asked) + 1)
    last = np.append(np.diff(confidence[order]) != 0, True)[: len(asked)]
    return Curve((counts / max(len(asked), 1))[last], (np.cumsum(wrong[order]) / counts)[last])


def first_ranks(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many answerable questions have their first evidence in the first passage, in the second, …, in none of ten."""
    counts = {**{str(rank): 0 for rank in range(1, DEPTH + 1)}, "absente": 0}
    for outcome in outcomes:
        if "mrr" in outcome.scores:
            reciprocal = outcome.scores["mrr"]
            counts[str(round(1 / reciprocal)) if reciprocal else "absente"] += 1
    return counts


def spent(outcomes: Sequence[Outcome], stage: str) -> Curve:
    """Milliseconds of a stage (x) and the share of the questions that took no longer (y)."""
    times = np.sort([outcome.answer["timings_ms"][stage] for outcome in outcomes if stage in outcome.answer["timings_ms"]])
    return Curve(times, np.arange(1, len(times) + 1) / max(len(times), 1))


def grouped(outcomes: Sequence[Outcome], label: Label) -> dict[str, dict[str, Figure]]:
    """Shares of right outcomes and of evidence in the first five passages, by label; outcomes without a label stay out."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        name = label(outcome)
        if name is not None:
            groups.setdefault(name, []).append(outcome)
    return {name: _shares(group) for name, group in groups.items()}


def _shares(group: Sequence[Outcome]) -> dict[str, Figure]:
    figures = {"right": _share([right(outcome) for outcome in group])}
    found = [outcome.scores["recall@5"] for outcome in group if "recall@5" in outcome.scores]
    return figures | ({"recall@5": _share(found)} if found else {})


def _share(scores: Sequence[float]) -> Figure:
    values = np.array(scores)
    return Figure(float(values.mean()), *mean_interval(values), len(values))


def _asked(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.case.kind != "smalltalk"]


def _confidence(outcome: Outcome) -> float:
    return float(outcome.answer["confidence"])
