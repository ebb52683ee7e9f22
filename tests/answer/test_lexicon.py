import pytest
from answer.lexicon import Lexicon, named_in, numbers_in

from answer.weights import read_weights


def test_a_term_weighs_by_its_rarity():
    """A term of every passage tells nothing, one of a single passage or of none tells most."""
    lexicon = Lexicon({"partout": 4, "rare": 1, "moitie": 2}, 4, frozenset())
    assert [lexicon.weight(term) for term in ("partout", "moitie", "rare", "inconnu")] == [0.0, 0.5, 1.0, 1.0]
    assert lexicon.share(("moitie", "rare"), {"moitie"}) == 0.5 / 1.5
    assert lexicon.share((), {"rare"}) == 1.0


def test_a_mistyped_word_is_read_as_its_neighbour(known):
    """One slip is forgiven in a word of five letters or more; a short or far word stays unknown."""
    assert "coopr" not in known.frequencies
    assert known.reading("adherant") == "adherent"
    assert known.reading("ruch") == "ruch"
    assert known.reading("xyzt") == "xyzt"
    assert known.reading("aeroport") == "aeroport"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Qui dirige Coodem à Laval ?", ("Coodem", "Laval")),
        ("qui dirige coodem", ("coodem",)),
        ("QUI DIRIGE VALORE", ()),
        ("Combien ?", ()),
        ("qu’est-ce que l’ESS", ("ESS",)),
    ],
)
def test_names_of_a_question(question, found):
    """Capitals tell names, known names need none, and a shouted question tells nothing."""
    assert found == named_in(question, {"coodem"})


def test_numbers_are_read_as_written_in_french():
    """Thousands are joined and decimals kept."""
    assert numbers_in("3 439 euros, 57,5 % en 2012") == ["3439", "57,5", "2012"]


def test_weights_say_where_they_come_from():
    """Every weight file carries its provenance, and the status thresholds are in order."""
    weights = read_weights(expanded=True)
    assert weights.provenance
    assert 0 < weights.status["related"] < weights.status["answered"] < 1
