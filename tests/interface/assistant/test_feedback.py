import sqlite3
from dataclasses import replace

import pytest

from errors import TresseError
from index.rot import find_rot
from interface.assistant.exchange import After, Exchange
from interface.assistant.feedback import COMMENT_LIMIT, Feedback, Opinion, opinion_of


@pytest.fixture
def exchange(answering, cite, document):
    answer = answering("« Fin. » [1]", cite("Fin."), question="Où est la fin ?")
    return Exchange(1, "et la fin ?", answer=answer, cited={document.id: document}, after=After("clef"))


@pytest.fixture
def store(tmp_path):
    return Feedback(tmp_path / "dossier" / "avis.sqlite")


def test_an_opinion_keeps_what_it_is_of(exchange, store, document):
    """The question, the stand-alone query, the status, and each citation with its document, hash, offsets and quote."""
    store.add(replace(opinion_of(exchange, "useful", " merci "), time="2026-11-25T09:00Z"))
    start = document.text.index("Fin.")
    citation = {
        "document": "livret", "part": "fiche-1", "sha256": document.sha256, "start": start, "end": start + 4, "quote": "Fin.",
    }  # fmt: skip
    expected = Opinion(
        "clef", "useful", "merci", "et la fin ?", "Où est la fin ?", "answered", (citation,), "2026-11-25T09:00Z"
    )
    assert store.all() == (expected,)


def test_the_last_word_counts(exchange, store):
    """Two clicks make one row, with the last verdict; a remark stays when only the verdict changes."""
    for verdict, remark in (("useful", ""), ("inexact", "il manque un mot"), ("offtopic", "")):
        store.add(opinion_of(exchange, verdict, remark))
    assert [(each.verdict, each.comment) for each in store.all()] == [("offtopic", "il manque un mot")]


def test_nothing_of_the_visitor_is_kept(exchange, store):
    """No column could hold who gave an opinion, and its time is kept to the minute."""
    store.add(opinion_of(exchange, "useful", "x" * 5000))
    with sqlite3.connect(store.path) as opened:
        columns = {row[1] for row in opened.execute("PRAGMA table_info(opinions)")}
    assert columns == {"key", "time", "verdict", "comment", "question", "query", "status", "citations"}
    (opinion,) = store.all()
    assert len(opinion.time) == len("2026-11-25T09:00Z")
    assert len(opinion.comment) == COMMENT_LIMIT


def test_where_nothing_can_be_kept_it_is_said(exchange, tmp_path):
    """A folder that cannot be made, a file that is not ours: a sentence with the cure."""
    (tmp_path / "fichier").write_text("x")
    with pytest.raises(TresseError, match="Votre avis n’a pas pu être gardé"):
        Feedback(tmp_path / "fichier" / "avis.sqlite").add(opinion_of(exchange, "useful"))
    (tmp_path / "avis.sqlite").write_text("ceci n’est pas une base " * 100)
    with pytest.raises(TresseError, match="n’est pas un fichier d’avis"):
        Feedback(tmp_path / "avis.sqlite").all()
    assert Feedback(tmp_path / "absent.sqlite").all() == ()


def test_citations_that_no_longer_stand_are_reported(exchange, store, document):
    """`index verify` says which opinions cite what the documents no longer say."""
    store.add(opinion_of(exchange, "useful"))
    assert list(find_rot(store.path, {document.id: document})) == []
    (fault,) = find_rot(store.path, {document.id: replace(document, text=document.text.replace("Fin.", "Suite."))})
    assert fault.startswith("avis.sqlite, avis 1\u00a0: la citation «\u00a0Fin.\u00a0» ne figure plus")
