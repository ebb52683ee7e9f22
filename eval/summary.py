"""Outcomes in, figures with their intervals out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval import metrics
from eval.outcomes import Outcome
from eval.significance import interval, mean_interval

PER_QUESTION = (
    *(f"recall@{k}" for k in metrics.CUTS),
    "mrr",
    "ndcg@10",
    "right_part",
    "citation_recall",
    "citation_precision",
    "first_citation",
    "facts",
    "quote_share",
    "words",
    "quotes_true",
    "refused",
    "not_answered",
    "right_answer",
    "declined",
    "smalltalk",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its 95 % interval, and how many questions it is over."""

    value: float
    low: float
    high: float
    count: int


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Return the figure of every metric that some outcome has."""
    figures = {}
    for name in PER_QUESTION:
        values = np.array([outcome.scores[name] for outcome in outcomes if name in outcome.scores])
        if len(values):
            figures[name] = Figure(float(values.mean()), *mean_interval(values), len(values))
    return figures | _confidence(outcomes) | _speed(outcomes)


def by(outcomes: Sequence[Outcome], trait: str) -> dict[str, dict[str, Figure]]:
    """Return the figures of the outcomes that share a `kind` or a `part`, by that kind or part."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[getattr(outcome.case, trait) or "aucune"].append(outcome)
    return {name: summarise(groups[name]) for name in sorted(groups)}


def _confidence(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    asked = [outcome for outcome in outcomes if outcome.case.kind != "smalltalk"]
    if not asked:
        return {}
    confidence = np.array([outcome.answer["confidence"] for outcome in asked])
    answerable = np.array([float(outcome.answerable) for outcome in asked])
    right = np.array([outcome.scores.get("first_citation", 0.0) for outcome in asked])
    statistics: dict[str, Callable[[NDArray[np.intp]], float]] = {
        "auc": lambda drawn: metrics.auc(confidence[drawn], answerable[drawn]),
        "coverage@95": lambda drawn: metrics.coverage_at_precision(confidence[drawn], right[drawn], answerable[drawn]),
        "calibration_error": lambda drawn: metrics.calibration_error(confidence[drawn], right[drawn]),
    }
    every = np.arange(len(asked))
    defined = {name: of for name, of in statistics.items() if not np.isnan(of(every))}
    return {name: Figure(of(every), *interval(of, len(asked)), len(asked)) for name, of in defined.items()}


def _speed(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Median (as value) and 5th and 95th percentile (as bounds) of each stage, in milliseconds."""
    stages: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for name, spent in outcome.answer["timings_ms"].items():
            stages[f"ms_{name}"].append(spent)
    return {
        name: Figure(float(np.median(spent)), float(np.quantile(spent, 0.05)), float(np.quantile(spent, 0.95)), len(spent))
        for name, spent in stages.items()
    }


def points_lost(outcomes: Sequence[Outcome], changed: Mapping[str, Sequence[Outcome]]) -> dict[str, dict[str, Figure]]:
    """Return, by name of a change, how many points citation recall and recall@5 lose on the questions that it changed."""
    whole = {outcome.id: outcome for outcome in outcomes}
    return {name: {metric: _lost(metric, whole, others) for metric in LOST} for name, others in changed.items() if others}


LOST = ("citation_recall", "recall@5")


def _lost(metric: str, whole: Mapping[str, Outcome], changed: Sequence[Outcome]) -> Figure:
    losses = np.array([whole[other.id].scores[metric] - other.scores[metric] for other in changed if other.id in whole])
    return Figure(float(losses.mean()), *mean_interval(losses), len(losses))
