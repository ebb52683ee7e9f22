"""The weights of the search, of the reading and of the confidence, fitted on cases of the tuning half."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from tqdm import tqdm

from answer.assistant import Assistant, Side, evidence_of
from answer.evidence.reader import open_reader
from answer.evidence.selection import Evidence, rerank
from answer.weights import FILE as ANSWER_FILE
from answer.weights import Weights
from eval.cases import Case
from eval.matching import Group, Region, covered, locate, region_of
from eval.metrics import citations
from index.encoder import open_encoder
from index.fusion import SIGNALS
from index.fusion import WEIGHTS as FUSION_FILE
from index.search import Index
from index.store import open_index
from settings import Settings

Values = NDArray[np.float64]

HARD = 40  # negatives a question: those that the present weights rank highest, the only ones it could be confused by
INVERSE_PENALTY = 30.0  # scikit-learn's C; from 3 to 300 the cross-validated score moves by less than half a point
DECLINED = 0.8  # share of the near-unanswerable not to be answered: about as many questions with an answer are then answered
REFUSED = 0.02  # share of the answerable questions that may be refused: for their confidence, and for their search
READER = (0.0, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05)  # what a reading may count beside the search
QUOTES, GAP, SHARE, SPREAD = (1, 2, 3), (0.5, 1.0, 2.0, 3.0), (0.3, 0.5, 0.7), (0.2, 0.35, 0.5)
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Ranking:
    """The passages of one question: a row of signals each, and whether each is right."""

    rows: Values
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A case as it was searched and read, side by side, and where its evidence stands in the documents."""

    case: Case
    sides: Sequence[Side]
    groups: Sequence[Group]


def fit_ranking(rankings: Sequence[Ranking], names: Sequence[str]) -> dict[str, float]:
    """Return weights, none negative and 1 in sum, that rank right candidates above wrong ones.

    A pairwise logistic regression (Herbrich et al., 2000; Joachims, 2002): each question counts once, whatever its number of
    candidates. A weight that would be negative is set to zero and the others fitted again: more of a signal never counts
    against a passage.
    """
    differences, weights = _pairs(rankings)
    kept = np.ones(len(names), dtype=bool)
    values = np.zeros(len(names))
    while kept.any():
        values = np.zeros(len(names))
        values[kept] = _logistic(differences[:, kept], weights)
        if (values >= 0).all():
            break
        kept &= values > 0
    return {name: round(float(value), 4) for name, value in zip(names, values / (values.sum() or 1.0), strict=True)}


def _pairs(rankings: Iterable[Ranking]) -> tuple[Values, Values]:
    differences, weights = [], []
    for ranking in rankings:
        right, wrong = ranking.rows[ranking.right], ranking.rows[~ranking.right]
        if not len(right) or not len(wrong):
            continue
        hard = wrong[np.argsort(-wrong.sum(axis=1), kind="stable")[:HARD]]
        pairs = (right[:, np.newaxis] - hard[np.newaxis]).reshape(-1, ranking.rows.shape[1])
        differences.append(pairs)
        weights.append(np.full(len(pairs), 1 / len(pairs)))
    return np.concatenate(differences), np.concatenate(weights)


def _logistic(differences: Values, weights: Values) -> Values:
    rows = np.concatenate([differences, -differences])
    signs = np.repeat([1, 0], len(differences))
    model = LogisticRegression(C=INVERSE_PENALTY, fit_intercept=False, max_iter=1000)
    model.fit(rows, signs, sample_weight=np.tile(weights, 2))
    return np.asarray(model.coef_[0], dtype=np.float64)


def first_right(rankings: Sequence[Ranking], weights: Mapping[str, float], names: Sequence[str]) -> Values:
    """Return, for each question, whether its best candidate under `weights` is right."""
    vector = np.array([weights[name] for name in names])
    return np.array([float(r.right[np.argmax(r.rows @ vector)]) if len(r.rows) else 0.0 for r in rankings])


def cross_validated(rankings: Sequence[Ranking], names: Sequence[str]) -> float:
    """Return the share of questions whose best candidate is right, each judged by weights fitted on the other folds."""
    right = np.zeros(len(rankings))
    for fitted, judged in KFold(FOLDS, shuffle=True, random_state=0).split(right):
        weights = fit_ranking([rankings[number] for number in fitted], names)
        right[judged] = first_right([rankings[number] for number in judged], weights, names)
    return float(right.mean())


