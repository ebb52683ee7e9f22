"""Tests of the units that lead to a passage."""

from collections.abc import Callable

import pytest

from index.units import NO_SPAN, Unit, find_units
from ingest.expansions import Expansion
from ingest.passages import Passage


@pytest.fixture
def passages(make_passage: Callable[..., Passage]) -> tuple[Passage, ...]:
    """Two passages of ten characters, at 10 and 30, each of two spans of four with one character between them."""
    return tuple(make_passage("aaaa bbbb ", (0, 4), (5, 9), start=start) for start in (10, 30))


def expansion(start: int, end: int) -> Expansion:
    return Expansion("d", start, end, ("q ?",), ("t",))


@pytest.mark.parametrize(
    ("start", "end", "led"),
    [
        (10, 14, [(0, 0)]),  # exactly a span
        (11, 13, [(0, 0)]),  # within a span
        (12, 18, [(0, 0), (0, 1)]),  # half of one, most of the next
        (13, 19, [(0, 1)]),  # a quarter of one is not enough
        (10, 40, [(0, 0), (0, 1), (1, 0), (1, 1)]),  # both passages
        (19, 20, [(0, NO_SPAN)]),  # in a passage, in none of its spans
        (0, 5, [(0, NO_SPAN)]),  # a title before the first passage
        (21, 29, [(1, NO_SPAN)]),  # a title before the second
        (50, 60, [(1, NO_SPAN)]),  # after the last
    ],
)
def test_an_expansion_leads_to_the_spans_it_is_about(
    passages: tuple[Passage, ...], start: int, end: int, led: list[tuple[int, int]]
) -> None:
    """An anchor leads to the spans it shares half with, else to the passage it touches, else to the next one."""
    units = find_units(passages, [expansion(start, end)])
    assert [(unit.passage, unit.span) for unit in units if unit.questions == ("q ?",)] == led


def test_units_come_in_reading_order(passages: tuple[Passage, ...]) -> None:
    """Each span is a unit, in order; what leads to no span comes after those of its passage."""
    units = find_units(passages, [expansion(19, 20)])
    assert [(unit.passage, unit.span) for unit in units] == [(0, 0), (0, 1), (0, NO_SPAN), (1, 0), (1, 1)]


def test_expansions_of_another_document_lead_nowhere(passages: tuple[Passage, ...]) -> None:
    """Offsets count in their own document only."""
    assert not any(unit.terms for unit in find_units(passages, [Expansion("other", 10, 14, ("q ?",), ("t",))]))


def test_repeated_questions_count_once(passages: tuple[Passage, ...]) -> None:
    """Two entries of one span are joined, without what they repeat."""
    assert find_units(passages, [expansion(10, 14), expansion(10, 14)])[0] == Unit(0, 0, ("q ?",), ("t",))
