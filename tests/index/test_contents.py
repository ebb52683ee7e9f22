"""Tests of the table of contents: where documents and parts stand, without opening any."""

from dataclasses import replace

import pytest

from index.contents import Listed, ListedPart, dump_contents, find_scopes, listed, load_contents
from index.search import Index
from ingest.document import Document, Part
from ingest.passages import Passage


@pytest.fixture
def document() -> Document:
    parts = (Part("un", "Un", 0, 4), Part("vide", "Sans passage", 4, 6), Part("deux", "Deux", 6, 9))
    return Document("d", "Titre", "123456789", parts, (), ())


def place(make_passage: object, part: str) -> Passage:
    return make_passage("x", part=part)


def test_parts_have_the_numbers_of_their_passages(document: Document, make_passage: object) -> None:
    """From 0, end excluded; a part that holds no passage is not listed."""
    passages = [place(make_passage, part) for part in ("un", "un", "deux")]
    assert listed(document, passages, ["d.md", "e.md"], expanded=False) == Listed(
        "d", "Titre", ("d.md", "e.md"), (ListedPart("un", "Un", 0, 2), ListedPart("deux", "Deux", 2, 3)), 0, 3
    )


def test_a_document_is_moved_with_its_parts(document: Document, make_passage: object) -> None:
    """To any number and back, and nothing else changes."""
    one = listed(document, [place(make_passage, part) for part in ("un", "deux", "deux")], ["d.md"], expanded=True)
    moved = one.moved(10)
    assert (moved.first, moved.end) == (10, 13)
    assert [(part.id, part.first, part.end) for part in moved.parts] == [("un", 10, 11), ("deux", 11, 13)]
    assert moved.moved(7).moved(0) == one


def test_contents_come_back_as_they_were(document: Document, make_passage: object) -> None:
    """In their order, whatever letters the names hold."""
    one = listed(document, [place(make_passage, "un")], ["d.md"], expanded=True)
    contents = {"é « 1 »": replace(one, id="é « 1 »", title="L’été\u2028"), "a": replace(one.moved(1), id="a", parts=())}
    contents["b"] = replace(one.moved(2), id="b", expanded=False)
    assert load_contents(dump_contents(contents)) == contents
    assert list(load_contents(dump_contents(contents))) == ["é « 1 »", "a", "b"]


def test_scopes_are_documents_and_their_parts(document: Document, make_passage: object) -> None:
    """Each with the numbers of its passages."""
    one = listed(document, [place(make_passage, part) for part in ("un", "deux")], ["d.md"], expanded=True).moved(5)
    assert find_scopes({"d": one}) == {"d": (5, 7), "d#un": (5, 6), "d#deux": (6, 7)}


def test_the_contents_of_an_index_are_its_passages(index: Index) -> None:
    """Documents follow each other without a gap, each passage stands where its document and its part say.

    A document is expanded where expansions stand beside it.
    """
    first = 0
    for document in index.contents.values():
        assert document.first == first
        for part in document.parts:
            assert {passage.scope for passage in index.passages[part.first : part.end]} == {f"{document.id}#{part.id}"}
        assert {passage.document for passage in index.passages[document.first : document.end]} == {document.id}
        assert [part.end for part in document.parts[:-1]] == [part.first for part in document.parts[1:]]
        first = document.end
    assert first == len(index.passages)
    assert {name: document.expanded for name, document in index.contents.items()} == {"abeilles": True, "pain": False}
    assert [document.files for document in index.contents.values()] == [("abeilles.md",), ("pain.md",)]
