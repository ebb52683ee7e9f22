from dataclasses import replace

import pytest

from answer.conversation import Turn
from eval.outcomes import Judge, observe, variants, wholes


def test_scores_of_a_right_answer(assistant, cases):
    """An answer that cites the evidence first scores 1 on what it cites and states."""
    scores = Judge(assistant).scores(cases[0], assistant.ask(cases[0].question))
    assert scores["quotes_true"] == scores["facts"] == scores["first_citation"] == scores["recall@1"] == 1
    assert (scores["refused"], scores["not_answered"]) == (0, 0)
    assert 0 < scores["quote_share"] <= 1
    assert "declined" not in scores


def test_scores_of_unanswerable(assistant, cases):
    """What the documents do not answer is scored on being declined, small talk on being recognised."""
    judge = Judge(assistant)
    far, hello = (judge.scores(case, assistant.ask(case.question)) for case in cases[2:])
    assert far["declined"] == 1
    assert hello["smalltalk"] == 1
    assert not {"recall@1", "refused"} & (far.keys() | hello.keys())


def test_altered_quote_is_seen(assistant, cases):
    """A citation whose quote is not what stands at its offsets is no true quote."""
    answer = assistant.ask(cases[0].question)
    false = replace(answer, citations=(replace(answer.citations[0], quote="Elle réunit 43 adhérents."), *answer.citations[1:]))
    assert Judge(assistant).scores(cases[0], false)["quotes_true"] == 1 - 1 / len(answer.citations)


def test_observe_keeps_order(assistant, cases):
    """Outcomes come in the order of the cases, with what was answered."""
    outcomes = list(observe(assistant, cases))
    assert [outcome.id for outcome in outcomes] == ["a", "b", "c", "d"]
    assert [outcome.answerable for outcome in outcomes] == [True, True, False, False]
    assert outcomes[0].answer["status"] == "answered"
    assert set(outcomes[0].answer["timings_ms"]) == {"search", "answer", "total"}


def test_variants(cases):
    """Only answerable questions without history are changed, only where the change changes them and they stay askable."""
    assert [case.question for case in variants(cases, str.upper)] == [case.question.upper() for case in cases[:2]]
    assert variants(cases, str) == []
    assert variants(cases, lambda question: question * 50) == []
    followup = replace(cases[0], history=(Turn("user", "Et la Ruche ?"),))
    assert variants([followup], str.upper) == []


def test_wholes(cases):
    """A follow-up is asked whole without its history; a question without a whole stays out."""
    followup = replace(cases[0], question="Et combien ?", whole=cases[0].question, history=(Turn("user", "La Ruche ?"),))
    (whole,) = wholes([followup, *cases])
    assert (whole.question, whole.history) == (cases[0].question, ())


@pytest.mark.parametrize("part", [None, "une+deux"])
def test_right_part(assistant, cases, part):
    """The right part is scored where the case names one."""
    case = replace(cases[0], part=part)
    scores = Judge(assistant).scores(case, assistant.ask(case.question))
    assert scores.get("right_part") == (None if part is None else 0)
