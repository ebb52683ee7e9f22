"""What every figure means. Pure functions: regions and answers in, numbers within [0, 1] out (lengths apart)."""

import re
import unicodedata
from collections.abc import Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from eval.matching import Group, Region, covered

CUTS = (1, 3, 5, 10)
PRECISION_WANTED = 0.95
BINS = 10

Values = NDArray[np.float64]


def retrieval(passages: Sequence[Region], groups: Sequence[Group], relevant: int) -> dict[str, float]:
    """Score ranked passages against the evidence of a case.

    `recall@k`: share of the groups that the first k passages give. `mrr`: 1 / rank of the first passage that gives one, 0 if
    none. `ndcg@10`: binary gains, a passage being relevant when it gives a group; `relevant` passages exist in the index.
    """
    given = [covered(passage, groups) for passage in passages]
    scores = {f"recall@{k}": len(frozenset().union(*given[:k])) / len(groups) for k in CUTS}
    ranks = [rank for rank, found in enumerate(given, 1) if found]
    scores["mrr"] = 1 / ranks[0] if ranks else 0.0
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(relevant, 10) + 1))
    scores["ndcg@10"] = sum(1 / log2(rank + 1) for rank in ranks if rank <= 10) / ideal if ideal else 0.0
    return scores


def citations(cited: Sequence[Region], groups: Sequence[Group]) -> dict[str, float]:
    """Score citations as ALCE does, on evidence groups instead of a model's judgement (Gao et al., 2023, section 4.2).

    `citation_recall`: share of the groups that some citation gives. `citation_precision`: share of the citations that give a
    group. `first_citation`: whether the first does. An answer without citations scores 0.
    """
    given = [covered(region, groups) for region in cited]
    return {
        "citation_recall": len(frozenset().union(*given)) / len(groups),
        "citation_precision": sum(map(bool, given)) / len(given) if given else 0.0,
        "first_citation": float(bool(given and given[0])),
    }


def fact_coverage(facts: Sequence[str], text: str) -> float:
    """Share of the facts that stand in the answer, whatever their case, accents and spaces; 42 is not in « 1 420 »."""
    answer = _plain(text)
    return sum(bool(_whole_numbers(_plain(fact)).search(answer)) for fact in facts) / len(facts)


def quote_share(quotes: Sequence[str], text: str) -> float:
    """Share of the answer's characters that are quotation."""
    return min(1.0, sum(map(len, quotes)) / max(len(text), 1))


def _whole_numbers(fact: str) -> re.Pattern[str]:
    """Match a fact where its first and last numbers are not cut out of longer ones."""
    before = r"(?<!\d)(?<!\d[ ,.])" if fact[:1].isdigit() else ""
    after = r"(?!\d)(?![ ,.]\d)" if fact[-1:].isdigit() else ""
    return re.compile(before + re.escape(fact) + after)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def auc(confidence: Values, answerable: Values) -> float:
    """Area under the ROC curve: the chance that an answerable question has more confidence than one that is not.

    From the ranks (Mann and Whitney, 1947), thirty times faster than from the curve: an interval takes two thousand of them.
    """
    positive = answerable > 0
    count = int(positive.sum())
    if not 0 < count < len(answerable):
        return float("nan")
    above = rankdata(confidence)[positive].sum() - count * (count + 1) / 2
    return float(above / (count * (len(answerable) - count)))


def coverage_at_precision(confidence: Values, right: Values, answerable: Values) -> float:
    """Share of the answerable questions rightly answered at the lowest confidence where 95 % of the answers are right.

    Questions of one confidence are answered together: their order is nobody's merit.
    """
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(hits) + 1)
    last_of_ties = np.append(ranked[1:] != ranked[:-1], True)
    good = (precision >= PRECISION_WANTED) & last_of_ties
    total = answerable.sum()
    return float(hits[good].max() / total) if good.any() and total else 0.0


def calibration_error(confidence: Values, right: Values) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., 2017)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(bins, weights=confidence - right)).sum() / len(bins))
