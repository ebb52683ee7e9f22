import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answer.assistant import Side, evidence_of, judge
from answer.conversation import Turn
from answer.evidence.reader import PassageReading
from answer.evidence.selection import ReadHit
from answer.quotes import verify
from answer.render import as_json, as_markdown, source
from errors import TresseError
from index.search import Hit


def test_an_answer_says_who_and_where_and_quotes(assistant):
    """The part once, the person with the role, the words between French quotation marks, the mark of the source."""
    answer = assistant.ask("Qui est la seule salariée de la Ruche ?")
    assert answer.status == "answered"
    assert answer.text.splitlines() == [
        "**Titre de fiche-1**",
        "",
        "Selon Anne Leroy, directrice de la Ruche\u00a0: «\u00a0Je suis la seule salariée.\u00a0» [1]",
    ]
    assert [citation.quote for citation in answer.citations] == ["Je suis la seule salariée."]


def test_a_list_is_written_as_a_list(assistant):
    """The introducing sentence, then an item a line, all in one quote."""
    answer = assistant.ask("Quelles sont les missions de la Ruche ?")
    assert "«\u00a0La Ruche a trois missions :\n\n- Coudre ;\n- Former ;\n- Vendre.\u00a0» [1]" in answer.text


def test_an_example_is_introduced_as_one(assistant):
    """What is told of one case is not passed off as a rule."""
    assert "Exemple\u00a0: «\u00a0Son budget" in assistant.ask("Quel est le budget du Verger ?").text.replace(
        "Le Verger n’emploie pas de salarié. ", ""
    )


def test_a_turn_that_points_back_comes_with_its_question(assistant):
    """« Elle est née en 1998 » is given with what the interviewer asked."""
    text = assistant.ask("Quand est née la Ruche ?").text
    assert "À la question «\u00a0Comment est née la Ruche ?\u00a0», Anne Leroy, directrice de la Ruche, répond\u00a0:" in text


def test_what_the_documents_do_not_hold_is_refused_with_what_they_do(assistant):
    """A refusal names the subjects of the documents and a question that they answer."""
    answer = assistant.ask("météo bretonne demain")
    assert (answer.status, answer.citations) == ("refused", ())
    assert "- Titre de fiche-2" in answer.text
    assert "- Qu’est-ce qu’une Ruche ?" in answer.text


def test_small_talk_is_answered_without_a_search(assistant):
    """A greeting says what can be asked and cites nothing."""
    answer = assistant.ask("Bonjour !")
    assert (answer.status, answer.hits, answer.citations) == ("smalltalk", (), ())
    assert "« Livret ruche »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in answer.text


def test_a_follow_up_is_searched_whole(assistant):
    """The query shown is the question completed from the conversation."""
    history = [Turn("user", "Combien d’adhérents réunit la Ruche ?"), Turn("assistant", "42")]
    answer = assistant.ask("Et combien de salariés ?", history)
    assert answer.query == "combien de salariés Ruche ?"
    assert "salariée" in answer.text


@pytest.mark.parametrize("bad", ["", "   ", "\x00", "x" * 501])
def test_a_question_that_cannot_be_read_is_refused_in_french(assistant, bad):
    """The edges turn this error into their own form."""
    with pytest.raises(TresseError, match="La question est"):
        assistant.ask(bad)


def test_the_answer_does_not_depend_on_how_many_passages_are_shown(assistant):
    """`top` cuts the list of passages, not the evidence."""
    one, ten = assistant.ask("budget du Verger", top=1), assistant.ask("budget du Verger")
    assert (1, one.text) == (len(one.hits), ten.text)


def test_a_scope_is_kept(assistant):
    """Only the parts named are searched and cited."""
    answer = assistant.ask("budget salarié", within=["ruche#fiche-2"])
    assert {"fiche-2"} == {hit.passage.place.part for hit in answer.hits}


