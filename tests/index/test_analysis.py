"""Tests of the French analysis."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analysis import fold, terms, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cooperatives d'activite", "coopératives d’activité"),
        ("L’ÉCONOMIE SOCIALE", "l'economie sociale"),
        ("œuvre", "oeuvre"),
        ("E.S.S.", "ESS"),
        ("la S.C.I.C", "la SCIC"),
        ("57.5 %", "57,5 %"),
        ("12 000 €", "12000 €"),
        ("12\u202f000 €", "12 000 €"),
        ("emploi", "emplois"),
        ("salarié", "salariées"),
        ("savoir-faire", "savoir faire"),
        ("Tressons¹ et", "Tressons"),
        ("ter\u00adritoire", "territoire"),
        ("jusqu’au territoire", "territoire"),
        ("lorsqu'une Scic", "scic"),
    ],
)
def test_variants_of_one_thing_share_their_terms(one: str, other: str) -> None:
    """What readers type in two ways is searched as one."""
    assert terms(one) == terms(other) != ()


def test_numbers_are_kept_as_they_are() -> None:
    """A number is a term, decimals included, and is not cut into digits."""
    assert terms("57,5 % des 340 adhérents en 2014") == ("57,5", "340", "adherent", "2014")


def test_stop_words_fall_with_or_without_accents() -> None:
    """Words that carry nothing are left out however they are typed."""
    assert terms("Est-ce que les élus peuvent-ils être là où étaient les autres ?") == ("elus",)
    assert terms("etaient etes ca deja") == terms("étaient êtes ça déjà") == ("dej",)


def test_negation_is_kept() -> None:
    """« sans » and « jamais » turn a question round: they are terms."""
    assert terms("sans salarié jamais") == ("san", "salar", "jam")


def test_lone_letters_and_signs_are_no_terms() -> None:
    """Initials, signs, emoji and blanks give nothing to search."""
    assert terms("J. H.-D. § — 🐝 \t ?") == ()


def test_summer_is_a_word() -> None:
    """« été » is searched as the season, with or without accents."""
    assert terms("en été") == terms("en ete") == ("ete",)


def test_acronyms_are_marked() -> None:
    """A short word in capitals is an acronym; the same in small letters is a word."""
    assert [token.acronym for token in tokens("ESS ess TERRITOIRE 2014")] == [True, False, False, False]


def test_acronyms_are_kept() -> None:
    """Stemming must not eat an acronym: CAE is not « ca », ESS is not « es »."""
    assert terms("une CAE, l’ESS, un GE, la Scop") == ("cae", "ess", "ge", "scop")


def test_forms_are_folded_words() -> None:
    """The form of a token is the whole word, folded, not its stem."""
    assert [(token.form, token.term) for token in tokens("Coopératives")] == [("cooperatives", "cooper")]


@given(st.text())
def test_terms_never_hold_spaces_or_capitals(text: str) -> None:
    """Terms are joined by spaces for Tantivy: one must never be cut in two or be empty."""
    for term in terms(text):
        assert term.split() == [term]
        assert term == term.lower()


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_accents_never_count(text: str) -> None:
    """A text without its accents has the terms of the text with them."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    assert terms(bare) == terms(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folding is idempotent, so that documents and questions may be folded at any step."""
    assert fold(fold(text)) == fold(text)
