from types import SimpleNamespace

import numpy as np
import pytest

from answer.suggestions import Suggester
from index.units import Unit

QUESTIONS = {
    (0, 0): ("Qu’est-ce que la Ruche au juste ?", "ruche coopérative"),
    (0, 1): ("42 adhérents", "How many members does the Ruche have?", "Combien d’adhérents compte la Ruche ?"),
    (1, 1): ("À quoi sert de coudre pour la Ruche ?",),
    (3, 1): ("Que devient le Verger de la commune ?",),
}


@pytest.fixture
def units(index):
    return [
        Unit(number, span, QUESTIONS.get((number, span), ()))
        for number, passage in enumerate(index.passages)
        for span in range(len(passage.spans))
    ]


@pytest.fixture
def make_suggester(index, assistant):
    """Make a suggester whose units are given; the passages of a section are those of its headings."""

    def make(units):
        def around(document, start):
            here = next(each for each in index.passages if each.document == document and each.start <= start < each.end)
            near = [each.place.headings[:2] == here.place.headings[:2] for each in index.passages]
            return np.array([number for number, unit in enumerate(units) if near[unit.passage]])

        return Suggester(assistant, SimpleNamespace(passages=index.passages, units=units, around=around))

    return make


@pytest.fixture
def suggester(make_suggester, units):
    return make_suggester(units)


def test_what_stands_next_to_a_quote_is_proposed(assistant, suggester):
    """A whole French question of the same section, on a sentence that was not quoted, and that is answered from it."""
    answer = assistant.ask("Qu’est-ce que la Ruche au juste ?")
    assert [citation.quote for citation in answer.citations] == ["La Ruche est une coopérative de couturiers."]
    assert suggester.after(answer) == ("Combien d’adhérents compte la Ruche ?",)


def test_what_was_told_before_is_not_proposed(assistant, suggester):
    """Nothing is proposed on a sentence that an earlier answer quoted."""
    before = assistant.ask("Combien d’adhérents compte la Ruche ?")
    assert suggester.after(assistant.ask("Qu’est-ce que la Ruche au juste ?"), [before]) == ()


def test_a_question_that_is_not_answered_from_its_sentence_is_not_proposed(make_suggester, assistant, units):
    """A question whose own sentence is not quoted for it stays unseen."""
    wrong = [
        Unit(u.passage, u.span, ("Quel temps fera-t-il demain matin ?",) if (u.passage, u.span) == (0, 1) else u.questions)
        for u in units
    ]
    suggester = make_suggester(wrong)
    assert suggester.after(assistant.ask("Qu’est-ce que la Ruche au juste ?")) == ()


def test_nothing_quoted_nothing_proposed(assistant, suggester):
    """Small talk proposes nothing."""
    assert suggester.after(assistant.ask("Bonjour")) == ()
