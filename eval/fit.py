"""Cases of the tuning half in, the weights of the search, of the evidence and of the confidence out, with their provenance."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from answer.asked import Asked, understand
from answer.assistant import Assistant
from answer.conversation import standalone
from answer.evidence import features
from eval.cases import Case
from eval.matching import Group, Region, covered, locate
from index.search import Hit, SpanHit

Values = NDArray[np.float64]

HARD = 40  # negatives a question: those that the present weights rank highest, the only ones it could be confused by
INVERSE_PENALTY = 30.0  # scikit-learn's C; from 3 to 300 the cross-validated score moves by less than half a point
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of one question: a row of features each, whether each is right, how much each counts by now."""

    rows: Values
    right: NDArray[np.bool_]


def fit_ranking(rankings: Sequence[Ranking], names: Sequence[str]) -> dict[str, float]:
    """Return weights, none negative and 1 in sum, that rank right candidates above wrong ones.

    A pairwise logistic regression (Herbrich et al., 2000; Joachims, 2002): each question counts once, whatever its number of
    candidates. A weight that would be negative is set to zero and the others fitted again, so that more of a signal never counts
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
    for case, hits, groups in _searched(assistant, cases, len(assistant.index.passages)):
        names = names or tuple(sorted(hits[0].signals))
        rows = np.array([[hit.signals[name] for name in names] for hit in hits])
        rankings.append(Ranking(rows, np.array([bool(covered(_passage(hit), groups)) for hit in hits])))
        del case
    return rankings, names


def span_rankings(assistant: Assistant, cases: Sequence[Case], depth: int) -> tuple[list[Ranking], tuple[str, ...]]:
    """Return the features of every span of the first `depth` passages for every answerable case, and their names."""
    names: tuple[str, ...] = ()
    rankings = []
    for asked, hits, groups in _understood(assistant, cases, depth):
        told = [(hit, span, features(asked, hit, span, assistant.lexicon)) for hit in hits for span in hit.spans]
        names = names or tuple(sorted(told[0][2]))
        rows = np.array([[values[name] for name in names] for _, _, values in told])
        rankings.append(Ranking(rows, np.array([_gives(hit, span, groups) for hit, span, _ in told])))
    return rankings, names


def _understood(
    assistant: Assistant, cases: Sequence[Case], depth: int
) -> Iterable[tuple[Asked, Sequence[Hit], Sequence[Group]]]:
    for case, hits, groups in _searched(assistant, cases, depth):
        query = standalone(case.question, case.history, names=assistant.lexicon.names)
        yield understand(query, assistant.lexicon), hits, groups


def _searched(
    assistant: Assistant, cases: Sequence[Case], depth: int
) -> Iterable[tuple[Case, Sequence[Hit], Sequence[Group]]]:
    for case in cases:
        if not case.evidence:
            continue
        query = standalone(case.question, case.history, names=assistant.lexicon.names)
        hits = assistant.index.search(query, top=depth)
        if hits:
            yield case, hits, locate(case.evidence, assistant.index.documents)


def _passage(hit: Hit) -> Region:
    return Region(hit.passage.document, hit.passage.start, hit.passage.end)


def _gives(hit: Hit, span: SpanHit, groups: Sequence[Group]) -> bool:
    region = Region(hit.passage.document, span.span.start, span.span.end)
    return any(region.holds(place) or place.holds(region) for group in groups for place in group)


