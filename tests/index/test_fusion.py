"""Tests of the fusion of signals."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import PASSAGE_SIGNALS, UNIT_SIGNALS, best_of_groups, fuse, read_weights

WEIGHTS = {"a": 1.0, "b": 3.0, "c": 2.0}
signals = st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), min_size=1)


def test_a_score_is_the_weighted_mean() -> None:
    """(1 x 0.2 + 3 x 0.6) / 4 = 0.5, and (1 x 0.8 + 3 x 0) / 4 = 0.2."""
    assert fuse({"a": np.array([0.2, 0.8]), "b": np.array([0.6, 0.0])}, WEIGHTS).tolist() == [0.5, 0.2]


def test_a_signal_that_is_missing_has_no_weight() -> None:
    """A corpus without expansions scores as high as one with them."""
    assert fuse({"a": np.array([1.0])}, WEIGHTS).tolist() == [1.0]


def test_weights_of_zero_give_zero() -> None:
    """Nothing to weigh is no reason to divide by zero."""
    assert fuse({"a": np.array([1.0, 0.5])}, {"a": 0.0}).tolist() == [0.0, 0.0]
    assert fuse({}, WEIGHTS).tolist() == []


@given(signals)
def test_scores_stay_within_0_and_1(values: dict[str, float]) -> None:
    """A mean of values from 0 to 1 is between the lowest and the highest."""
    score = fuse({name: np.array([value]) for name, value in values.items()}, WEIGHTS)[0]
    assert min(values.values()) - 1e-6 <= score <= max(values.values()) + 1e-6
    assert 0 <= score <= 1


@given(signals)
def test_the_order_of_signals_does_not_matter(values: dict[str, float]) -> None:
    """The same signals give the same score in whatever order they come."""
    arrays = {name: np.array([value]) for name, value in values.items()}
    assert fuse(arrays, WEIGHTS).tolist() == fuse(dict(reversed(arrays.items())), WEIGHTS).tolist()


@given(st.lists(st.lists(st.floats(0, 1), max_size=4), max_size=6))
def test_the_best_of_each_group(groups: list[list[float]]) -> None:
    """The best is the maximum of each group, 0 where it is empty."""
    first = np.cumsum([0, *map(len, groups)])
    values = np.array([value for group in groups for value in group], dtype=np.float64)
    assert best_of_groups(values, first).tolist() == [max(group, default=0.0) for group in groups]


def test_every_signal_has_a_weight_and_a_provenance() -> None:
    """The weights are data, complete, and say where they come from."""
    weights = read_weights(expanded=True)
    assert set(weights) == {*PASSAGE_SIGNALS, *UNIT_SIGNALS}
    assert all(weight >= 0 for weight in weights.values())
    assert set(read_weights(expanded=False)) == {
        name for name in weights if not name.endswith(("questions", "terms")) and not name.startswith("grams.")
    }
    assert json.loads((Path("index") / "weights.json").read_text(encoding="utf-8"))["provenance"]


def test_an_unknown_signal_is_a_bug() -> None:
    """A misspelt signal is not silently left out."""
    with pytest.raises(KeyError):
        fuse({"z": np.array([1.0])}, WEIGHTS)
