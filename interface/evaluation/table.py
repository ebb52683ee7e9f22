"""Rows in, an HTML table out, with its caption and the scope of each heading."""

from collections.abc import Iterable, Sequence

from eval.markup import Html, element


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str) -> Html:
    """Return a table whose first column names the rows."""
    top = element("thead", element("tr", *(element("th", cell, scope="col") for cell in head)))
    lines = (element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows)
    return element("table", element("caption", caption), top, element("tbody", *lines))
