import json

import pytest

from eval.__main__ import main
from eval.cases import read_cases
from eval.feedback import cases
from interface.assistant.feedback import Feedback, Opinion

TEXT = "Un réseau relie des acteurs. Il dure."


def opinion(key="k", verdict="useful", status="answered", query="Que fait un réseau ?", quotes=("Il dure.",), **more):
    citations = tuple({"document": "livret", "part": "fiche-1", "quote": quote} for quote in quotes)
    said = {"comment": "", "question": query, "time": "2026-11-25T09:00Z"} | more
    return Opinion(key=key, verdict=verdict, status=status, query=query, citations=citations, **said)


@pytest.fixture
def read(tmp_path):
    def reading(*opinions):
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(json.dumps(case) for case in cases(opinions)), encoding="utf-8")
        return read_cases(path, [TEXT])

    return reading


def test_a_useful_answer_gives_its_quotes_as_evidence(read):
    """Each quote is a group; the question is the stand-alone one, the visitor's own words stand in the note."""
    (case,), faults = read(opinion(quotes=("Il dure.", "Un réseau relie"), question="et lui ?", comment="très bien"))
    assert faults == ()
    assert (case.id, case.split, case.kind, case.part) == ("avis-k", "tune", "factual", "fiche-1")
    assert case.evidence == (("Il dure.",), ("Un réseau relie",))
    assert "posée ainsi\u00a0: et lui ?" in case.note
    assert "remarque\u00a0: très bien" in case.note


def test_a_useful_refusal_is_a_question_without_answer(read):
    """Whoever finds a refusal useful says that the documents do not answer."""
    (case,), _ = read(opinion(status="refused", quotes=()))
    assert (case.kind, case.evidence) == ("unanswerable-near", ())


@pytest.mark.parametrize("verdict", ["useless", "inexact", "offtopic"])
def test_what_is_wrong_waits_for_a_reader(read, verdict):
    """An opinion that says what is wrong, not what is right, gives a case that cannot be run before someone has read it."""
    found, (fault,) = read(opinion(verdict=verdict))
    assert found == ()
    assert "un groupe de «\u00a0evidence\u00a0» est vide" in fault
    (case,) = cases([opinion(verdict=verdict)])
    assert "À REVOIR\u00a0: elle citait\u00a0: Il dure." in case["note"]


def test_equal_questions_give_one_case(read):
    """Of several useful opinions on a question the last is kept; small talk gives none."""
    (case,), _ = read(opinion("un"), opinion("deux"), opinion("trois", status="smalltalk", query="Bonjour", quotes=()))
    assert case.id == "avis-deux"


def test_the_command_writes_one_case_a_line(tmp_path, monkeypatch, capsys):
    """`python -m eval from-feedback` prints the cases, and says how many are to be reviewed where it does not mix with them."""
    store = Feedback(tmp_path / "avis.sqlite")
    store.add(opinion("un"))
    store.add(opinion("deux", verdict="inexact", query="Autre ?"))
    monkeypatch.setattr("sys.argv", ["eval", "from-feedback", "--feedback", str(store.path)])
    assert main() == 0
    printed = capsys.readouterr()
    assert [json.loads(line)["id"] for line in printed.out.splitlines()] == ["avis-un", "avis-deux"]
    assert printed.err == "2 avis, 2 questions, dont 1 à revoir.\n"
