"""Values in, pieces of an HTML page out. Everything that is not `Html` is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from eval.summary import Figure
from eval.tables import PLAIN, shown

NBSP = "\u00a0"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(value: object) -> Html:
    """Return a value as HTML, escaped unless it is."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def element(name: str, *children: object, **attributes: object) -> Html:
    """Return an element; an attribute's `_` is written `-`, a last `_` not at all, and one that is None left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items() if value is not None
    )
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(pieces: Iterable[object]) -> Html:
    """Return pieces one after the other."""
    return Html("".join(html(piece) for piece in pieces))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", class_: str | None = None) -> Html:
    """Return a table whose first column names the rows."""
    title = [element("caption", caption)] if caption else []
    top = element("thead", element("tr", *(element("th", cell, scope="col") for cell in head)))
    body = element("tbody", *(_row(row) for row in rows))
    return element(
        "div",
        element("table", *title, top, body, class_=class_),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption or head[0],
    )


def _row(row: Sequence[object]) -> Html:
    return element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:]))


def chart(svg: str, caption: str, told: str, *numbers: object) -> Html:
    """Return a plot with its caption, what it tells in words for who does not see it, and its numbers beside."""
    picture = element("div", Html(svg), class_="plot", role="img", aria_label=told)
    return element("figure", element("figcaption", caption), element("div", picture, *numbers, class_="beside"))


def more(title: str, *content: object) -> Html:
    """Return what is shown when one asks for it."""
    return element("details", element("summary", title), *content)


def number(value: float, digits: int = 0) -> str:
    """Write a number in French."""
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")


def share(value: float) -> str:
    """Write a share in per cent."""
    return f"{number(100 * value, 1)}{NBSP}%"


def measure(name: str, value: float) -> str:
    """Write a figure as its metric is read, in French."""
    written = shown(name, value).replace(".", ",").replace("-", "\u2212")
    unit = ("" if name == "words" else f"{NBSP}ms") if name in PLAIN else f"{NBSP}%"
    return written if value != value else written + unit


def range_of(name: str, figure: Figure) -> str:
    """Write an interval."""
    return f"{measure(name, figure.low)} à {measure(name, figure.high)}"


def gauge(figure: Figure) -> Html:
    """Return a share and its interval as a mark on a rule from 0 to 100 %."""
    low, high, value = (min(max(100 * each, 0), 100) for each in (figure.low, figure.high, figure.value))
    band = element("i", style=f"left:{low:.1f}%;width:{max(high - low, 0.4):.1f}%")
    return element("span", band, element("b", style=f"left:{value:.1f}%"), class_="gauge", aria_hidden="true")
