"""Passages and expansions in, units of the search out: what a word or a vector can lead to, below the passage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.document import Span
from ingest.expansions import Expansion
from ingest.passages import Passage

Numbers = NDArray[np.int64]

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


class Layout:
    """Where the units of a passage stand, and the rows of its vectors.

    Rows come in three blocks, each in reading order: one row a passage, then one a span, then one an expansion question.
    """

    def __init__(self, owners: Numbers, spans: Numbers, questions: Numbers, passages: int) -> None:
        """Lay out units: the passage of each, its span, how many questions lead to it; and how many passages there are."""
        bounds = np.arange(passages + 1)
        self.passages = passages
        self.unit_passage, self.unit_span, self.unit_questions = owners, spans, questions
        self.span_unit = np.flatnonzero(spans != NO_SPAN)
        self.question_unit = np.repeat(np.arange(len(owners)), questions)
        self.first_unit = np.searchsorted(owners, bounds)
        self.first_span = np.searchsorted(owners[self.span_unit], bounds)
        self.first_question = np.searchsorted(owners[self.question_unit], bounds)

    @classmethod
    def of(cls, units: Iterable[Unit], passages: int) -> "Layout":
        """Lay out units, given one by one."""
        columns = [(unit.passage, unit.span, len(unit.questions)) for unit in units]
        owners, spans, questions = np.array(columns, dtype=np.int64).reshape(-1, 3).T
        return cls(owners, spans, questions, passages)

    @property
    def rows(self) -> int:
        """Number of vectors."""
        return self.passages + len(self.span_unit) + len(self.question_unit)


def stretches(first: Numbers, passages: Numbers) -> Numbers:
    """List what stands in `passages`, given where what stands in each passage begins."""
    starts, lengths = first[passages], first[passages + 1] - first[passages]
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


Groups = Mapping[str, Numbers]  # by level ("passage", "section", "part"): the number of the group of each passage


def find_groups(passages: Sequence[Passage]) -> Groups:
    """Number the passage, the section (the first title inside its part) and the part of each passage."""
    keys: Mapping[str, list[tuple[object, ...]]] = {
        "passage": [(number,) for number in range(len(passages))],
        "section": [(passage.scope, passage.place.headings[:2]) for passage in passages],
        "part": [(passage.scope,) for passage in passages],
    }
    return {level: _numbered(found) for level, found in keys.items()}


def _numbered(keys: Sequence[tuple[object, ...]]) -> Numbers:
    """Number equal keys alike, in the order of their first appearance."""
    numbers: dict[tuple[object, ...], int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def write_layout(path: Path, layout: Layout, groups: Groups) -> None:
    """Write where units and passages stand."""
    units = {"owners": layout.unit_passage, "spans": layout.unit_span, "questions": layout.unit_questions}
    with path.open("wb") as file:
        np.savez(file, **units, **groups)  # type: ignore[arg-type]


def read_layout(path: Path) -> tuple[Layout, Groups]:
    """Read back what `write_layout` wrote, from a file that was verified."""
    with np.load(path, allow_pickle=False) as arrays:
        groups = {level: arrays[level] for level in ("passage", "section", "part")}
        return Layout(arrays["owners"], arrays["spans"], arrays["questions"], len(groups["passage"])), groups
