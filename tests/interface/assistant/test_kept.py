import pytest

from interface.assistant.exchange import Exchange, settle_all
from interface.assistant.kept import KEPT, keep, read_kept


def test_a_conversation_is_asked_again(live, assistant):
    """What the browser keeps is the questions and their scopes; asked again they make the same conversation."""
    told = settle_all([("Un ?", ()), ("Deux ?", ("livret#fiche-1",))], live)
    assert keep((*told, Exchange(3, "panne", fault="Erreur."))) == [["Un ?", []], ["Deux ?", ["livret#fiche-1"]]]
    again = settle_all(read_kept(keep(told)), live)
    assert [each.question for each in again] == ["Un ?", "Deux ?"]
    assert [each.answer.text for each in again] == [each.answer.text for each in told]
    assert assistant.asked[-1][2] == ("livret#fiche-1",)


@pytest.mark.parametrize(
    "forged", [None, "x", {"a": 1}, [1], [["", []]], [["  ", []]], [["a" * 501, []]], [["a", "b"]], [["a"]], [[None, []]]]
)
def test_what_is_no_question_is_left_out(forged):
    """What comes back from a browser may be anything."""
    assert read_kept(forged) == []


def test_few_questions_are_kept(answering):
    """A browser gives back a bounded number of questions, whatever it was made to hold."""
    assert len(read_kept([["Un ?", []]] * 1000)) == KEPT
    assert len(keep([Exchange(number, "Un ?", answer=answering("Oui.")) for number in range(100)])) == KEPT
    assert read_kept([["Un ?", ["livret", 3, None]]]) == [("Un ?", ("livret",))]
