from answer.conversation import Turn
from interface.assistant.exchange import UNEXPECTED, Exchange, settle, turns


def test_an_answer_settles_an_exchange(live, assistant, document):
    """The assistant is asked the question after what was said before, in the parts chosen."""
    before = (settle(Exchange(1, "Un ?"), (), live),)
    told = settle(Exchange(2, "Deux ?", ("livret#fiche-1",)), before, live)
    history = (Turn("user", "Un ?"), Turn("assistant", "« Il mutualise. » [1]"))
    assert ("Deux ?", history, ("livret#fiche-1",)) == assistant.asked[-1]
    assert told.answer.text == "« Il mutualise. » [1]"
    assert told.fault is None
    assert (told.cited, told.several) == ({document.id: document}, False)


def test_a_known_fault_is_told_in_its_own_words(live):
    """The sentence of a TresseError is what the visitor reads."""
    assert settle(Exchange(1, "absent"), (), live).fault == "Le modèle est absent ; installez-le."


def test_a_bug_is_told_without_its_details(live, caplog):
    """Any other error is logged for whoever runs the server and told to the visitor in one general sentence."""
    assert settle(Exchange(1, "panne"), (), live).fault == UNEXPECTED
    assert "rupture" in caplog.text


def test_a_fault_is_not_part_of_the_conversation(answering):
    """A question that met a fault leaves no trace in what the next question is understood from."""
    exchanges = (Exchange(1, "panne", fault="Erreur."), Exchange(2, "Deux ?", answer=answering("Oui.")))
    assert [Turn("user", "Deux ?"), Turn("assistant", "Oui.")] == turns(exchanges)
