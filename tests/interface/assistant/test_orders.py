from dataclasses import replace
from types import SimpleNamespace

import pytest

from answer.live import Live
from interface.assistant.exchange import Exchange, settle
from interface.assistant.feedback import Feedback
from interface.assistant.orders import NO_FEEDBACK, UNKNOWN, obey


@pytest.fixture
def said(live):
    return (settle(Exchange(1, "Combien d’adhérents ?"), (), live), Exchange(2, "panne", fault="Erreur."))


@pytest.fixture
def store(tmp_path):
    return Feedback(tmp_path / "avis.sqlite")


def changed(document):
    desk = SimpleNamespace(index=SimpleNamespace(documents={document.id: document} if document else {}))
    live = Live(lambda _: desk, lambda: "g")
    live.start()
    live.settled.wait(10)
    return live


def test_an_answer_is_checked_against_the_index(said, live, document):
    """Every quote is held against the document of the index: its offsets, its hash, and whether it is equal."""
    done = obey("verify 1", said, live, None)
    (check,) = done.said[0].after.checks
    start = document.text.index("340 adhérents")
    assert (check.stands, check.start, check.end, check.sha256) == (True, start, start + 13, document.sha256)
    assert done.words == "Réponse 1 vérifiée\u00a0: 1 exacte sur 1."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda text: text + "Après.", "mais pas ce passage"),
        (lambda text: "Avant. " + text, "s’y est déplacée"),
        (lambda text: text.replace("340", "341"), "ne dit plus cela"),
        (None, "n’est plus dans l’index"),
    ],
)
def test_a_changed_document_is_said(said, document, text, words):
    """What became of a quote since the answer is told in words."""
    after = replace(document, text=text(document.text)) if text else None
    (check,) = obey("verify 1", said, changed(after), None).said[0].after.checks
    assert not check.stands
    assert words in check.words


def test_an_opinion_and_its_remark_are_kept(said, live, store):
    """A verdict is kept and shown; a remark goes with the verdict that was given."""
    done = obey("judge 1 inexact", said, live, store)
    assert (done.said[0].after.verdict, done.judged) == ("inexact", done.said[0])
    obey("remark 1 il manque\nun mot", done.said, live, store)
    assert [(each.verdict, each.comment) for each in store.all()] == [("inexact", "il manque\nun mot")]


@pytest.mark.parametrize(
    "order", ["", "judge", "judge 1 perfect", "judge 2 useful", "judge 9 useful", "verify 1e9", "drop 1", "remark 1 x"]
)
def test_a_forged_order_changes_nothing(said, live, store, order):
    """What is not an order on an answer of this conversation is refused in words."""
    done = obey(order, said, live, store)
    assert (done.said, done.words, store.all()) == (said, UNKNOWN, ())


def test_without_a_file_of_opinions_it_is_said(said, live):
    """Tresse may be served without keeping opinions."""
    assert obey("judge 1 useful", said, live, None).words == NO_FEEDBACK
