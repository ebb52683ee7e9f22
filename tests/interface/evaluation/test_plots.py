import re
from base64 import b64decode

import numpy as np

from eval.curves import Curve
from interface.evaluation.plots import DARK, LIGHT, address, confidence, risk_at


def test_a_picture_stands_alone():
    """An image has the colours of its palette, letters of the system, and asks for nothing."""
    source = address(
        '<svg viewBox="0 0 1 1"><path style="stroke: var(--series-1)"/><text style="fill: var(--ink)">é</text></svg>', DARK
    )
    svg = b64decode(source.removeprefix("data:image/svg+xml;base64,")).decode()
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert f"stroke: {DARK['series-1']}" in svg
    assert "var(" not in svg
    assert "é" in svg
    assert set(LIGHT) == set(DARK)


def test_points_of_the_risk():
    """The risk is read where each tenth is first reached; questions of one confidence, answered together, make one point."""
    curve = Curve(np.array([0.25, 0.5, 1.0]), np.array([0.0, 0.5, 0.25]))
    assert risk_at(curve, (0.1, 0.2, 0.3, 0.5, 0.6, 1.0)) == [(0.25, 0.0), (0.5, 0.5), (1.0, 0.25)]


def test_words_and_numbers_of_the_curves(make_run, outcome):
    """Each curve is told in its text alternative and in a table: confidence 30 % was never right, 80 % always."""
    run = make_run(outcome("a", right=False, confidence=0.3), outcome("b", confidence=0.8), outcome("c", confidence=0.8))
    html = confidence(run)
    alternatives = re.findall(r'alt="([^"]+)"', html)
    assert alternatives[0] == alternatives[1]
    assert "confiance 30,0\u00a0%, justes 0,0\u00a0%\u00a0; confiance 80,0\u00a0%, justes 100,0\u00a0%" in alternatives[0]
    assert "66,7\u00a0% répondues, 0,0\u00a0% fausses\u00a0; 100,0\u00a0% répondues, 33,3\u00a0% fausses" in alternatives[2]
    assert html.count("<table>") == 2
    assert confidence(make_run()) == ""