def passage_rankings(index: Index, cases: Sequence[Case]) -> list[Ranking]:
    """Return the signals of every passage for every answerable case that stands alone."""
    rankings = []
    for case in cases:
        if case.evidence and not case.history:
            groups = locate(case.evidence, index.documents)
            hits = index.search(case.question, top=len(index.passages))
            rows = np.array([[hit.signals[name] for name in SIGNALS] for hit in hits])
            rankings.append(Ranking(rows, np.array([bool(covered(region_of(hit.passage), groups)) for hit in hits])))
    return rankings


def ask_all(assistant: Assistant, cases: Sequence[Case]) -> list[Asked]:
    """Search and read every case but small talk."""
    documents = assistant.index.documents
    asked = tqdm([case for case in cases if case.kind != "smalltalk"], desc="lecture", unit=" q", leave=False)
    return [
        Asked(case, assistant.search(case.question, case.history, top=1).sides, locate(case.evidence, documents))
        for case in asked
    ]


def reranked(asked: Sequence[Asked], rank: Mapping[str, float]) -> list[Asked]:
    """Return the cases as they would be if a reading counted what `rank` says beside the search."""

    def again(side: Side) -> Side:
        found = sorted(side.read, key=lambda each: -each.searched)
        hits = [replace(each.hit, score=each.searched) for each in found]
        return replace(side, read=rerank(hits, [each.reading for each in found], rank))

    return [replace(each, sides=[again(side) for side in each.sides]) for each in asked]


def first_rate(asked: Sequence[Asked]) -> float:
    """Return the share of the answerable cases whose first passage gives some of their evidence."""
    firsts = [(each.sides[0].read, each.groups) for each in asked if each.groups]
    return float(np.mean([bool(read) and bool(covered(region_of(read[0].hit.passage), groups)) for read, groups in firsts]))


