from answer.entry import QUESTION_LIMIT
from interface.assistant_page import EVERYWHERE, NOTHING_ASKED, question_fault, scope_label, welcome


def test_a_blank_question_is_refused_in_words():
    """Nothing, spaces and line ends are not a question."""
    for text in ("", "   ", "\n\t\u00a0"):
        assert question_fault(text) == NOTHING_ASKED


def test_a_long_question_is_refused_with_the_limit():
    """The sentence says how long the question is and how long it may be."""
    assert question_fault("a" * QUESTION_LIMIT) == ""
    fault = question_fault("a" * 100_000)
    assert "100000 caractères" in fault
    assert str(QUESTION_LIMIT) in fault


def test_the_closed_filter_says_where_it_searches():
    """Everything when nothing is chosen, else how many parts."""
    assert scope_label([]) == EVERYWHERE
    assert scope_label(["livret#fiche-1"]) == "Chercher dans 1 partie"
    assert scope_label(["livret#fiche-1", "livret#fiche-2"]) == "Chercher dans 2 parties"


def test_the_welcome_names_the_documents(document, other_document):
    """A visitor sees what can be asked about before asking."""
    html = welcome({"a": document, "b": other_document})
    assert "<li>Le livret</li><li>L’autre texte</li>" in html
