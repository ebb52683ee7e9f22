"""The lines of a Markdown file in, a layout out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from ingest.descriptor import Descriptor
from ingest.formats.flow import superscript
from ingest.formats.grouping import BULLET, Grouping
from ingest.formats.tables import Cell, row_texts
from ingest.layout import ITEM, Layout, Line, RawBlock

_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})\s+(?P<words>\S(?:.*[^\s#])?)[\s#]*$")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+(?=\S)")
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?P<rest>.*)$")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
# Bounds, and no way back where none helps: a line of 10 MB of marks that nothing closes is read in seconds.
_LINK = re.compile(r"!?\[(?P<words>[^\]]{0,500}+)\]\((?P<target>[^)\s]{0,2000}+)[^)]{0,200}+\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(?P<words>.{1,500}?)(?<=\S)\1(?!\w)")
_NOTE = re.compile(r"^ {0,3}\[\^(?P<label>[^\]\s]{1,40})\]:\s*(?P<words>.*)$")
_CALL = re.compile(r"\[\^(?P<label>[^\]\s]{1,40})\](?!:)")
_INDENTED = re.compile(r"^(?: {2,}|\t)\s*\S")


def markdown_layout(lines: Sequence[str], descriptor: Descriptor) -> Layout:
    """Lay out a Markdown file: headings, paragraphs, lists, footnotes, the rows of tables under their headers, code as it is.

    Marks of emphasis and links are read away.
    """
    numbered = [Line(number, text) for number, text in enumerate(lines, 1)]
    reading = _Reading(_marks(lines))
    at = 0
    while at < len(numbered):
        end = _end(numbered, at)
        reading.read(numbered[at:end])
        at = end
    return Layout(reading.blocks(), parts=descriptor.parts, notes=descriptor.notes)


def _end(lines: Sequence[Line], at: int) -> int:
    """Where what begins at line `at` ends: the lines of code, of a table or of a footnote are read together."""
    end = at + 1
    if fence := _FENCE.match(lines[at].text):
        while end < len(lines) and not _closes(fence["fence"], lines[end].text):
            end += 1
        return min(end + 1, len(lines))
    if _opens_table(lines, at):
        while end < len(lines) and "|" in lines[end].text:
            end += 1
    elif _NOTE.match(lines[at].text):
        while end < len(lines) and _goes_on(lines, end):
            end += 1
    return end


def _closes(fence: str, text: str) -> bool:
    found = _FENCE.match(text)
    return found is not None and found["fence"].startswith(fence) and not found["rest"].strip()


def _opens_table(lines: Sequence[Line], at: int) -> bool:
    """Whether a line with bars is the first row of a table: it opens with one, or a rule with as many cells follows."""
    if "|" not in lines[at].text or _is_bar(lines[at].text):
        return _is_bar(lines[at].text)
    after = lines[at + 1].text if at + 1 < len(lines) else ""
    return "|" in after and bool(_TABLE_RULE.match(after)) and len(_cells(after)) == len(_cells(lines[at].text))


def _is_bar(text: str) -> bool:
    return text.lstrip().startswith("|")


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether a footnote goes on: with the next line of its paragraph, or after a blank line with what is indented."""
    text = lines[at].text
    if not text.strip():
        return at + 1 < len(lines) and bool(_INDENTED.match(lines[at + 1].text))
    return not (_NOTE.match(text) or _HEADING.match(text) or _FENCE.match(text))


def _marks(lines: Sequence[str]) -> Mapping[str, str]:
    """The number of each footnote: its label where that is one, the numbers left for the others."""
    labels = dict.fromkeys(note["label"] for line in lines if (note := _NOTE.match(line)))
    free = (str(number) for number in count(1) if str(number) not in labels)
    return {label: label if label.isdecimal() else next(free) for label in labels}


@dataclass(slots=True)
class _Reading:
    """The blocks of a file while they are read; `marks` has the number of each footnote."""

    marks: Mapping[str, str]
    _done: list[RawBlock] = field(default_factory=list)
    _group: Grouping = field(default_factory=lambda: Grouping("paragraph"))

    def read(self, lines: Sequence[Line]) -> None:
        """Read lines that `_end` holds together."""
        note = _NOTE.match(lines[0].text)
        if _FENCE.match(lines[0].text):
            self._code(lines)
        elif note:
            self._note(note, lines)
        elif len(lines) > 1 or _is_bar(lines[0].text):
            self._table(lines)
        else:
            self._line(lines[0])

    def blocks(self) -> tuple[RawBlock, ...]:
        """Return what was read."""
        self._settle()
        return tuple(self._done)

    def _settle(self, *blocks: RawBlock) -> None:
        self._done.extend((*self._group.blocks(), *(block for block in blocks if block.rows)))
        self._group = Grouping("paragraph")

    def _code(self, lines: Sequence[Line]) -> None:
        fence = _FENCE.match(lines[0].text)
        closed = fence is not None and len(lines) > 1 and _closes(fence["fence"], lines[-1].text)
        inside = lines[1 : -1 if closed else None]
        self._settle(RawBlock("paragraph", tuple((line,) for line in inside if line.text.strip())))

    def _note(self, note: re.Match[str], lines: Sequence[Line]) -> None:
        mark = self.marks[note["label"]]
        first = replace(lines[0], text=f"({mark}) {self._bare(note['words'])}")
        rest = (replace(line, text=self._bare(line.text)) for line in lines[1:] if line.text.strip())
        self._settle(RawBlock("footnote", ((first, *rest),)))

    def _table(self, lines: Sequence[Line]) -> None:
        headed = len(lines) > 1 and bool(_TABLE_RULE.match(lines[1].text))
        rows = [line for line in lines if not _TABLE_RULE.match(line.text)]
        cells = [
            [Cell(self._bare(text).strip(), header=headed and number == 0) for text in _cells(line.text)]
            for number, line in enumerate(rows)
        ]
        texts = zip(rows, row_texts(cells), strict=True)
        self._settle(RawBlock("list", tuple((replace(line, text=ITEM + text),) for line, text in texts if text)))

    def _line(self, line: Line) -> None:
        heading = _HEADING.match(line.text)
        bare = replace(line, text=self._bare(line.text))
        if not line.text.strip():
            self._group.gap()
            self._group.close()
        elif _RULE.match(line.text):
            self._group.close()
        elif heading:
            self._group.open("heading", replace(line, text=self._bare(heading["words"])), level=len(heading["marks"]))
            self._group.close()
        elif BULLET.match(line.text) or _NUMBERED.match(line.text):
            self._group.item(replace(bare, text="- " + BULLET.sub("", _NUMBERED.sub("", bare.text))))
        else:
            self._group.text(replace(bare, text=bare.text.lstrip("> ")))

    def _call(self, call: re.Match[str]) -> str:
        mark = self.marks.get(call["label"])
        return superscript(mark) if mark else call.group()

    def _bare(self, text: str) -> str:
        text = _CALL.sub(self._call, text)
        text = _LINK.sub(lambda link: link["words"], text)
        return _EMPHASIS.sub(lambda mark: mark["words"], _EMPHASIS.sub(lambda mark: mark["words"], text))


def _cells(row: str) -> list[str]:
    row = row.strip().removeprefix("|")
    if row.endswith("|") and not row.endswith("\\|"):
        row = row[:-1]
    return [cell.replace("\\|", "|").strip() for cell in _BETWEEN_CELLS.split(row)]
