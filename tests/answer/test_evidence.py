from dataclasses import replace
from itertools import pairwise

import pytest
from answer.asked import understand

from answer.evidence import choose, features
from answer.weights import read_weights


@pytest.fixture
def chosen(weights):
    """Return what is chosen for a question, under the weights of these tests."""

    def choose_for(index, known, question, **options):
        return choose(understand(question, known), index.search(question, **options), lexicon=known, weights=weights)

    return choose_for


def test_a_number_asked_for_is_the_number_of_that_thing(chosen, index, known):
    """« Combien d’adhérents » is answered by the sentence that counts them."""
    [best, *_] = chosen(index, known, "Combien d’adhérents réunit la Ruche ?")
    assert best.text.endswith("Elle réunit 42 adhérents en Ardèche.")


def test_a_sentence_that_points_back_brings_the_one_before(chosen, index, known):
    """« Elle réunit... » means nothing without the sentence that says who."""
    [best, *_] = chosen(index, known, "Combien d’adhérents ?")
    assert best.text == "La Ruche est une coopérative de couturiers. Elle réunit 42 adhérents en Ardèche."


def test_a_list_question_gets_the_whole_list(chosen, index, known):
    """From the sentence that introduces the list to its last item, in one piece."""
    [best, *others] = chosen(index, known, "Quelles sont les missions de la Ruche ?")
    assert (best.text, best.form) == ("La Ruche a trois missions :\n• Coudre ;\n• Former ;\n• Vendre.", "list")
    assert all(other.hit is not best.hit for other in others)


def test_a_definition_says_what_the_thing_is(chosen, index, known):
    """The sentence that names the thing before it says what it is defines it."""
    [best, *_] = chosen(index, known, "Qu’est-ce qu’une Ruche ?")
    assert best.form == "definition"
    assert best.text.startswith("La Ruche est une coopérative")


def test_a_name_of_the_question_must_be_near(chosen, index, known):
    """The budget of the Verger is not given for that of the Ruche."""
    asked = understand("Quel est le budget de la Ruche ?", known)
    hits = index.search("budget Ruche")
    verger = next(hit for hit in hits if "Verger" in hit.passage.text)
    assert max(features(asked, verger, span, known)["names"] for span in verger.spans) == 0.0
    assert all("Verger" not in each.text for each in chosen(index, known, "Quel est le budget de la Ruche ?"))


def test_evidence_is_short_exact_and_the_same_each_time(chosen, index, known, document):
    """One to three spans, each at its offsets, none of which overlap."""
    for question in ("Ruche", "Comment est née la Ruche ?", "salarié", "Combien ?"):
        found = chosen(index, known, question)
        assert 1 <= len(found) <= 3
        assert found == chosen(index, known, question)
        for each in found:
            assert document.text[each.span.start : each.span.end] == each.text
        spans = sorted((each.span.start, each.span.end) for each in found)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_no_passage_gives_no_evidence(known):
    """Nothing found, nothing chosen."""
    assert choose(understand("Ruche ?", known), (), lexicon=known, weights=read_weights(expanded=True)) == ()


def test_every_weight_of_evidence_is_that_of_a_feature(index, known):
    """A weight whose feature has another name would silently count for nothing."""
    hit = index.search("Ruche")[0]
    search = {f"{half}.{field}" for half in ("words", "vectors") for field in ("span", "questions", "terms")} | {"grams.span"}
    assert (
        set(read_weights(expanded=True).evidence)
        <= set(features(understand("Ruche ?", known), hit, hit.spans[0], known)) | search
    )


def test_who_asks_what_a_thing_is_gets_what_says_so(index, known, weights):
    """The form of a definition counts for that question, and for no other."""
    hits = index.search("Ruche")

    def first(question, worth):
        weighed = replace(weights, choice={**weights.choice, "quotes": 1, "definition": worth})
        return choose(understand(question, known), hits, lexicon=known, weights=weighed)[0].text

    assert first("C’est quoi, la Ruche ?", 9.0) == "La Ruche est une coopérative de couturiers."
    assert first("Combien d’adhérents réunit la Ruche ?", 9.0) == first("Combien d’adhérents réunit la Ruche ?", 0.0)
