"""Tests of the lines of JSON."""

from hypothesis import given
from hypothesis import strategies as st

from index.records import dump_lines, load_documents, load_passages, load_units
from index.units import Unit
from ingest.document import Document
from ingest.passages import Passage

texts = st.text(st.characters(exclude_categories=["Cs"]))


def test_the_booklet_comes_back_whole(booklet: Document, booklet_passages: tuple[Passage, ...]) -> None:
    """Documents and passages read back equal those written, with their structure, speakers and lines."""
    assert load_documents(dump_lines([booklet])) == {booklet.id: booklet}
    assert load_passages(dump_lines(booklet_passages)) == booklet_passages


@given(st.lists(st.builds(Unit, st.integers(), st.integers(), st.lists(texts).map(tuple), st.lists(texts).map(tuple))))
def test_units_come_back_whatever_they_hold(units: list[Unit]) -> None:
    """A line end or a separator of any alphabet inside a text does not cut a record."""
    assert load_units(dump_lines(units)) == tuple(units)


def test_nothing_comes_back_from_nothing() -> None:
    """An empty file is no record."""
    assert load_units("") == load_passages("") == ()
