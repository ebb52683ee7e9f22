"""A long document is searched in pieces: the same matches, and no request that searches it all."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Block, Document, Origin, Part, Span
from interface.document import matches
from interface.document.looking import Looking, search, step, view
from interface.document.matches import find_words, pieces

WORDS = ["miel", "ruche", "pré", "œuvre", "abeille", "le"]


def document_of(*texts: str) -> Document:
    blocks, text = [], ""
    for each in texts:
        blocks.append(Block(len(text), len(text) + len(each), "paragraph", "p", ("P",)))
        text += each + "\n\n"
    return Document("d", "D", text, (Part("p", "P", 0, len(text)),), tuple(blocks), (Origin(0, 1),))


class Desk:
    """What the page is given: an index of one document."""

    def __init__(self, document: Document) -> None:
        from index.contents import Listed, ListedPart

        self.index = self
        self.documents = {"d": document}
        self.contents = {"d": Listed("d", "D", ("d.txt",), (ListedPart("p", "P", 0, 1),), 0, 1)}


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=30), st.integers(20, 80))
def test_the_pieces_hold_what_the_whole_holds(paragraphs, size):
    """Put together, the matches of the pieces of a document are those of the document, wherever it is cut."""
    document = document_of(*(" ".join(words) for words in paragraphs))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matches, "PIECE", size)
        patch.setattr(matches, "WHOLE", size)
        cut = pieces(document)
    assert [cut[0].start, cut[-1].end] == [0, len(document.text)]
    assert all(first.end == second.start for first, second in pairwise(cut))
    for words in ("miel", "oeuvre", "re", "pre"):
        assert find_words(document, words).spans == tuple(
            span for piece in cut for span in find_words(document, words, piece).spans
        )


def test_a_search_goes_on_from_piece_to_piece(monkeypatch):
    """« Suivant » reaches every match in order, round and round, and « Précédent » the same way back."""
    monkeypatch.setattr(matches, "PIECE", 40)
    monkeypatch.setattr(matches, "WHOLE", 40)
    document = document_of(*(f"Le miel {number} coule." if number % 4 == 1 else "Rien à dire ici." for number in range(30)))
    desk, expected = Desk(document), [span.start for span in find_words(document, "miel").spans]
    seen = search(desk, Looking("d"), "miel")
    onward, back = [], []
    for _ in range(4 * len(expected)):
        if document.text.startswith("miel", seen.start):
            onward.append(seen.start)
        seen = step(desk, seen, "miel", forward=True)
    assert onward[: len(expected)] == expected
    assert onward[len(expected)] == expected[0]
    for _ in range(3 * len(expected)):
        seen = step(desk, seen, "miel", forward=False)
        if document.text.startswith("miel", seen.start):
            back.append(seen.start)
    assert back[back.index(expected[-1]) :][: len(expected)] == expected[::-1]


def test_where_nothing_is_found_the_reader_is_told_how_to_go_on(monkeypatch):
    """A request searches a few pieces, and the next one those that follow, up to a word at the very end."""
    monkeypatch.setattr(matches, "PIECE", 40)
    monkeypatch.setattr(matches, "WHOLE", 40)
    document = document_of(*["Rien à dire ici."] * 60, "Le miel coule.")
    desk = Desk(document)
    seen = search(desk, Looking("d"), "miel")
    assert (
        "«\u00a0miel\u00a0» ne se trouve pas près d’ici\u00a0: «\u00a0Suivant\u00a0» cherche plus loin."
        in view(desk, seen).status
    )
    for _ in range(30):
        if document.text.startswith("miel", seen.start):
            break
        seen = step(desk, seen, "miel", forward=True)
    assert document.text[seen.start : seen.end] == "miel"
    assert "Un seul résultat dans cette partie du document" in view(desk, seen).status


@pytest.mark.parametrize(
    "words", ["le", "absent zzz", "e " * 100, "a b c d e f g h i j k", "le la un de et so ru co mi pr po ha si zz"]
)
def test_no_request_searches_a_long_document_whole(words):
    """Of twenty million characters a request takes a second or two of the processor at worst, whatever is searched."""
    paragraph = "Le miel et la ruche, un été de plus dans le pré de la commune, avec ses élus et ses habitants. " * 4
    desk = Desk(document_of(*[paragraph] * (20_000_000 // len(paragraph))))
    view(desk, Looking("d"))  # counts the words, once
    began = time.process_time()
    seen = search(desk, Looking("d"), words)
    view(desk, seen)
    assert time.process_time() - began < 2.5
    assert find_words(desk.documents["d"], "miel", Span(0, 100)).spans[0].start == 3
