import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.entry import QUESTION_LIMIT, clean, read_question
from errors import TresseError


@pytest.mark.parametrize("nothing", ["", "  \n\t", "\x00\x07", "\u202e\u2066", "\ud800", "\u200b\ufeff"])
def test_a_question_without_a_visible_character_is_refused(nothing):
    """Blank, control, direction and broken characters do not make a question."""
    with pytest.raises(TresseError, match="La question est vide"):
        read_question(nothing)


def test_a_question_may_be_as_long_as_the_limit_and_no_longer():
    """The limit is said in the refusal."""
    assert read_question("a" * QUESTION_LIMIT) == "a" * QUESTION_LIMIT
    with pytest.raises(TresseError, match=f"{QUESTION_LIMIT + 1} caractères, pour {QUESTION_LIMIT}"):
        read_question("a" * (QUESTION_LIMIT + 1))
    with pytest.raises(TresseError, match="100000"):
        read_question("a" * 100_000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("qui\x00 est\u202e là ?\n", "qui est là ?"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("une Scic 🐝 ?", "une Scic 🐝 ?"),
        ("cote\u0301", "coté"),
        ("مرحبا", "مرحبا"),
        ("où\u00a0?", "où ?"),
    ],
)
def test_what_is_seen_is_kept_and_what_is_not_seen_goes(typed, kept):
    """Letters of any script, emoji and markup are text; controls and marks of direction go."""
    assert kept == clean(typed)


@given(st.text(max_size=300))
def test_cleaning_is_done_once_and_for_all(text):
    """Cleaned text can be written as UTF-8 and is not changed by cleaning again."""
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    cleaned.encode("utf-8")
