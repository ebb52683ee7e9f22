"""Words and drawn lines in, tables out: by their rules, or else by cells that stand under each other."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from ingest.formats.pdf.page import Box
from ingest.formats.pdf.rows import Row, rows_of
from ingest.formats.pdf.words import Word

_THIN = 3.0  # points: a rectangle no higher, or no wider, is a rule
_SHORTEST = 8.0  # points: a shorter rule is a dash or a box to tick
_NEAR = 3.0  # points: ends of rules, and edges of cells, that are taken for the same
_TALLEST = 300.0  # points between two rules of a table
_MOST_TABLES = 40  # on a page: one that has more is a drawing
_GAP = 0.6  # of the height of the font: the narrowest blank between the columns of a table with rules
_LOOSE_ROWS = 3  # rows of cells that make a table without rules
_LARGER = 1.15  # times the gap between the rows of a cell: the gap between the lines of a table
_NAME_LENGTH = 100  # characters: what is longer names no column, and saying it in each line would bury the cells
_MARK = 3  # characters: the bullet or the number of an item, which is no cell


@dataclass(frozen=True, slots=True)
class Table:
    """Its lines, each with its cells, each with its rows; `header` has the cells that name the columns, or none."""

    lines: tuple[tuple[tuple[Row, ...], ...], ...]
    header: tuple[tuple[Row, ...], ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of its rows, from top to bottom."""
        rows = [row for line in (self.header, *self.lines) for cell in line for row in cell]
        return tuple(sorted(rows, key=lambda row: (row.base, row.left)))

    @property
    def left(self) -> float:
        """The left edge of its rows."""
        return min(row.left for row in self.rows)

    @property
    def right(self) -> float:
        """The right edge of its rows."""
        return max(row.right for row in self.rows)


@dataclass(slots=True)
class _Rule:
    """A line across the page at `at`, from `start` to `end`; or down the page, with x and y exchanged."""

    at: float
    start: float
    end: float


def ruled_tables(words: Sequence[Word], boxes: Sequence[Box]) -> tuple[list[Table], list[Word]]:
    """Return the tables with rules, and the words that are in none."""
    across, down = _rules(boxes)
    rest = list(words)
    tables = []
    for rules in islice(_stacks(across), _MOST_TABLES):
        frame = Box(min(r.start for r in rules), rules[0].at, max(r.end for r in rules), rules[-1].at)
        inside = [word for word in rest if _stands_in(word, frame)]
        table = _ruled(inside, rules, [rule for rule in down if _crosses(rule, frame)])
        if table:
            tables.append(table)
            rest = [word for word in rest if not _stands_in(word, frame)]
    return tables, rest


def _rules(boxes: Sequence[Box]) -> tuple[list[_Rule], list[_Rule]]:
    across, down = [], []
    for box in boxes:
        width, height = box.right - box.left, box.bottom - box.top
        if width >= _SHORTEST and height <= _THIN:
            across.append(_Rule((box.top + box.bottom) / 2, box.left, box.right))
        elif height >= _SHORTEST and width <= _THIN:
            down.append(_Rule((box.left + box.right) / 2, box.top, box.bottom))
        elif width >= _SHORTEST and height >= _SHORTEST:
            across += [_Rule(box.top, box.left, box.right), _Rule(box.bottom, box.left, box.right)]
            down += [_Rule(box.left, box.top, box.bottom), _Rule(box.right, box.top, box.bottom)]
    return _joined(across), _joined(down)