def fit_choice(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the settings of the choice that give the best mean of citation recall and precision, of all those tried."""
    tried = (dict(zip(("quotes", "gap", "share", "spread"), each, strict=True)) for each in product(QUOTES, GAP, SHARE, SPREAD))
    return max(tried, key=lambda choice: _citations(asked, choice))


def _citations(asked: Sequence[Asked], choice: Mapping[str, float]) -> float:
    scores = []
    for each in asked:
        if each.groups:
            told = citations([_cited(evidence) for evidence in evidence_of(each.sides, choice)], each.groups)
            scores.append((told["citation_recall"] + told["citation_precision"]) / 2)
    return float(np.mean(scores))


def _cited(evidence: Evidence) -> Region:
    return Region(evidence.hit.passage.document, evidence.span.start, evidence.span.end)


@dataclass(frozen=True, slots=True)
class Judged:
    """The scores of the best passage, searched and read, and whether its first quotation is right; to no question none is.

    `near`: the question has no answer and is of the documents' own subject, the hardest to decline. `kind`: of the document
    of the best passage, « expanded » or « plain ».
    """

    kind: str
    searched: float
    score: float
    right: bool
    answerable: bool
    near: bool


def judged(asked: Sequence[Asked], choice: Mapping[str, float]) -> list[Judged]:
    """Return how the answer to every case of one side is judged."""
    results = []
    for each in asked:
        chosen = evidence_of(each.sides, choice)
        if len(each.sides) == 1 and chosen:
            best = each.sides[0].read[0]
            right = bool(covered(_cited(chosen[0]), each.groups))
            near = each.case.kind == "unanswerable-near"
            results.append(Judged(best.hit.kind, best.searched, best.reading.score, right, bool(each.groups), near))
    return results


def fit_confidence(answers: Sequence[Judged]) -> dict[str, float]:
    """Return the logistic regression of « the first quotation is right » on the score: its weight, and its bias."""
    model = LogisticRegression().fit(_rows(answers), [answer.right for answer in answers])
    return {"bias": round(float(model.intercept_[0]), 3), "reader": round(float(model.coef_[0, 0]), 3)}


def confidences(answers: Sequence[Judged]) -> Values:
    """Return the probability of each answer, each given by a model fitted on the other folds."""
    rows, right = _rows(answers), np.array([answer.right for answer in answers])
    values = np.zeros(len(answers))
    for fitted, tested in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        values[tested] = LogisticRegression().fit(rows[fitted], right[fitted]).predict_proba(rows[tested])[:, 1]
    return values


def thresholds(confidence: Values, answers: Sequence[Judged]) -> dict[str, float]:
    """Return from which confidence a question is answered, and what is near is shown; and the search below which nothing is.

    `floor`: the highest score of the search at which only the bearable share of the answerable questions is refused.
    `answered`: the lowest confidence at which the wanted share of the near-unanswerable questions (where there are none, of all
    those without an answer) is not answered. `related`: the highest at which only the bearable share of the answerable ones is
    refused, and never above the other.
    """
    answerable = np.array([answer.answerable for answer in answers])
    near = np.array([answer.near for answer in answers])
    near = near if near.any() else ~answerable
    searched = np.array([answer.searched for answer in answers])
    floor = float(np.quantile(searched[answerable], REFUSED, method="lower"))
    answered = float(np.quantile(np.where(searched < floor, 0.0, confidence)[near], DECLINED, method="higher"))
    related = float(np.quantile(confidence[answerable], REFUSED, method="lower"))
    return {
        "answered": round(answered + 0.001, 3),
        "related": round(min(related, answered), 3),
        "floor": round(floor, 3),
    }


def _rows(answers: Sequence[Judged]) -> Values:
    return np.array([[answer.score] for answer in answers])


@dataclass(frozen=True, slots=True)
class Material:
    """What to fit on: the cases of a corpus, whose index is built."""

    settings: Settings
    cases: Sequence[Case]


def fit(material: Sequence[Material], weights: Weights) -> str:
    """Fit the weights on every case and write them; return an account of what was fitted on what.

    One set of weights of the search serves all documents, with expansions or without: measured, two were no better.
    """
    encoder, reader = open_encoder(material[0].settings.model), open_reader(material[0].settings.reader)
    indexes = [open_index(each.settings, encoder=encoder) for each in material]
    rankings = [
        ranking for index, each in zip(indexes, material, strict=True) for ranking in passage_rankings(index, each.cases)
    ]
    fusion = fit_ranking(rankings, SIGNALS)
    told = {"search alone, first passage": round(cross_validated(rankings, SIGNALS), 3)}
    FUSION_FILE.write_text(_dumped({"provenance": _provenance(material, told), "signals": fusion}), encoding="utf-8")
    asked = []
    for each in material:
        assistant = Assistant(open_index(each.settings, encoder=encoder, weights=fusion), reader, weights=weights)
        asked += ask_all(assistant, each.cases)
    fitted = fit_answers(asked, weights)
    fitted = replace(fitted, provenance=_provenance(material, told | measured(asked, fitted)))
    ANSWER_FILE.write_text(_dumped(asdict(fitted)), encoding="utf-8")
    return fitted.provenance


def fit_answers(asked: Sequence[Asked], weights: Weights) -> Weights:
    """Return what a reading counts, the choice of quotes, the confidence and its thresholds, one fitted after the other."""
    rank = dict(weights.rank)
    for kind in ("expanded", "plain"):
        rank[kind] = max(READER, key=lambda reader: first_rate(reranked(asked, {**rank, kind: reader})))
    asked = reranked(asked, rank)
    choice = fit_choice(asked)
    answers = judged(asked, choice)
    confidence = dict(weights.confidence)
    for kind in {answer.kind for answer in answers}:
        of_kind = [answer for answer in answers if answer.kind == kind]
        confidence[kind] = {**fit_confidence(of_kind), **thresholds(confidences(of_kind), of_kind)}
    return replace(weights, rank=rank, choice=choice, confidence=confidence)


def measured(asked: Sequence[Asked], weights: Weights) -> dict[str, float]:
    """Return the figures of fitted weights, the area cross-validated."""
    asked = reranked(asked, weights.rank)
    figures = {"first passage": first_rate(asked), "citations": _citations(asked, weights.choice)}
    answers = judged(asked, weights.choice)
    for kind in sorted({answer.kind for answer in answers}):
        of_kind = [answer for answer in answers if answer.kind == kind]
        figures[f"area, {kind}"] = float(roc_auc_score([answer.answerable for answer in of_kind], confidences(of_kind)))
    return {name: round(value, 3) for name, value in figures.items()}


def _provenance(material: Sequence[Material], told: Mapping[str, float]) -> str:
    counted = " and ".join(f"{len(each.cases)} on {each.settings.corpus.name}" for each in material)
    return f"python -m eval fit, {datetime.now(UTC):%Y-%m-%d}, questions of the tuning half: {counted}. {told}"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
