import pytest

from answer.quotes import find
from eval.falsify import FALSIFICATIONS, accepted_by_overlap, change_number, drop_words, negate, swap_name, try_falsified
from ingest.passages import split


@pytest.mark.parametrize(
    ("falsify", "sentence", "false"),
    [
        (change_number, "Elle réunit 42 adhérents depuis 1998.", "Elle réunit 43 adhérents depuis 1998."),
        (negate, "Il n’emploie pas de salarié.", "Il emploie de salarié."),
        (negate, "La Ruche est ouverte.", "La Ruche ne est pas ouverte."),
        (swap_name, "Elle est née à Privas.", "Elle est née à Montreuil."),
        (swap_name, "Elle est née à Montreuil.", "Elle est née à Quimper."),
        (drop_words, "Un deux trois quatre cinq six sept huit", "Un deux trois six sept huit"),
    ],
)
def test_falsifications(falsify, sentence, false):
    """Each falsification changes one thing that matters."""
    assert falsify(sentence) == false


@pytest.mark.parametrize("falsify", FALSIFICATIONS.values())
def test_nothing_to_falsify(falsify):
    """A sentence without what a falsification changes stays as it is."""
    assert falsify("rien ici") == "rien ici"


def test_ours_accepts_none(documents):
    """The verifier refuses every falsified sentence, where a fuzzy match of 35 % takes some for true."""
    passages = [passage for document in documents.values() for passage in split(document)]
    trials = try_falsified(passages, documents, most=20)
    assert [trial.kind for trial in trials] == list(FALSIFICATIONS)
    assert all(trial.made > 0 for trial in trials)
    assert sum(trial.accepted for trial in trials) == 0
    assert sum(trial.accepted_by_overlap for trial in trials) > 0


def test_real_booklet(booklet, booklet_passages):
    """On the real booklet, sixty falsified sentences of each kind, none accepted; every true one is."""
    documents = {booklet.id: booklet}
    trials = try_falsified(booklet_passages, documents, most=60)
    assert sum(trial.accepted for trial in trials) == 0
    assert [trial.made for trial in trials] == [60] * 4
    true = [booklet.text[span.start : span.end] for passage in booklet_passages for span in passage.spans]
    assert all(find(sentence, booklet) is not None for sentence in true)


def test_overlap():
    """A quote is taken by overlap from 35 % of its length in one stretch on."""
    assert accepted_by_overlap("abcdefg---", "xxabcdefgxx")
    assert accepted_by_overlap("abcd------", "xxabcdxx")
    assert not accepted_by_overlap("abc-------", "xxabcxx")


def test_most_spreads(booklet, booklet_passages):
    """A limit keeps that many trials of each kind."""
    assert {trial.made for trial in try_falsified(booklet_passages, {booklet.id: booklet}, most=3)} == {3}