def _joined(rules: list[_Rule]) -> list[_Rule]:
    """Make one rule of those that go on from each other: a border is often drawn cell by cell."""
    joined: list[_Rule] = []
    lines: list[list[_Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if not lines or rule.at - lines[-1][0].at > _NEAR:
            lines.append([])
        lines[-1].append(rule)
    for line in lines:
        ordered = sorted(line, key=lambda rule: rule.start)
        joined.append(_Rule(ordered[0].at, ordered[0].start, ordered[0].end))
        for rule in ordered[1:]:
            if rule.start <= joined[-1].end + _NEAR:
                joined[-1].end = max(joined[-1].end, rule.end)
            else:
                joined.append(_Rule(rule.at, rule.start, rule.end))
    return sorted(joined, key=lambda rule: (rule.at, rule.start))


def _stacks(across: Sequence[_Rule]) -> Iterator[list[_Rule]]:
    """Rules of the same extent, one under the other."""
    stacks: list[list[_Rule]] = []
    for rule in across:
        for stack in reversed(stacks[-20:]):
            above = stack[-1]
            same = abs(above.start - rule.start) <= 2 * _NEAR and abs(above.end - rule.end) <= 2 * _NEAR
            if same and rule.at - above.at <= _TALLEST:
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    yield from (stack for stack in stacks if len(stack) > 2)


def _stands_in(word: Word, frame: Box) -> bool:
    middle = (word.left + word.right) / 2
    return frame.left - 1 <= middle <= frame.right + 1 and frame.top < word.base - 0.2 * word.size < frame.bottom


def _crosses(rule: _Rule, frame: Box) -> bool:
    inside = frame.left + _SHORTEST < rule.at < frame.right - _SHORTEST
    return inside and min(rule.end, frame.bottom) - max(rule.start, frame.top) > 0.5 * (frame.bottom - frame.top)


def _ruled(words: Sequence[Word], across: Sequence[_Rule], down: Sequence[_Rule]) -> Table | None:
    if not words:
        return None
    edges = sorted(rule.at for rule in down) or _blanks(words)
    if not edges:
        return None
    heights = [rule.at for rule in across]
    bands: list[list[Word]] = [[] for _ in range(len(heights) + 1)]
    for word in words:
        bands[bisect_right(heights, word.base - 0.2 * word.size)].append(word)
    bands = [band for band in bands if band]
    if len(bands) < 2:
        return None
    if len(bands) == 2 and not down:  # rules above, under the header and below: each row is a line
        bands = [bands[0], *([*row.words] for row in rows_of(bands[1]))]
        lines = [_cells(band, edges) for band in bands]
        return Table(tuple(_filled(lines[1:])), lines[0]) if _names(lines[0]) else Table(tuple(_filled(lines)))
    lines = [_cells(band, edges) for band in bands]
    return _headed(lines)


def _blanks(words: Sequence[Word]) -> list[float]:
    """Where no word stands from the top of a table to its bottom."""
    ordered = sorted(words, key=lambda word: word.left)
    blanks = []
    reach = ordered[0].right
    for word in ordered[1:]:
        if word.left - reach > _GAP * word.size:
            blanks.append((word.left + reach) / 2)
        reach = max(reach, word.right)
    return blanks


def _cells(words: Sequence[Word], edges: Sequence[float]) -> tuple[tuple[Row, ...], ...]:
    cells: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words:
        cells[bisect_right(edges, (word.left + word.right) / 2)].append(word)
    return tuple(tuple(rows_of(cell)) for cell in cells)


def _filled(lines: Sequence[tuple[tuple[Row, ...], ...]]) -> Iterator[tuple[tuple[Row, ...], ...]]:
    """Put what has no first cell with the line above, of which it is the rest."""
    held: tuple[tuple[Row, ...], ...] | None = None
    for line in lines:
        if held and not line[0]:
            held = tuple((*above, *cell) for above, cell in zip(held, line, strict=True))
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _headed(lines: Sequence[tuple[tuple[Row, ...], ...]]) -> Table:
    """Take the first line for the header where it alone is bold."""
    first, rest = lines[0], lines[1:]
    bold = all(row.bold for cell in first for row in cell)
    others = [row for line in rest for cell in line[1:] for row in cell]
    if _names(first) and bold and not all(row.bold for row in others):
        return Table(tuple(rest), first)
    return Table(tuple(lines))


def _names(line: Sequence[Sequence[Row]]) -> bool:
    """Whether a line may name the columns: each but one has a cell, and none is too long to be said in each line."""
    lengths = [sum(len(row.text) + 1 for row in cell) for cell in line if cell]
    return len(lengths) >= max(2, len(line) - 1) and max(lengths) <= _NAME_LENGTH


def loose_tables(rows: Sequence[Row]) -> Iterator[tuple[int, int, Table]]:
    """Find tables without rules: where they begin and end among `rows`, and what they are."""
    cells = [row.cells() for row in rows]
    first = 0
    while first < len(rows):
        last = _end(cells, first) if _is_line(cells[first]) else first + 1
        full = sum(1 for line in cells[first:last] if len(line) > 1)
        if last - first >= _LOOSE_ROWS and full > 1:
            edges = _blanks([word for row in rows[first:last] for word in row.words])
            if edges:
                yield first, last, _headed(_lines(rows[first:last], edges))
        first = last


def _end(cells: Sequence[Sequence[Row]], first: int) -> int:
    """The end of the rows from `first` on whose cells stand under each other; a cell that goes on may stand alone."""
    full = last = first
    for number in range(first + 1, len(cells)):
        line, above = cells[number], cells[full]
        if _is_line(line) and _aligned(above, line):
            full = number
        elif len(line) > 1 or not any(abs(line[0].left - cell.left) < _NEAR for cell in above[1:]):
            break
        last = number
    return last + 1


def _lines(rows: Sequence[Row], edges: Sequence[float]) -> list[tuple[tuple[Row, ...], ...]]:
    """The lines of a table: parted by the larger gaps between its rows, or else each a row."""
    gaps = [below.base - above.base for above, below in pairwise(rows)]
    wrapped = max(gaps) > _LARGER * min(gaps)
    lines: list[list[Word]] = [list(rows[0].words)]
    for row, gap in zip(rows[1:], gaps, strict=True):
        if wrapped and gap <= _LARGER * min(gaps):
            lines[-1].extend(row.words)
        else:
            lines.append(list(row.words))
    return list(_filled([_cells(line, edges) for line in lines]))


def _is_line(cells: Sequence[Row]) -> bool:
    return len(cells) > 1 and (len(cells[0].text) > _MARK or (len(cells) > 2 and cells[0].text.isalnum()))


def _aligned(above: Sequence[Row], below: Sequence[Row]) -> bool:
    """Whether cells stand under each other by an edge inside the table: its outer edges say nothing in justified text."""
    lefts = any(abs(one.left - other.left) < _NEAR for one in above[1:] for other in below[1:])
    rights = any(abs(one.right - other.right) < _NEAR for one in above[:-1] for other in below[:-1])
    figures = _is_figure(above[-1]) and _is_figure(below[-1]) and abs(above[-1].right - below[-1].right) < _NEAR
    return lefts or rights or figures


def _is_figure(cell: Row) -> bool:
    return any(map(str.isdigit, cell.text)) and not any(map(str.isalpha, cell.text))
