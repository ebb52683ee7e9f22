"""The cells of a table in, a text for each of its rows out, in which each cell keeps the header of its column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

MOST_COLUMNS = 1_000  # as in browsers
MOST_HEADERS = 3  # rows of headers on top of one another: with more, the table is all headers
HEADER_LENGTH = 100  # characters: what is longer is no header, and saying it in each row would bury the cells
REPEATED_LENGTH = 200  # characters of a cell merged over several rows beyond which only the first row says it
MOST_TIMES = 20  # the rows are at most so many times longer than the cells: headers and merged cells are repeated in each
FREE = 20_000  # characters: a table of that size may repeat as it likes


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its words, how many columns and rows it covers, whether it is a header."""

    text: str
    columns: int = 1
    rows: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell at its first column."""

    column: int
    cell: Cell

    @property
    def covered(self) -> range:
        return range(self.column, self.column + self.cell.columns)


def row_texts(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """Return « Statut : Scic ; Capital : 18 500 € » for a row under such headers, « Scic ; 18 500 € » without headers.

    One text a row: "" for a row without words and for the leading rows that have only headers, which are those of their
    columns. A header that opens a row names that row where columns have none. A cell merged over rows is said in each.
    """
    size = sum(len(cell.text) + 1 for row in rows for cell in row)
    grid = _grid(rows, most=MOST_TIMES * size + FREE)
    if grid is not None:
        texts: list[str] = []
        length = 0
        for text in _texts(grid):
            texts.append(text)
            length += len(text)
            if length > MOST_TIMES * size + FREE:
                break
        else:
            return tuple(texts)
    return tuple(" ; ".join(cell.text for cell in row if cell.text) for row in rows)


def _grid(rows: Sequence[Sequence[Cell]], *, most: int) -> list[list[_Placed]] | None:
    """Place each cell, in each row that it covers; None where that takes more than `most` places or too many columns."""
    grid: list[list[_Placed]] = []
    merged: list[tuple[_Placed, int]] = []  # cells from rows above, with the number of rows that they still cover
    places = 0
    for row in rows:
        taken = {column for above, _ in merged for column in above.covered}
        placed = list(_placed(row, taken))
        line = sorted([*(above for above, _ in merged), *placed], key=lambda place: place.column)
        places += len(taken) + len(line)
        if places > most or any(place.covered.stop > MOST_COLUMNS for place in placed):
            return None
        grid.append(line)
        merged = [
            (_below(place), left - 1)
            for place, left in (*merged, *((place, place.cell.rows - 1) for place in placed))
            if left > 0
        ]
    return grid


def _placed(row: Sequence[Cell], taken: set[int]) -> Iterator[_Placed]:
    column = 0
    for cell in row:
        while column in taken:
            column += 1
        yield _Placed(column, replace(cell, columns=max(cell.columns, 1)))
        column += max(cell.columns, 1)


def _below(place: _Placed) -> _Placed:
    return place if len(place.cell.text) <= REPEATED_LENGTH else replace(place, cell=replace(place.cell, text=""))


def _texts(grid: Sequence[Sequence[_Placed]]) -> Iterator[str]:
    width = max((row[-1].covered.stop for row in grid if row), default=0)
    headers = _headers(grid)
    labels: dict[int, list[str]] = {}
    for row in grid[:headers]:
        title = _spans_all(row, width)
        yield row[0].cell.text if title else ""
        for place in () if title else row:
            for column in place.covered:
                named = labels.setdefault(column, [])
                if place.cell.text and _label(place.cell.text) not in named:
                    named.append(_label(place.cell.text))
    joined = {column: " – ".join(named) for column, named in labels.items()}
    for row in grid[headers:]:
        yield _row(row, joined, width)


def _headers(grid: Sequence[Sequence[_Placed]]) -> int:
    """Count the leading rows of headers: none where nothing follows, or where one of them is too long to be repeated."""
    count = 0
    for row in grid:
        said = [place.cell for place in row if place.cell.text]
        if not all(cell.header for cell in said):
            break
        if any(len(cell.text) > HEADER_LENGTH for cell in said):
            return 0
        count += 1
    return count if count < len(grid) and count <= MOST_HEADERS else 0


def _row(row: Sequence[_Placed], labels: dict[int, str], width: int) -> str:
    said = [place for place in row if place.cell.text]
    if len(said) == 1 and _spans_all(said, width):
        return said[0].cell.text
    if not labels and said and said[0].cell.header and not all(place.cell.header for place in said):
        return f"{_label(said[0].cell.text)} : " + " ; ".join(place.cell.text for place in said[1:])
    return " ; ".join(_labelled(place, labels) for place in said)


def _labelled(place: _Placed, labels: dict[int, str]) -> str:
    names = dict.fromkeys(labels[column] for column in place.covered if labels.get(column))
    name = " / ".join(names)
    return f"{name} : {place.cell.text}" if name and len(name) <= HEADER_LENGTH else place.cell.text


def _spans_all(row: Sequence[_Placed], width: int) -> bool:
    return len(row) == 1 and 1 < width <= row[0].cell.columns


def _label(text: str) -> str:
    return text.rstrip(" :")
