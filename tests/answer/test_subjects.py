import pytest

from answer.conversation import Turn, leans_on
from answer.subjects import Subjects, interleave

TWO = (
    ("fiche-1", "paragraph", ("La Ruche",), None, "On dit que la Ruche réunit des couturiers. La couture rend."),
    ("fiche-1", "paragraph", ("La Ruche",), None, "Le budget de la Ruche est de 12 euros."),
    ("fiche-2", "paragraph", ("Le Verger",), None, "On dit que le Verger produit des pommes en Ardèche. Les pommes vont bien."),
    ("fiche-2", "paragraph", ("Le Verger",), None, "Le budget du Verger est de 3 439 euros."),
)


@pytest.fixture
def two(make_document, make_index):
    return make_index(make_document("deux", TWO))


@pytest.fixture
def subjects(two):
    return Subjects(two.knowledge.subjects)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("Quel budget ont la Ruche et le Verger ?", ("deux#fiche-1", "deux#fiche-2")),
        ("ruche ou verger ?", ("deux#fiche-1", "deux#fiche-2")),
        ("Quel est le budget de la Ruche ?", ("deux#fiche-1",)),
        ("Quel budget ?", ()),
        ("L’Ardèche et la Ruche", ("deux#fiche-1",)),
        ("", ()),
    ],
)
def test_a_query_names_parts_by_the_names_of_their_headings(subjects, query, named):
    """A name in a part's headings names it, if most of its passages are there; one that only stands in its text does not."""
    assert subjects.named(query) == named


def test_a_side_is_asked_without_the_names_of_the_others(subjects):
    """What is asked of one part does not speak of the others."""
    query = "Quel budget ont la Ruche et le Verger ?"
    assert subjects.only(query, ("deux#fiche-1", "deux#fiche-2"), "deux#fiche-2") == "Quel budget ont la et le Verger ?"


def test_two_parts_are_searched_and_answered_one_by_one(two, make_assistant):
    """A question that names two parts quotes each; with a scope chosen by the reader it is asked there alone."""
    assistant = make_assistant(two)
    answer = assistant.ask("Quel est le budget de la Ruche et celui du Verger ?")
    assert [citation.place.part for citation in answer.citations] == ["fiche-1", "fiche-2"]
    assert [citation.quote for citation in answer.citations] == [
        "Le budget de la Ruche est de 12 euros.",
        "Le budget du Verger est de 3 439 euros.",
    ]
    assert [hit.passage.scope for hit in answer.hits[:4]] == ["deux#fiche-1", "deux#fiche-2"] * 2
    alone = assistant.ask("Quel est le budget de la Ruche et celui du Verger ?", within=("deux#fiche-1",))
    assert {citation.place.part for citation in alone.citations} == {"fiche-1"}


def test_lists_are_interleaved():
    """The first of each list comes before the second of any; a short list leaves its place."""
    assert interleave([("a", "b", "c"), ("d",), ("e", "f")]) == ("a", "d", "e", "b", "f", "c")
    assert interleave([]) == ()


HISTORY = [Turn("user", "C’est quoi la Ruche ?"), Turn("assistant", "Une coopérative de couturiers.")]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Pourquoi l’ont-ils montée ?", "C’est quoi la Ruche ?\nUne coopérative de couturiers."),
        ("et combien de salariés ?", "C’est quoi la Ruche ?\nUne coopérative de couturiers."),
        ("Quel est le budget du Verger ?", ""),
        ("les couturiers, genre qui ?", "C’est quoi la Ruche ?\nUne coopérative de couturiers."),
        ("les abeilles, genre qui ?", ""),
        ("non, je parlais du Verger", ""),
    ],
)
def test_what_was_just_said_counts_for_a_question_that_leans_on_it(question, said):
    """The last exchange draws the search, unless the question stands by itself or corrects it."""
    assert leans_on(question, HISTORY, names=frozenset({"ruche", "verger"})) == said


def test_what_was_just_said_reaches_the_search(index, assistant):
    """The assistant hands the last exchange to the search of a question that leans on it."""
    assistant.ask("et combien de salariés ?", HISTORY)
    assert index.asked[-1][2] == "C’est quoi la Ruche ?\nUne coopérative de couturiers."
    assistant.ask("Combien de salariés emploie le Verger ?", HISTORY)
    assert index.asked[-1][2] == ""
