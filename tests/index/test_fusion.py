"""Tests of the fusion of signals."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import SIGNALS, WEIGHTS, fuse, read_weights

WEIGHED = {"a": 1.0, "b": 3.0, "c": 2.0}
signals = st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), min_size=1)


def test_a_score_is_the_weighted_mean() -> None:
    """(1 x 0.2 + 3 x 0.6) / 4 = 0.5, and (1 x 0.8 + 3 x 0) / 4 = 0.2."""
    assert fuse({"a": np.array([0.2, 0.8]), "b": np.array([0.6, 0.0])}, WEIGHED).tolist() == [0.5, 0.2]


def test_a_signal_that_is_missing_has_no_weight() -> None:
    """What remains is weighed by itself, up to 1."""
    assert fuse({"a": np.array([1.0])}, WEIGHED).tolist() == [1.0]


def test_weights_of_zero_give_zero() -> None:
    """Nothing to weigh is no reason to divide by zero; no passage has no score."""
    assert fuse({"a": np.array([1.0, 0.5])}, {"a": 0.0}).tolist() == [0.0, 0.0]
    assert fuse({"a": np.empty(0)}, WEIGHED).tolist() == []


@given(signals)
def test_scores_stay_within_0_and_1(values: dict[str, float]) -> None:
    """A mean of values from 0 to 1 is between the lowest and the highest."""
    score = fuse({name: np.array([value]) for name, value in values.items()}, WEIGHED)[0]
    assert min(values.values()) - 1e-6 <= score <= max(values.values()) + 1e-6
    assert 0 <= score <= 1


@given(signals)
def test_the_order_of_signals_does_not_matter(values: dict[str, float]) -> None:
    """The same signals give the same score in whatever order they come."""
    arrays = {name: np.array([value]) for name, value in values.items()}
    assert fuse(arrays, WEIGHED).tolist() == fuse(dict(reversed(arrays.items())), WEIGHED).tolist()


def test_every_signal_has_a_weight_and_a_provenance() -> None:
    """The weights are data, complete, and say where they come from."""
    weights = read_weights()
    assert list(weights) == ["words.text", "words.headings", "vectors"] == list(SIGNALS)
    assert all(weight >= 0.02 for weight in weights.values())  # below, a signal is not worth its code
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-3)
    assert json.loads(WEIGHTS.read_text(encoding="utf-8"))["provenance"]


def test_an_unknown_signal_is_a_bug() -> None:
    """A misspelt signal is not silently left out."""
    with pytest.raises(KeyError):
        fuse({"z": np.array([1.0])}, WEIGHED)