def test_a_document_altered_under_way_is_not_quoted(assistant, document):
    """When the words no longer stand, the citation and the words both go."""
    assistant.index.documents[document.id] = replace(document, text=document.text.replace("3 439", "9 999"))
    answer = assistant.ask("Quel est le budget du Verger ?")
    assert all(verify(citation, assistant.index.documents[document.id]) for citation in answer.citations)
    assert "3 439" not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    question=st.one_of(
        st.text(min_size=1, max_size=80),
        st.lists(st.sampled_from("Ruche Verger salarié où combien missions <b> 42 [1] et ?".split()), min_size=1).map(" ".join),
    ),
    history=st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=40)), max_size=3),
)
def test_whatever_is_asked_every_quote_is_true_and_numbered(assistant, document, question, history):
    """Citations are numbered from 1 in reading order, stand in the document, and are marked in the text."""
    try:
        answer = assistant.ask(question, history)
    except TresseError:
        return
    assert list(range(1, len(answer.citations) + 1)) == [citation.number for citation in answer.citations]
    for citation in answer.citations:
        assert verify(citation, document)
        assert f"[{citation.number}]" in answer.text
    assert 0 <= answer.confidence <= 1
    json.dumps(as_json(answer), allow_nan=False).encode()


def test_json_is_the_contract(assistant):
    """The object has exactly the keys of the contract, lines as pairs, an id only when given."""
    answer = as_json(assistant.ask("Qui est la seule salariée de la Ruche ?"), id="q1")
    assert list(answer) == ["id", "question", "query", "status", "confidence", "text", "citations", "passages", "timings_ms"]
    assert {
        "number": 1,
        "document": "ruche",
        "title": "Livret ruche",
        "lines": [4, 4],
        "page": None,
        "headings": ["Titre de fiche-1", "Anne Leroy", "Comment est née la Ruche ?"],
        "speaker": "Anne Leroy, directrice de la Ruche",
        "quote": "Je suis la seule salariée.",
    }.items() <= answer["citations"][0].items()
    assert set(answer["citations"][0]) - {"sha256", "start", "end"} == {
        "number",
        "document",
        "title",
        "lines",
        "page",
        "headings",
        "speaker",
        "quote",
    }
    assert list(answer["passages"][0]) == ["rank", "document", "start", "end", "lines", "headings", "text", "score"]
    assert [passage["rank"] for passage in answer["passages"]] == [1, 2, 3, 4]
    assert {"search", "answer", "total"} == set(answer["timings_ms"])
    assert "id" not in as_json(assistant.ask("Bonjour"))


def test_on_a_terminal_the_sources_follow_the_answer(assistant):
    """Each number with its document, headings, person and lines."""
    shown = as_markdown(assistant.ask("Qui est la seule salariée de la Ruche ?"))
    assert shown.endswith(
        "Sources\u00a0:\n\n1. Livret ruche — Titre de fiche-1 — Anne Leroy — Comment est née la Ruche ? — "
        "Anne Leroy, directrice de la Ruche — ligne\u00a04"
    )
    assert "Sources" not in as_markdown(assistant.ask("Bonjour"))


def test_a_person_who_is_also_a_heading_is_named_once(assistant):
    """An interview stands under the presentation of the person: the source does not repeat it."""
    [citation] = assistant.ask("Qui est la seule salariée de la Ruche ?").citations
    under = replace(citation, place=replace(citation.place, headings=("Titre", str(citation.place.speaker))))
    assert source(under).count("Anne Leroy") == 1


DECISIONS = {
    "expanded": {"bias": 0.0, "reader": 1.0, "answered": 0.6, "related": 0.3, "floor": 0.0},
    "plain": {"bias": -1.0, "reader": 0.5, "answered": 0.2, "related": 0.1, "floor": 0.3},
}
CHOICE = {"quotes": 3, "gap": 1.0, "share": 0.5, "spread": 0.3}


