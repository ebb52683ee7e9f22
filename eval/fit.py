"""Cases of the tuning half in, the weights of the search, of the evidence and of the confidence out, with their provenance."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from answer.assistant import Assistant, Side, weigh
from answer.evidence import Evidence, features
from answer.weights import FILE as ANSWER_FILE
from answer.weights import Weights, read_weights
from eval.cases import Case
from eval.matching import Group, Region, covered, locate, region_of
from eval.metrics import citations
from index.build import build_index
from index.fusion import WEIGHTS as FUSION_FILE
from index.fusion import read_weights as read_fusion
from index.search import Hit, SpanHit
from index.store import open_index
from ingest.corpus import EXPANSIONS
from settings import Settings

Values = NDArray[np.float64]

HARD = 40  # negatives a question: those that the present weights rank highest, the only ones it could be confused by
INVERSE_PENALTY = 30.0  # scikit-learn's C; from 3 to 300 the cross-validated score moves by less than half a point
CONFIDENCE_C = 0.1  # scikit-learn's C, on standardised signals; from 0.05 to 0.3 the cross-validated area moves by 0.3 points
DECLINED = 0.87  # share of the near-unanswerable not to be answered: out of fold 85 % of one hand’s, 87 % of another’s
REFUSED = 0.02  # share of the answerable questions that may be refused: 3 % is the goal, likewise
QUOTES, NEAR, NEW_WORDS = (1, 2, 3), (0.7, 0.8, 0.9), (0.15, 0.3, 0.45)
FITTED = ("evidence", "confidence", "status")
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of one question: a row of features each, whether each is right, how much each counts by now."""

    rows: Values
    right: NDArray[np.bool_]


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


def passage_rankings(assistant: Assistant, cases: Sequence[Case]) -> tuple[list[Ranking], tuple[str, ...]]:
    """Return the signals of every passage for every answerable case, and their names."""
    names: tuple[str, ...] = ()
    rankings = []
    for side, groups in _searched(assistant, cases, len(assistant.index.passages)):
        names = names or tuple(sorted(side.hits[0].signals))
        rows = np.array([[hit.signals[name] for name in names] for hit in side.hits])
        rankings.append(Ranking(rows, np.array([bool(covered(region_of(hit.passage), groups)) for hit in side.hits])))
    return rankings, names


def span_rankings(assistant: Assistant, cases: Sequence[Case], depth: int) -> tuple[list[Ranking], tuple[str, ...]]:
    """Return the features of every span of the first `depth` passages for every answerable case, and their names."""
    names: tuple[str, ...] = ()
    rankings = []
    for side, groups in _searched(assistant, cases, depth):
        told = [(hit, span, features(side.asked, hit, span, assistant.lexicon)) for hit in side.hits for span in hit.spans]
        names = names or tuple(sorted(told[0][2]))
        rows = np.array([[values[name] for name in names] for _, _, values in told])
        rankings.append(Ranking(rows, np.array([_gives(hit, span, groups) for hit, span, _ in told])))
    return rankings, names


def _searched(assistant: Assistant, cases: Sequence[Case], depth: int) -> Iterable[tuple[Side, Sequence[Group]]]:
    """Yield what every answerable case asks and finds, and where its evidence stands."""
    for case in cases:
        if not case.evidence:
            continue
        groups = locate(case.evidence, assistant.index.documents)
        for side in assistant.search(case.question, case.history, top=depth).sides:
            if side.hits:
                yield side, groups


def _gives(hit: Hit, span: SpanHit, groups: Sequence[Group]) -> bool:
    region = Region(hit.passage.document, span.span.start, span.span.end)
    return any(region.holds(place) or place.holds(region) for group in groups for place in group)


@dataclass(frozen=True, slots=True)
class Judged:
    """What tells for an answer, and whether its first quotation is right; an answer to what has none is wrong.

    `near`: the question has no answer and is of the documents' own subject, the hardest to decline.
    """

    signals: Mapping[str, float]
    right: bool
    answerable: bool
    near: bool


def judged(assistant: Assistant, cases: Sequence[Case], weights: Weights) -> list[Judged]:
    """Return the signals of the answer to every case but small talk, under these weights of the evidence."""
    results = []
    for case in cases:
        if case.kind == "smalltalk":
            continue
        found, told = _found(assistant, case, weights)
        groups = locate(case.evidence, assistant.index.documents)
        right = bool(found) and bool(covered(_cited(found[0]), groups))
        results.append(Judged(told, right, bool(case.evidence), case.kind == "unanswerable-near"))
    return [each for each in results if each.signals]


def fit_confidence(answers: Sequence[Judged], names: Sequence[str]) -> dict[str, float]:
    """Return the weights of a logistic regression of « the first quotation is right » on the signals, and its bias."""
    model = _confidence_model().fit(_rows(answers, names), [answer.right for answer in answers])
    scaler, regression = model[0], model[1]
    values = regression.coef_[0] / scaler.scale_  # as weights of the signals as they are
    bias = float(regression.intercept_[0] - values @ scaler.mean_)
    return {"bias": round(bias, 3), **{name: round(float(value), 3) for name, value in zip(names, values, strict=True)}}


def _confidence_model() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=CONFIDENCE_C, max_iter=2000))


def confidences(answers: Sequence[Judged], names: Sequence[str]) -> Values:
    """Return the probability of each answer, each given by a model fitted on the other folds."""
    rows, right = _rows(answers, names), np.array([answer.right for answer in answers])
    values = np.zeros(len(answers))
    for fitted, asked in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        model = _confidence_model().fit(rows[fitted], right[fitted])
        values[asked] = model.predict_proba(rows[asked])[:, 1]
    return values


