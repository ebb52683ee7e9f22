"""Blocks of a text file without descriptor in, the same with its headings told apart out."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.layout import SECTION, SUBSECTION, RawBlock

HEADING_LENGTH = 100  # characters: a longer line that stands alone is a sentence without its full stop
_NUMBERED = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,2})*)[.)]?\s+[^\W\d_]")
_ANNOUNCED = re.compile(r"^(?:chapitre|partie|fiche|titre|annexe|section)\s+(?:\d+|[ivx]+)\b", re.IGNORECASE)


def with_headings(blocks: Sequence[RawBlock]) -> list[RawBlock]:
    """Turn short paragraphs that open what follows into headings.

    A heading is short, does not end like a sentence, starts with a capital or a number, and something other than a heading of
    its own depth comes after it. Numbers give its depth; capitals, « Chapitre 2 » or « Fiche 2 » the first depth.
    """
    levels = [_level(block) for block in blocks]
    result = []
    for number, block in enumerate(blocks):
        level = levels[number]
        last = number + 1 == len(blocks)
        if level is None or last:
            result.append(block)
        else:
            result.append(replace(block, kind="heading", level=level))
    return result


def _level(block: RawBlock) -> int | None:
    if block.kind != "paragraph" or len(block.rows) != 1 or len(block.rows[0]) > 2:
        return None
    text = " ".join(" ".join(line.text.split()) for line in block.rows[0])
    if not 2 < len(text) <= HEADING_LENGTH or text.endswith((".", ";", ":", ",", "!", "…")) or not text[0].isalnum():
        return None
    numbered = _NUMBERED.match(text)
    if numbered:
        return min(numbered["number"].count(".") + 1, SUBSECTION)
    if text.isupper() or _ANNOUNCED.match(text):
        return SECTION
    return SUBSECTION if text[0].isupper() or text[0].isdigit() else None
