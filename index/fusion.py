"""Signals from 0 to 1 in, one score from 0 to 1 out. Pure functions; the weights are data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.units import Numbers

Signal = NDArray[np.float64]  # one value from 0 to 1 for each passage or unit

PASSAGE_SIGNALS = (
    "words.text",
    "words.headings",
    "words.section",
    "vectors.text",
    "grams.passage",
    "grams.section",
    "grams.part",
)
UNIT_SIGNALS = ("words.span", "words.questions", "words.terms", "vectors.span", "vectors.questions", "grams.span")
WEIGHTS = Path(__file__).parent / "weights.json"
EXPANSIONS = frozenset(  # what an expansion question or an everyday word says of what it leads to
    name for name in (*PASSAGE_SIGNALS, *UNIT_SIGNALS) if name.startswith("grams.") or name.endswith((".questions", ".terms"))
)
_DIGITS = 6  # what is beyond is the noise of 32-bit sums, and would decide between equals


@cache
def read_weights(*, expanded: bool, path: Path = WEIGHTS) -> Mapping[str, float]:
    """Read the weight of each signal, for a document with expansions or without; the file says where they come from."""
    signals: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))["expanded" if expanded else "plain"]
    return signals


def fuse(signals: Mapping[str, Signal], weights: Mapping[str, float]) -> Signal:
    """Give the weighted mean of the signals, rounded so that equals are equal.

    A signal that is not given has no part in the mean: a corpus without expansions is not held to have bad ones.
    """
    total = sum(weights[name] for name in signals)
    if not total:
        return np.zeros(len(next(iter(signals.values()), ())))
    weighted = sum((weights[name] * signal for name, signal in sorted(signals.items())), start=np.float64(0))
    return np.asarray(np.round(np.clip(weighted / total, 0.0, 1.0), _DIGITS), dtype=np.float64)


def best_of_groups(values: Signal, first: Numbers) -> Signal:
    """Give the highest of the values of each group, 0 for an empty one; group i is `values[first[i]:first[i + 1]]`."""
    best = np.zeros(len(first) - 1)
    filled = first[:-1] < first[1:]
    if filled.any():
        best[filled] = np.maximum.reduceat(values, first[:-1][filled])
    return best
