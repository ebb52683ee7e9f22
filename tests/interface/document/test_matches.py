from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold
from ingest.document import Block, Document, Origin, Part, Span
from interface.document.matches import Matches, find_words


def _document(*texts: str) -> Document:
    blocks, text = [], ""
    for each in texts:
        blocks.append(Block(len(text), len(text) + len(each), "paragraph", "p", ("P",)))
        text += each + "\n\n"
    return Document("d", "D", text, (Part("p", "P", 0, len(text)),), tuple(blocks), (Origin(0, 1),))


def _found(words: str, *texts: str) -> list[str]:
    document = _document(*texts)
    return [document.text[span.start : span.end] for span in find_words(document, words).spans]


def test_accents_and_case_do_not_count():
    """What is typed without accents finds the words as they are written, at the beginning of words only."""
    assert _found("cooperative", "Une Coopérative, des COOPÉRATIVES, intercoopérative.") == ["Coopérative", "COOPÉRATIVE"]
    assert _found("l'elu", "L’élu parle à l’élue.") == ["L’élu", "l’élu"]


def test_offsets_stay_exact_after_letters_that_fold_into_two():
    """« œ » is folded into two letters, and what follows is still found where it stands."""
    assert _found("coeur", "Œuvrer au cœur … du cœur.") == ["cœur", "cœur"]
    assert _found("du coeur", "Œuvrer au cœur … du cœur.") == ["du cœur"]


def test_an_expression_is_found_over_a_line_end():
    """Words one after the other are found as an expression, in one line or on two."""
    assert _found("marque de", "La marque de pays\n• une marque\nde pays") == ["marque de", "marque\nde"]


def test_words_apart_are_found_in_the_blocks_that_have_them_all():
    """Where an expression stands nowhere, its words are shown in the passages that have them all."""
    document = _document("Le miel du pays vient de la ruche.", "Le miel seul.")
    found = find_words(document, "ruche miel")
    assert not found.whole
    assert [document.text[span.start : span.end] for span in found.spans] == ["miel", "ruche"]


def test_one_letter_or_none_finds_nothing():
    """A letter stands everywhere: nothing is searched for less than two."""
    assert _found("", "a b") == _found("a", "a b") == _found("  ", "a b") == []
    assert _found("zz", "a b") == []


@given(st.text(max_size=60), st.text(max_size=6))
def test_every_match_is_what_was_typed(text, words):
    """Whatever the text, each match has the words, and matches stand in order, none over another."""
    document = _document(text or "x")
    found = find_words(document, words)
    if found.whole:  # « ﬁ » is one letter to mark, and two to find
        for span in found.spans:
            assert "".join(fold(words).split()) in "".join(fold(document.text[span.start : span.end]).split())
    assert all(first.end <= second.start for first, second in pairwise(found.spans))


def test_next_and_previous_go_round():
    """Past the last match comes the first, before the first the last."""
    matches = Matches((Span(5, 7), Span(10, 12), Span(20, 22)))
    assert [matches.next(0), matches.next(5), matches.next(5, after=True), matches.next(21)] == [0, 0, 1, 0]
    assert [matches.previous(20), matches.previous(5), matches.previous(99)] == [1, 2, 2]
    assert [matches.number(10), matches.number(11), matches.number(0)] == [1, None, None]
