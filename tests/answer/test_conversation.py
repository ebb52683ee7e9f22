import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.conversation import Turn, standalone
from answer.reference import read
from index.analysis import terms

NAMES = frozenset({"ruche", "verger", "scic", "cae", "ge", "leroy"})


def asked(question, *before):
    return standalone(question, [Turn("user", each) for each in before], names=NAMES)


@pytest.mark.parametrize(
    ("question", "before", "wanted", "unwanted"),
    [
        ("Et combien de salariés ?", ["Combien d’adhérents compte la Ruche ?"], "combien de salariés Ruche", "adhérents"),
        ("Qui l’a créée ?", ["C’est quoi la Ruche ?"], "qui créée Ruche", ""),
        ("où ?", ["Quand est née la Ruche ?"], "née Ruche", ""),
        (
            "et pour les CAE ?",
            ["Quels sont les avantages d’un groupement d’employeurs ?"],
            "avantages CAE",
            "groupement employeurs",
        ),
        ("et un GE ?", ["Qu’est-ce qu’une CAE ?"], "GE", "CAE"),
        ("et la Ruche ?", ["Quel est le budget du Verger ?"], "budget Ruche", "Verger"),
        ("Quelles sont ses missions ?", ["Quel est le budget de la Ruche ?"], "missions Ruche", "budget"),
        ("non, je parlais du Verger", ["Quel est le budget de la Ruche ?"], "budget Verger", "Ruche"),
        ("Et en zone rurale ?", ["Comment marche une CAE ?"], "marche CAE zone rurale", ""),
        ("Combien d’adhérents a-t-elle ?", ["Qui dirige la Ruche ?"], "adhérents Ruche", "dirige"),
        ("un exemple ?", ["Qu’est-ce qu’une CAE ?"], "exemple CAE", ""),
        ("quelle différence avec un GE ?", ["Qu’est-ce qu’une CAE ?"], "différence GE CAE", ""),
        (
            "combien de salariés ?",
            ["Quel est le budget de la Ruche ?", "où ?", "merci", "qui la dirige ?"],
            "salariés Ruche",
            "budget",
        ),
        ("et quand ?", ["Comment est née la Ruche ?", "et le Verger ?"], "née Verger", "Ruche"),
        ("and how much does it cost?", ["How do I start a CAE?"], "cost CAE", "start"),
        ("COMBIEN DE COMMUNES ?", ["Qui dirige la Ruche ?"], "communes Ruche", ""),
        ("en quelle année ?", ["Qui a créé la Ruche ?"], "année créé Ruche", ""),
        ("et concrètement ils servent à quoi ?", ["Quels réseaux rejoint la Ruche ?"], "servent Ruche", ""),
        ("et elles se déplacent aussi ?", ["Combien de couturières a la Ruche ?"], "déplacent Ruche", ""),
        ("et pourquoi ?", ["Que faut-il éviter avec une Scic ?"], "éviter Scic", "vec"),
    ],
)
def test_a_leaning_question_is_completed_from_those_before(question, before, wanted, unwanted):
    """What a question leaves out comes from the last question that stood alone; what it replaces goes."""
    query = terms(asked(question, *before))
    assert set(terms(wanted)) <= set(query)
    assert not set(terms(unwanted)) & set(query)


@pytest.mark.parametrize(
    "question",
    [
        "Quelle part du capital d’une Scic les collectivités peuvent-elles détenir ?",
        "Qu’est-ce qu’une marque de pays ?",
        "Comment devenir entrepreneur salarié",
        "scic",
        "groupement d’employeurs",
        "Comment la commune a-t-elle aidé la Ruche ?",
        "Est-ce que les entrepreneurs cotisent au chômage ?",
        "Combien d’adhérents compte le Verger ?",
    ],
)
def test_a_question_that_stands_alone_ignores_what_was_said(question):
    """A change of subject is searched as it was typed."""
    assert question == asked(question, "Quel est le budget de la Ruche ?")


def test_without_history_a_question_is_searched_as_it_is():
    """Nothing is made up when there is nothing to lean on."""
    assert asked("Qui l’a créée ?") == "Qui l’a créée ?"
    assert asked("où ?", "", "  ", "Bonjour") == "où ?"


@pytest.mark.parametrize("opening", ["Bon, autre sujet : ", "Autre question, ", "Rien à voir mais ", "Laissons ça. "])
def test_a_reader_who_says_so_changes_the_subject(opening):
    """« Autre sujet » is obeyed and not searched, whatever pronouns follow."""
    assert asked(f"{opening}il y en a combien, des vergers ?", "C’est quoi la Ruche ?") == "il y en a combien, des vergers ?"


def test_only_the_user_is_quoted():
    """What the assistant said does not enter the query."""
    history = [Turn("user", "Qui dirige la Ruche ?"), Turn("assistant", "Le Verger est en Ardèche")]
    assert set(terms("où Ruche dirige")) == set(terms(standalone("où ?", history, names=NAMES)))


def test_a_long_conversation_is_read_from_its_last_questions():
    """A hundred turns and a pasted page cost nothing and hide nothing."""
    history = [Turn("user", "Quel est le budget du Verger ?"), Turn("assistant", "x" * 100_000)] * 50
    history.append(Turn("user", "Qui dirige la Ruche ? " + "bla " * 50_000))
    assert "ruch" in terms(standalone("et combien de salariés ?", history, names=NAMES))


@given(
    st.text(max_size=80),
    st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=60)), max_size=6),
)
def test_any_conversation_gives_a_query(question, history):
    """No text breaks the reading, and a question with a word to search for keeps it."""
    query = standalone(question, history, names=NAMES)
    assert isinstance(query, str)
    if read(question.strip(), NAMES).lean == "none" and terms(question):
        assert terms(query)
