"""The expansions of each span of a passage: the questions and everyday words that lead to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.document import Span
from ingest.expansions import Expansion
from ingest.passages import Passage

NO_SPAN = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """One span of a passage, with the questions and the everyday words that lead to it.

    `passage` counts from 0 in the index, `span` in the passage. A unit whose span is `NO_SPAN` carries the expansions of what
    is in the passage but in none of its spans, such as the bullet of an item or a title above it.
    """

    passage: int
    span: int
    questions: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


def find_units(passages: Sequence[Passage], expansions: Iterable[Expansion]) -> tuple[Unit, ...]:
    """Give the units of every passage, in reading order, each with its expansions.

    An expansion leads to every span of which it covers half, or that covers half of it; failing that to the passage that it
    touches, failing that to the first one after it: a title announces what follows.
    """
    numbers = _by_document(passages)
    led: dict[tuple[int, int], list[Expansion]] = defaultdict(list)
    for expansion in expansions:
        for target in _targets(expansion, passages, numbers.get(expansion.document, ())):
            led[target].append(expansion)
    return tuple(
        _unit(number, span, led[number, span])
        for number, passage in enumerate(passages)
        for span in (*range(len(passage.spans)), NO_SPAN)
        if span != NO_SPAN or led[number, NO_SPAN]
    )


def _by_document(passages: Sequence[Passage]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, passage in enumerate(passages):
        numbers[passage.document].append(number)
    return numbers


def _unit(passage: int, span: int, expansions: Sequence[Expansion]) -> Unit:
    questions = dict.fromkeys(question for expansion in expansions for question in expansion.questions)
    terms = dict.fromkeys(term for expansion in expansions for term in expansion.terms)
    return Unit(passage, span, tuple(questions), tuple(terms))


def _targets(expansion: Expansion, passages: Sequence[Passage], numbers: Sequence[int]) -> list[tuple[int, int]]:
    touched = [number for number in numbers if _shared(expansion, passages[number]) > 0]
    spans = [
        (number, place)
        for number in touched
        for place, span in enumerate(passages[number].spans)
        if 2 * _shared(expansion, span) >= min(_length(expansion), _length(span))
    ]
    if spans:
        return spans
    if touched:
        return [(max(touched, key=lambda number: _shared(expansion, passages[number])), NO_SPAN)]
    after = [number for number in numbers if passages[number].start >= expansion.end]
    return [(number, NO_SPAN) for number in (after[:1] or list(numbers)[-1:])]


def _shared(one: Expansion, other: Passage | Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _length(one: Expansion | Span) -> int:
    return max(one.end - one.start, 1)
