"""Signals of a search, each from 0 to 1, weighed into one score. Pure functions; the weights are data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]  # one value from 0 to 1 for each passage

# BM25 of a passage with the expansions that lead to it, BM25 of its headings, the cosine of its vector.
SIGNALS = ("words.text", "words.headings", "vectors")
WEIGHTS = Path(__file__).parent / "weights.json"
_DIGITS = 6  # what is beyond is the noise of 32-bit sums, and would decide between equals


@cache
def read_weights(path: Path = WEIGHTS) -> Mapping[str, float]:
    """Read the weight of each signal; the file says where they come from."""
    signals: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))["signals"]
    return signals


def fuse(signals: Mapping[str, Signal], weights: Mapping[str, float]) -> Signal:
    """Return the weighted mean of the signals, rounded so that equals are equal."""
    weighted = sum((weights[name] * signal for name, signal in sorted(signals.items())), start=np.float64(0))
    total = sum(weights[name] for name in signals) or 1.0
    return np.asarray(np.round(np.clip(weighted / total, 0.0, 1.0), _DIGITS), dtype=np.float64)
