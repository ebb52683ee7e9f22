from answer.entry import QUESTION_LIMIT
from interface.assistant.handlers import EVERYWHERE, NOTHING_ASKED, question_fault, scope_choices, scope_label
from interface.assistant.told import TITLES_SHOWN, welcome


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


def test_the_welcome_names_the_documents(assistant, document, other_document, make_live):
    """A visitor sees what can be asked about before asking; of many documents a few, and how many there are."""
    contents = make_live(assistant, document, other_document).current().index.contents
    assert "<li>Le livret</li><li>L’autre texte</li></ul>" in welcome(contents)
    many = {str(number): contents["livret"] for number in range(TITLES_SHOWN + 3)}
    assert welcome(many).count("<li>") == TITLES_SHOWN + 1
    assert "<li>et 3 autres</li>" in welcome(many)


def test_a_search_is_restricted_to_parts_of_one_document_or_to_whole_ones(assistant, document, other_document, make_live):
    """The fiches of a booklet are told apart; with several documents, the documents."""
    alone = scope_choices(make_live(assistant, document).current().index.contents)
    assert alone == [("Fiche 1 – Les réseaux", "livret#fiche-1"), ("Fiche 2 – Les marques", "livret#fiche-2")]
    several = scope_choices(make_live(assistant, document, other_document).current().index.contents)
    assert several == [("Le livret", "livret"), ("L’autre texte", "autre")]
