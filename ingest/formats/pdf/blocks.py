"""The regions of all pages in reading order in, blocks out: headings with their levels, paragraphs, lists, footnotes."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from ingest.canonical import clean
from ingest.formats.pdf.columns import Region
from ingest.formats.pdf.flow import ASKED, LINK, Draft, Flow, opens_note
from ingest.formats.pdf.rows import Row
from ingest.formats.pdf.tables import Table
from ingest.formats.pdf.typography import Typography, typography
from ingest.layout import ITEM, QUESTION, RawBlock

_DEEPEST = 6  # levels of headings


def blocks_of(pages: Sequence[Sequence[Region | Table]], title: str) -> tuple[RawBlock, ...]:
    """Return the blocks of a document, its lines numbered from 1, from the regions of each of its pages.

    The heading that says the title again is outside the trail.
    """
    flow = Flow(typography(pages), count(1))
    for number, page in enumerate(pages, 1):
        foot = _foot(page, flow.setting)
        for region in page:
            if isinstance(region, Table):
                flow.table(region, number)
            elif region.aside:
                flow.put_off(region.rows, number)
            else:
                flow.rows([row for row in region.rows if id(row) not in foot], number)
                flow.notes([row for row in region.rows if id(row) in foot], number)
    flow.flush()
    return _levelled(flow.done, title)


def _foot(page: Sequence[Region | Table], setting: Typography) -> set[int]:
    """The rows of the footnotes of a page, by their ids: small, at the bottom, from a first one that has a number on."""
    foot: set[int] = set()
    for region in (region for region in page if isinstance(region, Region) and not region.aside):
        small: list[Row] = []
        for row in reversed(region.rows):
            if not setting.is_smaller(row) or (not small and _is_above_text(page, region, setting)):
                break
            small.append(row)
        while small and not opens_note(small[-1]):
            small.pop()
        foot.update(map(id, small))
    return foot


def _is_above_text(page: Sequence[Region | Table], region: Region, setting: Typography) -> bool:
    """Whether text stands under a region."""
    others = (other for other in page if other is not region and min(other.right, region.right) > max(other.left, region.left))
    return any(row.base > region.rows[-1].base and not setting.is_smaller(row) for other in others for row in other.rows)


def _levelled(drafts: Sequence[Draft], title: str) -> tuple[RawBlock, ...]:
    """Give each heading the level of its style, and each other block what its words tell of it."""
    outside = next((draft for draft in drafts if draft.style and _says(draft, title)), None)
    styles = {draft.style for draft in drafts if draft.style and draft is not outside}
    order = sorted(styles, key=lambda style: (-style[0], not style[1]))
    levels = {style: min(number, _DEEPEST) for number, style in enumerate(order, 1)}
    return tuple(_block(draft, 0 if draft is outside or not draft.style else levels[draft.style]) for draft in drafts)


def _says(draft: Draft, title: str) -> bool:
    return bool(title) and clean(" ".join(line.text for line in draft.rows[0])).casefold() == title.casefold()


def _block(draft: Draft, level: int) -> RawBlock:
    """A block; an address alone is a label, and a sole item that asks after a dash is a question."""
    block = RawBlock(draft.kind, tuple(tuple(row) for row in draft.rows), level)
    first = block.rows[0]
    alone = len(block.rows) == 1
    if block.kind == "paragraph" and alone and len(first) == 1 and LINK.match(first[0].text):
        return replace(block, kind="label")
    if block.kind == "question" or (
        block.kind == "list" and alone and ASKED.match(first[0].text) and first[-1].text.endswith("?")
    ):
        return replace(block, kind="question", level=QUESTION)
    if block.kind == "list":
        rows = ((replace(row[0], text=ASKED.sub(ITEM, row[0].text)), *row[1:]) for row in block.rows)
        return replace(block, rows=tuple(rows))
    return block