@pytest.fixture
def make_side(index):
    """Make a side that read the passages of the index in order, with these scores."""

    def make(*scores, expanded=True):
        read = [
            ReadHit(
                Hit(passage, 0.5, {}, expanded=expanded), 0.5, PassageReading(score, (1.0,) + (0.0,) * (len(passage.spans) - 1))
            )
            for passage, score in zip(index.passages, scores, strict=False)
        ]
        return Side("Quoi ?", tuple(read), ())

    return make


@pytest.mark.parametrize(
    ("score", "expanded", "status", "confidence"),
    [
        (2.0, True, "answered", 0.880797),  # 1 / (1 + e^-2)
        (0.0, True, "related", 0.5),
        (-2.0, True, "refused", 0.119203),
        (2.0, False, "answered", 0.5),  # 1 / (1 + e^-(-1 + 2 / 2))
        (0.0, False, "answered", 0.268941),  # enough for a document without expansions
        (-2.0, False, "related", 0.119203),
        (-4.0, False, "refused", 0.047426),
    ],
)
def test_each_kind_of_document_is_judged_on_its_own_scale(make_side, score, expanded, status, confidence):
    """The score of the best passage, by the weights and the thresholds of documents with expansions or without."""
    told = judge([make_side(score, 9.0, expanded=expanded)], DECISIONS)
    assert told == (status, pytest.approx(confidence, abs=1e-6))


def test_several_sides_are_judged_on_the_mean(make_side):
    """(0.880797 + 0.119203) / 2 is not enough; a side that read nothing is not counted."""
    good, bad, none = make_side(2.0), make_side(-2.0), make_side()
    assert judge([good, bad], DECISIONS) == ("related", pytest.approx(0.5))
    assert judge([none, good], DECISIONS) == ("answered", pytest.approx(0.880797, abs=1e-6))
    assert judge([none], DECISIONS) == judge([], DECISIONS) == ("refused", 0.0)


def test_what_nothing_knows_is_not_judged_an_answer(make_side):
    """The confidence falls just under the threshold of the kind of document."""
    assert judge([make_side(2.0)], DECISIONS, unknown=True) == ("related", pytest.approx(0.599))
    assert judge([make_side(2.0, expanded=False)], DECISIONS, unknown=True) == ("related", pytest.approx(0.199))


def test_what_the_search_finds_nowhere_near_is_refused(make_side):
    """However it reads; of several sides one that is near is enough."""
    floor = {**DECISIONS, "expanded": {**DECISIONS["expanded"], "floor": 0.51}}
    assert judge([make_side(2.0)], floor) == ("refused", pytest.approx(0.299))
    assert judge([make_side(2.0), make_side(2.0, expanded=False)], floor)[0] == "answered"


def test_of_several_sides_each_gives_one_quote(make_side):
    """One side alone gives as many as are chosen."""
    alone = evidence_of([make_side(2.0, 2.0)], CHOICE)
    whole = "La Ruche a trois missions :\n• Coudre ;\n• Former ;\n• Vendre."
    assert [each.text for each in alone] == ["La Ruche est une coopérative de couturiers.", whole]
    assert [each.text for each in evidence_of([make_side(2.0, 2.0)] * 2, CHOICE)] == [alone[0].text] * 2


def test_the_best_read_passage_comes_first(index, make_assistant):
    """The reader reads what the search finds, and its order is that of the answer, whatever is shown."""

    class Verger:
        def read(self, question, passages):
            """Find all answers in the Verger."""
            asked.append((question, len(passages)))
            return tuple(PassageReading(9.0 if "Verger" in each.text else -9.0, (1.0,) * len(each.spans)) for each in passages)

    asked = []
    assistant = make_assistant(index)
    assistant.reader = Verger()
    answer = assistant.ask("Qui est la seule salariée de la Ruche ?", top=1)
    assert [hit.passage.place.part for hit in answer.hits] == ["fiche-2"]
    assert {citation.place.part for citation in answer.citations} == {"fiche-2"}
    assert asked == [("Qui est la seule salariée de la Ruche ?", 4)]