def thresholds(confidence: Values, answers: Sequence[Judged]) -> dict[str, float]:
    """Return from which confidence a question is answered, and from which what is near is shown.

    `answered`: the lowest at which the wanted share of the near-unanswerable questions (where there are none, of all those
    without an answer) is not answered. `related`: the highest at which only the bearable share of the answerable ones is
    refused, and never above the other.
    """
    answerable = np.array([answer.answerable for answer in answers])
    near = np.array([answer.near for answer in answers])
    near = near if near.any() else ~answerable
    answered = float(np.quantile(confidence[near], DECLINED, method="higher"))
    related = float(np.quantile(confidence[answerable], REFUSED, method="lower"))
    return {"answered": round(answered + 0.001, 3), "related": round(min(related, answered), 3)}


def fit_choice(assistant: Assistant, cases: Sequence[Case], weights: Weights) -> dict[str, float]:
    """Return the settings of the choice that give the best mean of citation recall and precision, of all those tried."""
    best, kept = -1.0, dict(weights.choice)
    for quotes, near, new_words in product(QUOTES, NEAR, NEW_WORDS):
        choice = {**weights.choice, "quotes": quotes, "near": near, "new_words": new_words}
        score = _citations(assistant, cases, replace(weights, choice=choice))
        if score > best:
            best, kept = score, choice
    return kept


def _citations(assistant: Assistant, cases: Sequence[Case], weights: Weights) -> float:
    scores = []
    for case in cases:
        if not case.evidence:
            continue
        found, _ = _found(assistant, case, weights)
        groups = locate(case.evidence, assistant.index.documents)
        told = citations([_cited(evidence) for evidence in found], groups)
        scores.append((told["citation_recall"] + told["citation_precision"]) / 2)
    return float(np.mean(scores))


def _found(assistant: Assistant, case: Case, weights: Weights) -> tuple[Sequence[Evidence], Mapping[str, float]]:
    return weigh(_sides(assistant, case, int(weights.choice["passages"])), lexicon=assistant.lexicon, weights=weights)


@lru_cache(maxsize=4096)
def _sides(assistant: Assistant, case: Case, depth: int) -> Sequence[Side]:
    """The search of a question, which every setting tried on it shares."""
    return assistant.search(case.question, case.history, top=depth).sides


def _cited(evidence: Evidence) -> Region:
    return Region(evidence.hit.passage.document, evidence.span.start, evidence.span.end)


def _rows(answers: Sequence[Judged], names: Sequence[str]) -> Values:
    return np.array([[answer.signals[name] for name in names] for answer in answers])


def fit_all(settings: Settings, cases: Sequence[Case], *, kind: str, fusion: Mapping[str, float] | None) -> dict[str, Any]:
    """Fit every weight for one kind of index; `fusion` keeps the weights of the search as they are given.

    Returns what the two files of weights hold under `kind`, and the cross-validated figures that speak for it.
    """
    assistant = Assistant(open_index(settings, weights=fusion))
    told: dict[str, Any] = {}
    if fusion is None:
        rankings, names = passage_rankings(assistant, cases)
        fusion = fit_ranking(rankings, names)
        told["passage"] = round(cross_validated(rankings, names), 3)
        assistant = Assistant(open_index(settings, encoder=assistant.index.encoder, weights=fusion))
    weights = read_weights(expanded=kind == "expanded")
    spans, features_named = span_rankings(assistant, cases, int(weights.choice["passages"]))
    weights = replace(weights, evidence=fit_ranking(spans, features_named))
    told["span"] = round(cross_validated(spans, features_named), 3)
    weights = replace(weights, choice=fit_choice(assistant, cases, weights))
    answers = judged(assistant, cases, weights)
    names = tuple(answers[0].signals)
    weights = replace(weights, confidence=fit_confidence(answers, names))
    probable = confidences(answers, names)
    weights = replace(weights, status=thresholds(probable, answers))
    told["auc"] = round(float(roc_auc_score([answer.answerable for answer in answers], probable)), 3)
    return {"fusion": dict(fusion), "weights": weights, "told": told}


def fit(settings: Settings, cases: Sequence[Case]) -> str:
    """Fit both kinds of weights on `cases` and write them; return a French account of what was fitted on what."""
    expanded = fit_all(settings, cases, kind="expanded", fusion=None)
    with TemporaryDirectory() as folder:
        plain = fit_all(_without_expansions(settings, Path(folder)), cases, kind="plain", fusion=read_fusion(expanded=False))
    provenance = (
        f"python -m eval fit, {datetime.now(UTC):%Y-%m-%d}: {len(cases)} questions of the tuning half. Cross-validated, "
        f"with expansions: {expanded['told']}; without: {plain['told']}. Without expansions the weights of the search are "
        "set by hand: one booklet would teach it too much of its own headings."
    )
    fusion = {"provenance": provenance, "expanded": expanded["fusion"], "plain": plain["fusion"]}
    kinds = {"expanded": expanded["weights"], "plain": plain["weights"]}
    answer = {
        "provenance": provenance,
        **{kind: {name: getattr(weights, name) for name in FITTED} for kind, weights in kinds.items()},
        "choice": expanded["weights"].choice,
    }
    for path, content in ((FUSION_FILE, fusion), (ANSWER_FILE, answer)):
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return provenance


def _without_expansions(settings: Settings, folder: Path) -> Settings:
    """The settings of an index of the same documents without their expansions, built in `folder`."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for path in settings.corpus.iterdir():
        if path.is_file() and not path.name.endswith(EXPANSIONS):
            copy2(path, corpus)
    plain = replace(settings, corpus=corpus, index=folder / "index")
    build_index(plain, progress=False)
    return plain
