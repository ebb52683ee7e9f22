import pytest
from answer.question import fold, kind_of
from hypothesis import given
from hypothesis import strategies as st

ASKED = {
    "number": ["Combien de membres ?", "cmb de salariés", "how many members", "Quelle part du capital ?", "quel est le budget"],
    "date": ["Quand est née la Ruche ?", "qd ça a commencé", "En quelle année ?", "when was it created", "depuis quand"],
    "person": ["Qui dirige la Ruche ?", "ki a créé ça", "who runs it", "Et qui la finance ?"],
    "place": ["Où est la Ruche ?", "ou se trouve la ruche", "where is it", "Dans quelle région ?", "C’est où ?"],
    "list": ["Quels sont les avantages ?", "avantages scic", "quelles missions", "liste les services"],
    "example": ["Donne un exemple", "des exemples de Scic"],
    "definition": ["Qu’est-ce qu’une CAE ?", "c koi une cae", "c'est quoi un ge", "kesako", "what is a CAE", "définition scic"],
    "yesno": [
        "Est-ce que je peux rester ?",
        "Peut-on cumuler ?",
        "je peux garder mon chomage",
        "can I join",
        "La Scic paie-t-elle ?",
    ],
    "how": ["Comment créer une Scic ?", "cmt faire", "coment ca marche"],
    "why": ["Pourquoi une marque ?", "pk une scic", "à quoi ça sert un GE", "why"],
    "compare": ["Quelle différence entre une CAE et un GE ?", "CAE vs GE", "comparer les deux"],
    "other": ["groupement d’employeurs", "budget de la Ruche", "", "???"],
}


@pytest.mark.parametrize(("kind", "question"), [(kind, each) for kind, questions in ASKED.items() for each in questions])
def test_the_kind_is_read_from_the_words_that_ask(kind, question):
    """Question words tell the kind of answer, with or without accents, in short messages and in English."""
    assert kind == kind_of(question)


@given(st.text(max_size=200))
def test_any_text_has_a_kind_and_folds_for_good(text):
    """Nothing that is typed breaks the reading; folding twice changes nothing more."""
    assert kind_of(text) in ASKED
    assert fold(text) == fold(fold(text))
