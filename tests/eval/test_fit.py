"""What is fitted, on data whose best weights are known."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from answer.assistant import Side
from answer.evidence.reader import PassageReading, Reader
from answer.evidence.selection import ReadHit
from answer.weights import Weights
from eval import fit as fitting
from eval.cases import Case
from eval.fit import (
    DECLINED,
    READER,
    REFUSED,
    Asked,
    Judged,
    Material,
    Ranking,
    cross_validated,
    first_rate,
    first_right,
    fit,
    fit_answers,
    fit_choice,
    fit_confidence,
    fit_ranking,
    judged,
    passage_rankings,
    reranked,
    thresholds,
)
from eval.matching import Region
from index.build import build_index
from index.fusion import SIGNALS
from index.search import Hit
from index.store import open_index
from ingest.document import Span
from ingest.passages import Passage, Place
from settings import Settings

NAMES = ("useful", "noise", "harmful")


def rankings(count: int) -> list[Ranking]:
    """Five candidates a question: the right one has more of the first signal and less of the third."""
    random = np.random.default_rng(7)
    made = []
    for _ in range(count):
        rows = random.uniform(0, 0.4, (5, 3))
        right = np.zeros(5, dtype=bool)
        right[random.integers(5)] = True
        rows[right, 0] += 0.5
        rows[right, 2] = 0.0
        made.append(Ranking(rows, right))
    return made


def test_a_useful_signal_weighs_most_and_a_harmful_one_nothing() -> None:
    """Weights are not negative, 1 in sum, and put the right candidate first."""
    made = rankings(60)
    weights = fit_ranking(made, NAMES)
    assert weights["useful"] > 0.7
    assert weights["harmful"] == 0.0
    assert sum(weights.values()) == pytest.approx(1, abs=1e-3)
    assert first_right(made, weights, NAMES).mean() == 1.0
    assert cross_validated(made, NAMES) == 1.0


def answers(near_below: int = 20) -> list[Judged]:
    """Answers whose score says how sure they are, 0.0 to 9.9; the first forty are of questions without an answer."""
    return [
        Judged("plain", 0.5, number / 10, right=number >= 60, answerable=number >= 40, near=number < near_below)
        for number in range(100)
    ]


def test_confidence_grows_with_what_speaks_for_an_answer() -> None:
    """The weight of a score that goes with right answers is positive, and confidence is a half where they begin to be right."""
    weights = fit_confidence(answers())
    assert weights["reader"] > 0 > weights["bias"]
    assert -weights["bias"] / weights["reader"] == pytest.approx(5.95, abs=0.1)


@pytest.mark.parametrize("near_below", [20, 0])
def test_enough_of_what_has_no_answer_is_declined(near_below: int) -> None:
    """Of the near-unanswerable, where there are none of all that have no answer; two questions more and it is too few."""
    judged = answers(near_below)
    confidence = np.array([answer.score / 10 for answer in judged])
    to_decline = confidence[: near_below or 40]
    found = thresholds(confidence, judged)
    assert (to_decline < found["answered"]).mean() >= DECLINED
    assert (to_decline < found["answered"] - 0.02).mean() < DECLINED
    assert found["related"] == round(found["answered"] - 0.001, 3)  # no answerable question is below


def test_few_of_the_answerable_questions_are_refused() -> None:
    """Of sixty that are less sure than those without an answer one may be refused, for two would be more than is bearable."""
    judged = [
        Judged("plain", 0.5, number / 10, right=False, answerable=number < 60, near=number >= 60) for number in range(100)
    ]
    found = thresholds(np.array([answer.score / 10 for answer in judged]), judged)
    assert pytest.approx(1.2) == REFUSED * 60
    assert found["related"] == 0.01


def test_what_the_search_finds_nowhere_near_need_not_be_declined_again() -> None:
    """The floor refuses one of fifty answerable questions; near-misses below it leave the threshold to the others."""
    judged = [Judged("plain", 0.4 + number / 100, 0.0, right=True, answerable=True, near=False) for number in range(50)]
    near = [Judged("plain", 0.3 if number < 8 else 0.6, 0.0, right=False, answerable=False, near=True) for number in range(10)]
    confidence = np.array([0.5] * 50 + [0.9] * 8 + [0.2, 0.3])
    found = thresholds(confidence, judged + near)
    assert found["floor"] == 0.4
    assert found["answered"] == 0.201  # eight of ten are below the floor, and count as declined


def passage(number: int, sentences: int = 1) -> Passage:
    """Sentences of ten characters, in a document of its own."""
    spans = tuple(Span(10 * place, 10 * place + 9) for place in range(sentences))
    return Passage(f"d{number}", 0, 10 * sentences - 1, ("Mot mot x. " * sentences)[: 10 * sentences - 1], spans, PLACE)


PLACE = Place("paragraph", "", (), None, (1, 1), None)
# what was searched, its reading, its weights: the first is right where a case has evidence
Found = tuple[float, float, tuple[float, ...]]


def asked(number: int, *found: Found, kind: str = "factual", right: int | None = 0, expanded: bool = False) -> Asked:
    """A case and what it finds: passage 100 x number + place, of which the `right` one has the evidence in its first span."""
    read = [
        ReadHit(
            Hit(passage(100 * number + place, len(spans)), searched, {}, expanded=expanded),
            searched,
            PassageReading(score, spans),
        )
        for place, (searched, score, spans) in enumerate(found)
    ]
    read.sort(key=lambda each: -each.searched)
    groups = () if right is None else ((Region(f"d{100 * number + right}", 0, 9),),)
    return Asked(Case(str(number), "tune", "Quoi ?", kind), [Side("Quoi ?", tuple(read), ())], groups)


def test_reading_again_orders_by_search_and_reading() -> None:
    """0.50 + 0.02 x 1 passes 0.52 - 0.02 x 1; with nothing for the reading the order of the search comes back."""
    case = asked(1, (0.50, 1.0, (1.0,)), (0.52, -1.0, (1.0,)))
    weighed = reranked([case], {"expanded": 0.0, "plain": 0.02})
    assert [each.hit.passage.document for each in weighed[0].sides[0].read] == ["d100", "d101"]
    assert [each.hit.score for each in weighed[0].sides[0].read] == pytest.approx([0.52, 0.50])
    again = reranked(weighed, {"expanded": 0.0, "plain": 0.0})
    assert [each.hit.passage.document for each in again[0].sides[0].read] == ["d101", "d100"]


def test_the_first_passage_counts_for_answerable_cases_only() -> None:
    """One of two is right; the one without evidence is not counted, the one that finds nothing is wrong."""
    right, wrong = asked(1, (0.5, 1.0, (1.0,))), asked(2, (0.4, 1.0, (1.0,)), (0.6, 1.0, (1.0,)))
    assert first_rate([right, wrong, asked(3, (0.5, 1.0, (1.0,)), right=None)]) == 0.5
    assert first_rate([right, asked(4)]) == 0.5


def test_the_reading_counts_as_little_as_puts_most_first() -> None:
    """0.50 + w passes 0.52 - w from beyond 0.01, the value tried next; where the search is right, nothing."""
    cases = [asked(number, (0.50, 1.0, (1.0,)), (0.52, -1.0, (1.0,))) for number in range(8)]
    cases += [asked(10 + number, (0.50, 3.0, (1.0,)), (0.4, 1.0, (1.0,)), expanded=True) for number in range(8)]
    for expanded in (False, True):
        cases += [
            asked(30 + 10 * expanded + number, (0.5, -3.0, (1.0,)), kind="unanswerable-near", right=None, expanded=expanded)
            for number in range(8)
        ]
    fitted = fit_answers(cases, Weights({"read": 6, "expanded": 9.0, "plain": 9.0, "pull": 0.1}, {}, {}, ""))
    assert fitted.rank == {"read": 6, "expanded": 0.0, "plain": min(value for value in READER if value > 0.01), "pull": 0.1}
    # Each kind is judged by itself: half of a chance lies midway between its own right and wrong scores.
    middles = {kind: -each["bias"] / each["reader"] for kind, each in fitted.confidence.items()}
    assert middles == {"plain": pytest.approx(-1.0, abs=0.1), "expanded": pytest.approx(0.0, abs=0.1)}


def test_the_choice_gives_the_best_citations_of_all_tried() -> None:
    """Two needed passages 1.5 apart: a gap of 2; with one needed, a second quote costs precision."""
    one = [asked(number, (0.9, 3.0, (1.0,)), (0.8, 2.8, (1.0,))) for number in range(3)]
    assert fit_choice(one)["quotes"] == 1
    first = asked(5, (0.9, 3.0, (1.0,)), (0.8, 1.5, (1.0,)))
    both = Asked(first.case, first.sides, (*first.groups, (Region("d501", 0, 9),)))
    assert fit_choice([both]) == {"quotes": 2, "gap": 2.0, "share": 0.3, "spread": 0.2}


def test_the_choice_learns_how_much_a_further_sentence_must_weigh() -> None:
    """The third sentence is no evidence with four tenths of the weight of the first, and is with half: half is asked for."""
    alone, first = asked(1, (0.9, 3.0, (0.6, 0.16, 0.24))), asked(2, (0.9, 3.0, (0.6, 0.1, 0.3)))
    two = Asked(first.case, first.sides, (*first.groups, (Region("d200", 20, 29),)))
    choice = fit_choice([alone, two])
    assert (choice["quotes"], choice["share"]) == (2, 0.5)


def test_an_answer_is_judged_by_its_first_quotation() -> None:
    """Right where it is evidence; a case of several sides has no single score and is left out."""
    cases = [
        asked(1, (0.9, 3.0, (1.0,))),
        asked(2, (0.4, 3.0, (1.0,)), (0.9, 2.0, (1.0,))),
        asked(3, (0.9, -1.0, (1.0,)), kind="unanswerable-near", right=None),
        Asked(Case("4", "tune", "Quoi ?", "compare"), asked(4, (0.9, 3.0, (1.0,))).sides * 2, ()),
        asked(5),
    ]
    choice = {"quotes": 1, "gap": 1.0, "share": 0.5, "spread": 0.3}
    assert judged(cases, choice) == [
        Judged("plain", 0.9, 3.0, right=True, answerable=True, near=False),
        Judged("plain", 0.9, 2.0, right=False, answerable=True, near=False),
        Judged("plain", 0.9, -1.0, right=False, answerable=False, near=True),
    ]


WORDS = "abeille brebis chèvre dindon escargot fourmi girafe hérisson".split()
PLACES = "Aubenas Brest Cahors Dole Évian Foix Guéret Hyères".split()


@pytest.fixture
def material(tmp_path: Path, make_encoder) -> Material:
    """Eight documents that each say where one animal lives; a question on each, and one that none answers."""
    (tmp_path / "corpus").mkdir()
    cases = []
    for number, (word, place) in enumerate(zip(WORDS, PLACES, strict=True)):
        told = f"Le troupeau de {word} habite la colline de {place}."
        text = f"# Carnet {number}\n\n## Notes\n\n{told}\n\n## Autre\n\nLe foin manque quand vient la saison sèche.\n"
        (tmp_path / "corpus" / f"{word}.md").write_text(text, encoding="utf-8")
        cases.append(
            Case(f"a{number}", "tune", f"Quelle colline habite le troupeau de {word} ?", "factual", evidence=((told,),))
        )
        cases.append(Case(f"n{number}", "tune", f"Quel fromage donne le troupeau malade de {word} ?", "unanswerable-near"))
    cases.append(Case("s", "tune", "Bonjour", "smalltalk"))
    settings = Settings(tmp_path / "corpus", tmp_path / "index", tmp_path / "embeddings")
    build_index(settings, progress=False, encoder=make_encoder("fit"))
    return Material(settings, cases)


def test_every_passage_is_a_candidate_of_every_answerable_question(material: Material, make_encoder) -> None:
    """Sixteen passages each, one of them right; what has no evidence has no ranking."""
    rankings = passage_rankings(open_index(material.settings, encoder=make_encoder("fit")), material.cases)
    assert [ranking.rows.shape for ranking in rankings] == [(16, len(SIGNALS))] * 8
    assert [ranking.right.sum() for ranking in rankings] == [1] * 8


def test_what_is_fitted_is_written_and_tells_right_from_wrong(
    material: Material, make_encoder, reader: Reader, weights: Weights, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two files that say what was fitted on what; with them every answer is told from every near-miss."""
    monkeypatch.setattr(fitting, "open_encoder", lambda _: make_encoder("fit"))
    monkeypatch.setattr(fitting, "open_reader", lambda _: reader)
    fusion, answer = tmp_path / "fusion.json", tmp_path / "answer.json"
    monkeypatch.setattr(fitting, "FUSION_FILE", fusion)
    monkeypatch.setattr(fitting, "ANSWER_FILE", answer)
    said = fit([material], weights)
    signals = json.loads(fusion.read_text(encoding="utf-8"))["signals"]
    assert signals.keys() == set(SIGNALS)
    assert sum(signals.values()) == pytest.approx(1, abs=1e-3)
    fitted = Weights(**json.loads(answer.read_text(encoding="utf-8")))
    assert fitted.provenance == said
    assert "17 on corpus" in said
    assert said.endswith("'first passage': 1.0, 'citations': 1.0, 'area, plain': 1.0}")
    assert (fitted.rank["read"], fitted.rank["pull"]) == (weights.rank["read"], weights.rank["pull"])
    assert fitted.rank["plain"] == 0.0  # the search is right by itself
    assert fitted.confidence["expanded"] == weights.confidence["expanded"]  # no such document was asked
    plain = fitted.confidence["plain"]
    # Two of the five words of a near-miss make -0.8, all of those of a question 4: half of a chance lies midway.
    assert -plain["bias"] / plain["reader"] == pytest.approx(1.6, abs=0.3)
    assert 1 / (1 + math.exp(-plain["bias"] - plain["reader"] * 4)) > plain["answered"] >= plain["related"] >= 0
    assert plain["floor"] > 0  # below it stands what is near to nothing: the near-misses of these documents
