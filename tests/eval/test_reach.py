from dataclasses import replace

from eval.reach import reach
from ingest.passages import split


def test_every_sentence_once(documents):
    """Every sentence that can be quoted is there once, in reading order, cited by nobody at first."""
    document = documents["ruche"]
    sentences = reach(document, [])
    assert [each.text for each in sentences] == [document.text[s.start : s.end] for p in split(document) for s in p.spans]
    assert {each.cited for each in sentences} == {0}


def test_cited_and_wanted(measured, documents):
    """A sentence counts the answers that cite it and names the questions whose evidence it gives."""
    by_text = {each.text: each for each in reach(documents["verger"], measured.outcomes)}
    budget = by_text["Le Verger dispose chaque année d’un budget de 3 439 euros."]
    assert budget.wanted == ("b",)
    answers = [[citation["quote"] for citation in outcome.answer["citations"]] for outcome in measured.outcomes]
    assert budget.cited == sum(budget.text in quotes for quotes in answers) > 0
    assert by_text["Il n’emploie pas de salarié permanent dans le Vercors."].wanted == ()


def test_half_a_sentence_counts(measured, documents):
    """A citation reaches a sentence from half of it on, and one answer that cites it twice counts once."""
    outcome = measured.outcomes[1]
    document = documents["verger"]
    span = split(document)[0].spans[0]
    middle = (span.start + span.end + 1) // 2
    whole = {"document": "verger", "start": span.start, "end": span.end}
    for citations, cited in (([{**whole, "end": middle}], 1), ([{**whole, "start": middle + 1}], 0), ([whole, whole], 1)):
        altered = replace(outcome, answer={**outcome.answer, "citations": citations})
        assert reach(document, [altered])[0].cited == cited
