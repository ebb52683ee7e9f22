"""Documents in, passages out: exact spans of one to five sentences, one list or one answer of an interview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.document import Block, BlockKind, Document, Numbered, Span, Speaker
from ingest.layout import ITEM
from ingest.sentences import sentence_spans

PASSAGE_LENGTH = 900  # characters: five sentences of this booklet; the models were trained on as much
LIST_LENGTH = 1800  # characters: a list is an answer as a whole, its items are found one by one
SPAN_LENGTH = 700  # characters: a longer sentence is an enumeration or a fault of extraction, nothing to quote whole
MOST_SENTENCES = 5
SILENT: frozenset[BlockKind] = frozenset({"heading", "question", "label"})  # what leads to a passage and is none
_MARK = "\x1e"  # stands between the spans given to the splitter; canonical text has no control characters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, for a reader: its part, its heading trail, who speaks, and its lines or page in the file."""

    kind: BlockKind
    part: str
    headings: tuple[str, ...]
    speaker: Speaker | None
    lines: tuple[int, int]
    page: int | None
    numbered: Numbered = "line"


@dataclass(frozen=True, slots=True)
class Passage:
    """What is searched: `text == document.text[start:end]`.

    `spans` are what can be quoted alone, in reading order: sentences and list items, as offsets in the document. A list's
    introducing sentence belongs to its passage; an interview's question is the last heading of its answer.
    """

    document: str
    start: int
    end: int
    text: str
    spans: tuple[Span, ...]
    place: Place

    @property
    def scope(self) -> str:
        """The name by which a search is restricted to this passage's part: `document#part`."""
        return f"{self.document}#{self.place.part}"

    @property
    def section(self) -> tuple[str, ...]:
        """Its part and the titles down to the first one inside it, which the passages of a section share."""
        return (self.scope, *self.place.headings[:2])


def split(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages, in reading order; none crosses a heading."""
    return tuple(
        _passage(document, blocks[0], spans)
        for blocks in _together(document)
        for spans in _groups(document.text, [span for block in blocks for span in block_spans(document, block)])
    )


def block_spans(document: Document, block: Block) -> tuple[Span, ...]:
    """Return what can be quoted alone in a block: its sentences, without the bullets of its items."""
    spans = (Span(block.start + s.start, block.start + s.end) for s in sentence_spans(document.text[block.start : block.end]))
    return tuple(piece for span in spans for piece in _short(document.text, _without_bullet(document.text, span)))


def _together(document: Document) -> Iterator[list[Block]]:
    """Blocks that make passages together: a list or a paragraph with the sentence that introduces it, the rest alone."""
    waiting: list[Block] = []
    for block in document.blocks:
        if block.kind in SILENT:
            if waiting:
                yield waiting
            waiting = []
            continue
        follows = waiting and _introduces(document, waiting[-1]) and waiting[-1].headings == block.headings
        if waiting and not follows:
            yield waiting
            waiting = []
        waiting.append(block)
    if waiting:
        yield waiting


def _introduces(document: Document, block: Block) -> bool:
    return document.text[block.start : block.end].endswith(":")


def _groups(text: str, spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Consecutive spans, as many as make a passage, in groups of about the same length."""
    listed = any(text.startswith(ITEM, span.start - len(ITEM)) for span in spans)
    limit = LIST_LENGTH if listed else PASSAGE_LENGTH
    pieces = [text[span.start : span.end] for span in spans]
    chunks = _chunks(pieces, limit)
    even = sum(map(len, pieces)) // len(chunks) + max(map(len, pieces)) // 2
    first = 0
    for count in min(_chunks(pieces, min(even, limit)), chunks, key=len):
        yield from [spans[first : first + count]] if listed else _at_most_five(spans[first : first + count])
        first += count


def _chunks(pieces: Sequence[str], size: int) -> list[int]:
    """How many pieces, one after the other, go into each chunk of at most `size` characters."""
    from langchain_text_splitters import CharacterTextSplitter  # a quarter of a second: the pages are served without it

    splitter = CharacterTextSplitter(separator=_MARK, chunk_size=size, chunk_overlap=0, strip_whitespace=False)
    return [chunk.count(_MARK) + 1 for chunk in splitter.split_text(_MARK.join(pieces))]


def _at_most_five(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    groups = -(-len(spans) // MOST_SENTENCES)
    bounds = [round(number * len(spans) / groups) for number in range(groups + 1)]
    for first, last in pairwise(bounds):
        yield spans[first:last]


def _short(text: str, span: Span) -> Iterator[Span]:
    """The span, cut where it is too long to quote."""
    if span.end - span.start <= SPAN_LENGTH:
        yield span
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # as in _chunks

    splitter = RecursiveCharacterTextSplitter(
        separators=[" ; ", "; ", ", ", " "], chunk_size=SPAN_LENGTH, chunk_overlap=0, keep_separator="end"
    )
    at = span.start
    for piece in splitter.split_text(text[span.start : span.end]):
        start = text.index(piece.strip(), at)
        at = start + len(piece.strip())
        yield Span(start, at)


def _without_bullet(text: str, span: Span) -> Span:
    return Span(span.start + len(ITEM), span.end) if text.startswith(ITEM, span.start) else span


def _passage(document: Document, block: Block, spans: Sequence[Span]) -> Passage:
    start, end = spans[0].start, spans[-1].end
    if document.text[start - len(ITEM) : start] == ITEM:
        start -= len(ITEM)
    lines, page = document.lines(start, end), document.page(start)
    place = Place(block.kind, block.part, block.headings, block.speaker, lines, page, document.numbered)
    return Passage(document.id, start, end, document.text[start:end], tuple(spans), place)
