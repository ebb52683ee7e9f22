"""The lines of a Markdown file in, a layout out."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.descriptor import Descriptor
from ingest.grouping import BULLET, Grouping
from ingest.layout import Layout, Line

_HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})\s+(?P<words>.+?)\s*#*\s*$")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+(?=\S)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}[-| :]*\|[-| :]*$")
_LINK = re.compile(r"!?\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]*)[^)]*\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(?P<words>.+?)(?<=\S)\1(?!\w)")


def markdown_layout(lines: Sequence[str], descriptor: Descriptor) -> Layout:
    """Lay out a Markdown file: headings, paragraphs, lists, the rows of tables; marks of emphasis and links are read away."""
    group = Grouping("paragraph")
    for number, text in enumerate(lines, 1):
        _read(group, Line(number, text))
    return Layout(group.blocks(), parts=descriptor.parts, notes=descriptor.notes)


def _read(group: Grouping, line: Line) -> None:
    heading = _HEADING.match(line.text)
    bare = replace(line, text=_bare(line.text))
    if not line.text.strip():
        group.gap()
        group.close()
    elif _TABLE_RULE.match(line.text):
        return
    elif _RULE.match(line.text) or _FENCE.match(line.text):
        group.close()
    elif heading:
        group.open("heading", replace(line, text=_bare(heading["words"])), level=len(heading["marks"]))
        group.close()
    elif line.text.lstrip().startswith("|"):
        cells = [cell.strip() for cell in bare.text.strip().strip("|").split("|")]
        group.item(replace(line, text="- " + " ; ".join(cell for cell in cells if cell)))
    elif BULLET.match(line.text) or _NUMBERED.match(line.text):
        group.item(replace(bare, text="- " + BULLET.sub("", _NUMBERED.sub("", bare.text))))
    else:
        group.text(replace(bare, text=bare.text.lstrip("> ")))


def _bare(text: str) -> str:
    text = _LINK.sub(lambda link: link["words"], text)
    return _EMPHASIS.sub(lambda mark: mark["words"], _EMPHASIS.sub(lambda mark: mark["words"], text))
