"""The lines of a text file in, a layout out: reading order and roles from the descriptor, the rest from plain rules."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from errors import TresseError
from ingest.descriptor import Descriptor, Mark, Role
from ingest.document import BlockKind
from ingest.formats.grouping import LABELS, Grouping, joins
from ingest.formats.headings import with_headings
from ingest.layout import QUESTION, SECTION, SUBSECTION, Layout, Line, RawBlock

_FOOTNOTE = re.compile(r"^\s*\(\d{1,2}\)\s")
_LINK = re.compile(r"^\s*(?:https?://|www\.)\S+\s*$")
_ASKED = re.compile(r"^\s*—\s")
_INITIALS = re.compile(r"^\s*(?P<initials>(?:[^\W\d_]\.[ -]?){2,}:)\s*(?P<words>.*)")


def plain_layout(lines: Sequence[str], descriptor: Descriptor) -> Layout:
    """Lay out a text file. Raises TresseError where the descriptor names lines that the file does not have."""
    _check(lines, descriptor)
    blocks = [
        block
        for mark, run in groupby(_in_order(lines, descriptor), key=lambda line: descriptor.marks.get(line.number, Mark()))
        for block in _READERS[mark.role](list(run), mark)
    ]
    if not descriptor.order:
        blocks = with_headings(blocks)
    return Layout(tuple(blocks), parts=descriptor.parts, notes=descriptor.notes)


def _check(lines: Sequence[str], descriptor: Descriptor) -> None:
    """Make sure that every line is either read or removed, once, and that rejoined words have the letters of their lines."""
    if not descriptor.order:
        return
    used = Counter(n for first, last in (*descriptor.order, *descriptor.removed) for n in range(first, last + 1))
    faults = (
        (n for n, line in enumerate(lines, 1) if line.strip() and not used[n]),
        (n for n, times in used.items() if times > 1),
        (n for n in used if n > len(lines)),
    )
    for numbers, fault in zip(faults, ("n’est lue nulle part", "est lue deux fois", "n’existe pas"), strict=True):
        for number in numbers:
            raise TresseError(f"son descripteur est faux : la ligne {number} {fault}. Corrigez-le.")
    for mark in descriptor.marks.values():
        if mark.reads and mark.lines:
            first, last = mark.lines
            if "".join("".join(lines[first - 1 : last]).split()) != "".join(mark.reads.split()):
                raise TresseError(
                    f"son descripteur est faux : les lignes {first} à {last} n’ont pas les lettres de "
                    f"« {mark.reads} ». Corrigez-le."
                )


def _in_order(lines: Sequence[str], descriptor: Descriptor) -> Iterator[Line]:
    """The lines in reading order, with a blank one where the file jumps."""
    for first, last in descriptor.order or ((1, len(lines)),):
        for number in range(first, last + 1):
            yield Line(number, lines[number - 1])
        yield Line(last, "")


def _whole(kind: BlockKind, level: int = 0) -> Callable[[list[Line], Mark], Iterator[RawBlock]]:
    """A reader for which all the lines of a run are one row."""

    def read(run: list[Line], mark: Mark) -> Iterator[RawBlock]:
        row = tuple(line for line in run if line.text.strip())
        if row:
            yield RawBlock(kind, (row,), level, mark.speaker)

    return read


def _label(run: list[Line], mark: Mark) -> Iterator[RawBlock]:
    assert mark.reads is not None
    yield RawBlock("label", ((Line(run[0].number, mark.reads),),))


def _rows(kind: BlockKind) -> Callable[[list[Line], Mark], Iterator[RawBlock]]:
    """A reader for which each paragraph of a run is an item."""

    def read(run: list[Line], mark: Mark) -> Iterator[RawBlock]:
        rows: list[list[Line]] = []
        gap = True
        for line in run:
            if not line.text.strip():
                gap = True
            elif gap and not (rows and joins(rows[-1][-1].text, line.text)):
                rows.append([line])
                gap = False
            else:
                rows[-1].append(line)
                gap = False
        yield RawBlock(kind, tuple(tuple(row) for row in rows), 0, mark.speaker)

    return read


def _prose(run: list[Line], mark: Mark) -> Iterator[RawBlock]:
    """Paragraphs, lists, footnotes, links, and boxes announced by their label."""
    group = Grouping(mark.frame or "paragraph")
    for line in run:
        text = " ".join(line.text.split())
        label = LABELS.get(text)
        if not text:
            group.gap()
        elif label:
            group.close()
            group.alone("label", line)
            group.expect(label)
        elif _LINK.match(line.text):
            group.close()
            group.alone("label", line)
        elif _FOOTNOTE.match(line.text):
            group.open("footnote", line)
        elif group.bulleted(line):
            group.item(line)
        else:
            group.text(line)
    yield from group.blocks()


def _interview(run: list[Line], mark: Mark) -> Iterator[RawBlock]:
    """Questions, and the answers of one person, whose initials open each."""
    group = Grouping("turn", mark.speaker)
    for line in run:
        initials = _INITIALS.match(line.text)
        if not line.text.strip():
            group.gap()
        elif _ASKED.match(line.text):
            group.open("question", line, level=QUESTION)
        elif initials:
            # What stands between the last answer and these initials, after a blank line, is a question without its dash.
            group.rename("question", level=QUESTION)
            group.alone("label", Line(line.number, initials["initials"]), inline=True)
            group.open("turn", Line(line.number, initials["words"]))
        elif group.bulleted(line):
            group.row(line)
        else:
            group.text(line)
    yield from group.blocks()


_READERS: dict[Role, Callable[[list[Line], Mark], Iterator[RawBlock]]] = {
    "prose": _prose,
    "title": _whole("heading"),
    "section": _whole("heading", SECTION),
    "subsection": _whole("heading", SUBSECTION),
    "figure": _whole("figure"),
    "presentation": _whole("presentation", SECTION),
    "diagram": _rows("diagram"),
    "list": _rows("list"),
    "label": _label,
    "interview": _interview,
}
