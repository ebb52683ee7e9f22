"""A run in, its calibration and risk curves out: pictures drawn here by matplotlib, each with its words and its numbers.

A picture is an image, light and dark, of which evaluation.css shows one: Gradio’s sanitiser takes SVG elements apart.
"""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from eval.charts import lines
from eval.curves import Curve, calibration, risk
from eval.markup import Html, element, measure, more, range_of, share
from eval.run import Run
from interface.evaluation.table import table

LETTERS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
LIGHT = {"ink": "#26221d", "soft": "#5f5850", "line": "#ded7cb", "series-1": "#2c7a66"}
DARK = {"ink": "#ece8e1", "soft": "#b3aca2", "line": "#3b3731", "series-1": "#86c9b3"}
TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


def confidence(measured: Run) -> Html:
    """Show whether the confidence says true, and what answering more questions costs."""
    if not any(outcome.case.kind != "smalltalk" for outcome in measured.outcomes):
        return Html()
    return element("div", _calibration(measured), _risk(measured), class_="plots")


def _calibration(measured: Run) -> Html:
    points, counts = calibration(measured.outcomes)
    caption = "Calibration\u00a0: sur la diagonale, la confiance dit vrai"
    svg = lines("calibration", {"": points}, labels=("confiance annoncée", "réponses justes"), diagonal=True, dots=True)
    rows = [(share(x), share(y), str(count)) for x, y, count in zip(points.x, points.y, counts, strict=True)]
    told = "Courbe de calibration\u00a0: " + "\u00a0; ".join(f"confiance {x}, justes {y}" for x, y, _ in rows) + "."
    numbers = _numbers(("confiance annoncée", "réponses justes", "n"), rows, "Points de la courbe de calibration")
    return _figure(svg, caption, told, _judged(measured, "calibration_error", "erreur de calibration"), numbers)


def _risk(measured: Run) -> Html:
    curve = risk(measured.outcomes)
    caption = "Risque et couverture\u00a0: ce que coûte de répondre à plus de questions"
    svg = lines("risque", {"": curve}, labels=("questions répondues", "réponses fausses"), steps=True)
    rows = [(share(covered), share(wrong)) for covered, wrong in risk_at(curve, TENTHS)]
    told = "Courbe du risque\u00a0: " + "\u00a0; ".join(f"{x} répondues, {y} fausses" for x, y in rows) + "."
    numbers = _numbers(("questions répondues", "réponses fausses"), rows, "Points de la courbe du risque")
    return _figure(svg, caption, told, _judged(measured, "coverage@95", "couverture à 95\u00a0% de justesse"), numbers)


def risk_at(curve: Curve, shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return the points of a risk curve where each of these shares of the questions is first answered, each point once."""
    places = dict.fromkeys(int(np.searchsorted(curve.x, wanted - 1e-9)) for wanted in shares)
    return [(float(curve.x[place]), float(curve.y[place])) for place in places if place < len(curve.x)]


def _judged(measured: Run, metric: str, name: str) -> Html:
    figure = measured.figures.get(metric)
    if figure is None:
        return Html()
    said = f"{name[:1].upper()}{name[1:]}\u00a0: {measure(metric, figure.value)} (de {range_of(metric, figure)})."
    return element("p", said, class_="note")


def _numbers(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Html:
    return more("Les nombres", table(head, rows, caption=caption))


def _figure(svg: str, caption: str, told: str, *beside: Html) -> Html:
    pictures = (
        Html(f'<img class="{theme}-only" src="{address(svg, palette)}" alt="{escape(told)}">')
        for theme, palette in (("light", LIGHT), ("dark", DARK))
    )
    return element("figure", element("figcaption", caption), *pictures, *beside)


def address(svg: str, palette: Mapping[str, str]) -> str:
    """Return a plot of `eval.charts` as an address of its own, in these colours instead of the variables of a page."""
    painted = re.sub(r"var\(--([\w-]+)\)", lambda variable: palette[variable[1]], svg)
    alone = painted.replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{LETTERS}" ', 1)
    return f"data:image/svg+xml;base64,{b64encode(alone.encode()).decode()}"
