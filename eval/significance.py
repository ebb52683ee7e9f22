"""How sure a figure is: intervals of one run, significance between two."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 2000  # the bounds then move by less than half a point from one seed to another on 150 questions
LEVEL = 0.95
SEED = 20260101  # any number: the same run always gives the same interval


def interval(statistic: Callable[[NDArray[np.intp]], float], size: int) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a statistic over `size` questions.

    `statistic` takes the numbers of the questions drawn. Resamples where it is undefined (nan) are left out. Source: Efron and
    Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    if not size:
        return float("nan"), float("nan")
    draws = np.random.default_rng(SEED).integers(0, size, (RESAMPLES, size))
    values = np.array([statistic(draw) for draw in draws])
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def mean_interval(values: Values) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean over questions."""
    if not len(values):
        return float("nan"), float("nan")
    draws = np.random.default_rng(SEED).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def randomisation(before: Values, after: Values) -> float:
    """Return the p-value of a paired two-sided randomisation test.

    Could the answers of the two runs have been swapped question by question? Source: Smucker, Allan and Carterette, CIKM 2007.
    The observed assignment counts among the draws, so p is never 0.
    """
    differences = after - before
    if not differences.any():
        return 1.0
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), (RESAMPLES * 5, len(differences)))
    drawn = np.abs((signs * differences).mean(axis=1))
    observed = abs(differences.mean())
    return float((1 + (drawn >= observed - 1e-12).sum()) / (1 + len(drawn)))


def verdict(before: Values, after: Values) -> str:
    """Say whether `after` is better, worse, or not told apart from `before`, at 5 %."""
    if randomisation(before, after) >= 1 - LEVEL:
        return "aucune différence vue"
    return "mieux" if after.mean() > before.mean() else "moins bien"
