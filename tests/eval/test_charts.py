import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from eval.charts import bars, columns, lines
from eval.curves import Curve
from eval.summary import Figure

FIGURE = Figure(0.5, 0.4, 0.6, 10)
CURVE = Curve(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.8, 1.0]))
DRAWN = {
    "bars": lambda name: bars(name, {"un <genre>": [FIGURE, None], "deux": [FIGURE, FIGURE]}, ["a", "b"]),
    "columns": lambda name: columns(name, {"1": [0.5], "absente": [0.5]}, ["a"], label="rang"),
    "lines": lambda name: lines(name, {"a": CURVE, "b": CURVE}, labels=("x", "y"), diagonal=True, dots=True),
    "times": lambda name: lines(name, {"a": CURVE}, labels=("ms", "part"), shares=False, steps=True),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_element_of_a_page(draw):
    """A plot takes its colours and letters from the page, has ids of its own, and asks the network for nothing."""
    svg = draw("un")
    assert svg.startswith("<svg viewBox=")
    assert "var(--series-1)" in svg
    assert not re.search(r"#0[1-7]0[1-7]0[1-7]|font-family|DejaVu|<metadata|<\?xml|<!DOCTYPE", svg)
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert ids
    assert len(ids) == len(set(ids))
    assert all(each.startswith("un-") for each in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)
    assert not re.search(r'(?:href|src)="(?!#)', svg)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_same_plot_twice(draw):
    """The same figures draw the same picture, to the byte."""
    assert draw("un") == draw("un")


def test_same_plot_in_several_threads():
    """Visitors who look at the same time see the same picture."""
    alone = [draw("un") for draw in DRAWN.values()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda draw: draw("un"), [*DRAWN.values()] * 3)) == alone * 3


def test_labels_are_text():
    """Labels stay text, escaped, and long ones are broken into lines."""
    svg = bars(
        "un", {"un <genre>": [FIGURE], "une partie dont le titre dépasse nettement trente-quatre signes": [FIGURE]}, ["a"]
    )
    assert "un &lt;genre&gt;" in svg
    assert "une partie dont le titre" in svg
    assert "une partie dont le titre dépasse nettement trente-quatre signes" not in re.sub(
        r"<!--.*?-->", "", svg, flags=re.DOTALL
    )


def test_negative_bars_are_seen():
    """Points that are gained reach below zero, and the scale does too; a share's scale begins at zero."""
    assert "\u2212" in bars("un", {"a": [Figure(-0.1, -0.2, 0.0, 5)]}, ["x"])
    assert "\u2212" not in bars("un", {"a": [Figure(0.1, 0.0, 0.2, 5)]}, ["x"])


def test_no_formula_in_a_label():
    """A label with dollars is shown as it is written."""
    assert "5$ et 6$" in bars("un", {"5$ et 6$": [FIGURE]}, ["x"])
