"""Where a passage holds a list, from the sentence that introduces it to its last item. Knows only the text."""

from ingest.document import Span
from ingest.passages import Passage

BULLET = "•"


def listing(passage: Passage) -> Span | None:
    """Return the list of a passage as offsets in its document: the sentence that ends with a colon, then the items.

    None when the passage holds fewer than two items. What an item goes on to say belongs to it.
    """
    first = next((number for number, span in enumerate(passage.spans) if _is_item(passage, span)), None)
    if first is None or sum(_is_item(passage, span) for span in passage.spans) < 2:
        return None
    start = passage.start + passage.text.rindex(BULLET, 0, passage.spans[first].start - passage.start + 1)
    if first and introduces(passage, passage.spans[first - 1]):
        start = passage.spans[first - 1].start
    return Span(start, passage.spans[-1].end)


def introduces(passage: Passage, span: Span) -> bool:
    """Say whether a span of the passage only announces what follows."""
    return passage.text[: span.end - passage.start].rstrip().endswith(":")


def _is_item(passage: Passage, span: Span) -> bool:
    before, within = span.start - passage.start, span.end - passage.start
    return passage.text[:before].rstrip().endswith(BULLET) or passage.text[before:within].lstrip().startswith(BULLET)
