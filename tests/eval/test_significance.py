from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.significance import interval, mean_interval, randomisation, verdict

small = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=30)


def exact_interval(values):
    """The percentile interval over every resample there is."""
    means = [np.mean(draw) for draw in product(values, repeat=len(values))]
    return np.quantile(means, [0.025, 0.975])


def exact_p(before, after):
    """The share of all assignments of signs whose mean is as far from 0 as what was seen."""
    differences = np.array(after) - np.array(before)
    means = [abs(np.mean(signs * differences)) for signs in product((-1, 1), repeat=len(differences))]
    return np.mean(np.array(means) >= abs(differences.mean()) - 1e-12)


@pytest.mark.parametrize("values", [[0, 1, 1, 0, 1, 1], [0.1, 0.5, 0.9, 0.2, 0.7, 0.3], [1, 1, 1, 1, 1, 1]])
def test_interval_is_that_of_every_resample(values):
    """The bootstrap interval of a mean is near the one over all 46,656 resamples of six values."""
    assert mean_interval(np.array(values, dtype=float)) == pytest.approx(exact_interval(values), abs=0.04)


@given(small)
def test_both_intervals_agree(values):
    """The interval of a mean is the interval of any statistic, with the mean as the statistic; it is around the mean."""
    sample = np.array(values)
    low, high = mean_interval(sample)
    assert (low, high) == pytest.approx(interval(lambda drawn: float(sample[drawn].mean()), len(sample)))
    assert sample.min() - 1e-9 <= low <= high <= sample.max() + 1e-9
    assert low - 1e-9 <= sample.mean() <= high + 1e-9 or len(sample) < 5


def test_interval_covers():
    """Of 200 samples of a coin, about 95 % of the intervals hold its true mean."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        low, high = mean_interval((random.random(100) < 0.7).astype(float))
        held += low <= 0.7 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_undefined():
    """No question gives no interval; resamples where a statistic is undefined are left out."""
    assert np.isnan(mean_interval(np.array([]))).all()
    assert np.isnan(interval(lambda _: 1.0, 0)).all()
    assert np.isnan(interval(lambda _: float("nan"), 3)).all()
    assert interval(lambda drawn: float("nan") if drawn[0] else 2.0, 3) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]),
        ([0, 1, 0, 1, 0.5, 0], [1, 1, 0, 0.5, 1, 1]),
        ([0.2, 0.3, 0.9, 0.4], [0.1, 0.5, 0.8, 0.9]),
        ([0, 1], [1, 0]),
    ],
)
def test_randomisation_is_the_exact_test(before, after):
    """The p-value is near the one over every assignment of signs."""
    assert randomisation(np.array(before, float), np.array(after, float)) == pytest.approx(exact_p(before, after), abs=0.015)


@given(small, st.randoms())
def test_randomisation_is_symmetric(values, random):
    """A p-value is within (0, 1], the same both ways; equal runs are not told apart."""
    before, after = np.array(values), np.array(random.sample(values, len(values)))
    p = randomisation(before, after)
    assert 0 < p <= 1
    assert p == randomisation(after, before)
    assert randomisation(before, before) == 1


def test_verdict():
    """Ten better of ten is better, ten worse is worse, one of ten is not told apart."""
    zeros, ones = np.zeros(10), np.ones(10)
    one = zeros.copy()
    one[0] = 1
    assert verdict(zeros, ones) == "mieux"
    assert verdict(ones, zeros) == "moins bien"
    assert verdict(zeros, one) == verdict(zeros, zeros) == "aucune différence vue"
