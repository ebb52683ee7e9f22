"""Points in, inline SVG out, drawn by matplotlib in the colours of the page that holds it, light or dark."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from textwrap import fill
from threading import RLock
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter

from eval.curves import Curve
from eval.summary import Figure

# Drawn in colours that no plot has, each then replaced by a variable of the page's style sheet.
INK, SOFT, LINE = "#010101", "#020202", "#030303"
SERIES = ("#040404", "#050505", "#060606", "#070707")
_VARIABLES = {INK: "ink", SOFT: "soft", LINE: "line"} | {colour: f"series-{n}" for n, colour in enumerate(SERIES, 1)}
WRAPPED = 34  # characters of a line of a row’s name: the bars keep more than half of the width
_DASHES = ("-", "--", "-.", ":")  # lines are told apart without colour too
_MARKERS = "osD^"
_STYLE: Any = {  # matplotlib types its keys one by one
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_PER_CENT = FuncFormatter(lambda value, _: f"{100 * value:.0f}\u00a0%".replace("-", "\u2212"))

Rows = Mapping[str, Sequence[Figure | None]]  # the figures of each row, one a series, None where a series has none


_drawing = RLock()  # the style of matplotlib is one for all threads, and the page draws for several visitors


@contextmanager
def _styled() -> Iterator[None]:
    with _drawing, mpl.rc_context(_STYLE):
        yield


def bars(name: str, rows: Rows, series: Sequence[str]) -> str:
    """Draw a share with its interval for each row and series, horizontally, in the order of the rows."""
    with _styled():
        canvas = Canvas(figsize=(6.4, 0.75 + len(rows) * (0.17 + 0.13 * len(series))), layout="constrained")
        axes = canvas.subplots()
        height = 0.78 / len(series)
        for number, label in enumerate(series):
            for row, figures in enumerate(rows.values()):
                figure = figures[number]
                if figure is not None:
                    at = row + (number - (len(series) - 1) / 2) * height
                    _bar(axes, at, figure, height * 0.86, SERIES[number % len(SERIES)])
            axes.barh([0], [0], color=SERIES[number % len(SERIES)], label=label)
        axes.set_yticks(range(len(rows)), [fill(row, WRAPPED) for row in rows])
        axes.tick_params("y", length=0)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.xaxis.set_major_formatter(_PER_CENT)
        if all(figure is None or figure.low >= 0 for figures in rows.values() for figure in figures):
            axes.set_xlim(0, 1.01)
        _legend(canvas, len(series))
        return _svg(canvas, name)


def _bar(axes: Axes, at: float, figure: Figure, height: float, colour: str) -> None:
    axes.barh(at, figure.value, height, color=colour, alpha=0.85, linewidth=0)
    if figure.low == figure.high:
        return
    axes.plot([figure.low, figure.high], [at, at], color=INK, linewidth=1.1, solid_capstyle="butt")
    axes.plot([figure.low, figure.high], [at, at], color=INK, linestyle="none", marker="|", markersize=height * 11)


def columns(name: str, rows: Mapping[str, Sequence[float]], series: Sequence[str], *, label: str) -> str:
    """Draw a share for each row and series, as upright columns."""
    with _styled():
        canvas = Canvas(figsize=(6.4, 2.7), layout="constrained")
        axes = canvas.subplots()
        width = 0.8 / len(series)
        for number, each in enumerate(series):
            places = [row + (number - (len(series) - 1) / 2) * width for row in range(len(rows))]
            heights = [shares[number] for shares in rows.values()]
            axes.bar(places, heights, width * 0.9, color=SERIES[number % len(SERIES)], label=each, linewidth=0, alpha=0.85)
        axes.set_xticks(range(len(rows)), list(rows))
        axes.tick_params("x", length=0)
        axes.set_xlabel(label)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.yaxis.set_major_formatter(_PER_CENT)
        _legend(canvas, len(series))
        return _svg(canvas, name)


def lines(
    name: str,
    curves: Mapping[str, Curve],
    *,
    labels: tuple[str, str],
    diagonal: bool = False,
    steps: bool = False,
    dots: bool = False,
    shares: bool = True,
) -> str:
    """Draw a line for each curve. `shares`: x is one too; `diagonal`: the line that chance or perfection would draw."""
    with _styled():
        canvas = Canvas(figsize=(3.9, 3.5) if shares else (6.4, 2.9), layout="constrained")
        axes = canvas.subplots()
        if diagonal:
            axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=(0, (2, 3)))
        for number, (label, curve) in enumerate(curves.items()):
            axes.plot(
                curve.x,
                curve.y,
                color=SERIES[number % len(SERIES)],
                linestyle=_DASHES[number % len(_DASHES)],
                linewidth=2,
                label=label,
                drawstyle="steps-post" if steps else "default",
                marker=_MARKERS[number % len(_MARKERS)] if dots else "",
                markersize=5,
                clip_on=not dots,
            )
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        axes.grid()
        axes.set_ylim(0, 1.01)
        axes.tick_params(length=0)
        axes.yaxis.set_major_formatter(_PER_CENT)
        if shares:
            axes.set_xlim(0, 1.01)
            axes.xaxis.set_major_formatter(_PER_CENT)
        else:
            axes.set_xlim(left=0)
        _legend(canvas, len(curves))
        return _svg(canvas, name)


def _legend(canvas: Canvas, count: int) -> None:
    if count > 1:
        canvas.legend(loc="outside upper left", ncols=min(count, 3), fontsize=9.5, handlelength=2.2)


def _svg(canvas: Canvas, name: str) -> str:
    """Write a figure as an element of a page: no size of its own, ids of its own, the page's colours and letters."""
    written = StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        canvas.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = written.getvalue()[written.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\1{name}-", svg)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    width = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    shown = f'style="max-width: {float(width[1]) * 1.36:.0f}px"' if width else ""
    svg = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', rf'<svg \1 {shown} aria-hidden="true">', svg, count=1)
    return svg.replace("xlink:href", "href")
