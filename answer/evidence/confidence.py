"""How sure it is that a question is answered, and what is then said of it."""

from collections.abc import Mapping
from math import exp
from typing import Literal

Verdict = Literal["answered", "related", "refused"]

_BELOW = 0.001  # what tells a verdict from the next
_HIGHEST = 50.0  # log-odds: beyond, a float says no more


def confidence_of(score: float, weights: Mapping[str, float]) -> float:
    """Return the probability that a passage answers, from the score of its reading (Platt, 1999: one logistic function).

    The search, its margin and 14 of its signals were tried beside it: together they let 4 questions of a hundred more through,
    each alone none.
    """
    odds = weights["bias"] + weights["reader"] * score
    return 1 / (1 + exp(-max(-_HIGHEST, min(_HIGHEST, odds))))


def decide(
    confidence: float, thresholds: Mapping[str, float], *, far: bool = False, unknown: bool = False
) -> tuple[Verdict, float]:
    """Return the verdict on a confidence, and the confidence that goes with it.

    `far`: the search itself finds nothing near, and the question is refused. `unknown`: it is about a name or a number that
    nothing knows, and is never answered as if it were known.
    """
    if unknown:
        confidence = min(confidence, thresholds["answered"] - _BELOW)
    if far:
        confidence = min(confidence, thresholds["related"] - _BELOW)
    if confidence >= thresholds["answered"]:
        return "answered", confidence
    return ("related" if confidence >= thresholds["related"] else "refused"), confidence
