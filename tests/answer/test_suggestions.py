from types import SimpleNamespace

import pytest

from answer.suggestions import Suggester
from index.units import Unit

QUESTIONS = {
    (0, 0): ("Qu’est-ce que la Ruche des couturiers ?", "ruche coopérative"),
    (0, 1): ("42 adhérents", "How many members does the Ruche have?", "Combien d’adhérents compte la Ruche ?"),
    (1, 1): ("À quoi sert de coudre pour la Ruche ?",),
    (3, 1): ("Que devient le Verger de la commune ?",),
}


@pytest.fixture
def units(index):
    return [
        tuple(Unit(number, span, QUESTIONS.get((number, span), ())) for span in range(len(passage.spans)))
        for number, passage in enumerate(index.passages)
    ]


@pytest.fixture
def make_suggester(index, assistant):
    """Make a suggester whose units are given, by passage; the passages of a section are those of its headings."""

    def make(units):
        def section(document, start):
            here = next(each for each in index.passages if each.document == document and each.start <= start < each.end)
            near = [number for number, each in enumerate(index.passages) if each.section == here.section]
            return range(near[0], near[-1] + 1)

        searched = SimpleNamespace(passages=index.passages, units=units, section=section, search=index.search)
        return Suggester(assistant, searched)

    return make


@pytest.fixture
def suggester(make_suggester, units):
    return make_suggester(units)


def test_what_stands_next_to_a_quote_is_proposed(assistant, suggester):
    """A whole French question of the same section, on a sentence that was not quoted, and that is answered from it."""
    answer = assistant.ask("Qu’est-ce que la Ruche des couturiers ?")
    assert [citation.quote for citation in answer.citations] == ["La Ruche est une coopérative de couturiers."]
    assert suggester.after(answer) == ("Combien d’adhérents compte la Ruche ?",)


def test_what_was_told_before_is_not_proposed(assistant, suggester):
    """Nothing is proposed on a sentence that an earlier answer quoted."""
    before = assistant.ask("Combien d’adhérents compte la Ruche ?")
    assert suggester.after(assistant.ask("Qu’est-ce que la Ruche des couturiers ?"), [before]) == ()


def test_a_question_that_is_not_answered_from_its_sentence_is_not_proposed(make_suggester, assistant, units):
    """A question whose own sentence is not quoted for it stays unseen."""
    units[0] = (units[0][0], Unit(0, 1, ("Quel temps fera-t-il demain matin ?",)))
    suggester = make_suggester(units)
    assert suggester.after(assistant.ask("Qu’est-ce que la Ruche des couturiers ?")) == ()


def test_nothing_quoted_nothing_proposed(assistant, suggester):
    """Small talk proposes nothing."""
    assert suggester.after(assistant.ask("Bonjour")) == ()
