import pytest

from answer.asked import understand
from answer.nearness import closest, spelled
from index.units import Unit

UNIT = Unit(0, 0, ("Combien d’adhérents compte la Ruche ?", "Où coud-on ?"))


def test_the_nearest_question_counts(known):
    """The same words, whatever their order, are 1; no common word is 0; more words on either side are less."""
    assert closest(understand("la Ruche compte combien d’adhérents", known), UNIT, known) == pytest.approx(1)
    assert closest(understand("météo demain", known), UNIT, known) == 0.0
    assert 0 < closest(understand("Combien d’adhérents compte la Ruche de Privas ?", known), UNIT, known) < 1


def test_letters_are_compared_whatever_the_order_of_the_words(known):
    """The words of an expansion question in another order are 1, a slip costs little, and a unit without questions gives 0."""
    assert spelled(understand("la Ruche compte combien d’adhérents ?", known), UNIT) > 0.9
    assert spelled(understand("combien d’adherent compte la ruhce ?", known), UNIT) > 0.8
    assert spelled(understand("météo demain", known), UNIT) < 0.5
    assert spelled(understand("Où coud-on ?", known), Unit(0, 0)) == 0.0
