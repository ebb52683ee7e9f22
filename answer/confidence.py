"""Signals of how well a question is answered in, a status and a confidence out. Pure functions; the weights are data."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Literal

from answer.asked import Asked
from answer.evidence import Evidence
from answer.lexicon import Lexicon, heard_for, passage_terms
from answer.weights import Weights
from index.search import Hit

Verdict = Literal["answered", "related", "refused"]

# What each half of the search says, in the names of its signals.
_WORDS = ("words.text", "words.span")
_VECTORS = ("vectors.text", "vectors.span")
# From which kinship a sentence gives what these questions ask for: a number of that very thing, a date, a name.
_MET = {"number": 1.0, "date": 1.0, "place": 0.8, "person": 0.7}
_BELOW = 0.001  # what tells « nearest passages » from an answer
_MANY = 6  # words of a question that nothing holds: beyond, more of them say no more
_QUESTION_WORDS = ("words.questions",)
_QUESTION_VECTORS = ("vectors.questions",)


def signals(asked: Asked, hits: Sequence[Hit], found: Sequence[Evidence], lexicon: Lexicon) -> dict[str, float]:
    """Return what tells for and against an answer, each from 0 to 1; none when nothing was found."""
    if not hits or not found:
        return {}
    best = found[0]
    own = best.features
    others = [hit.score for hit in hits if hit is not best.hit]
    return {
        "coverage": own["context"],
        "own_words": own["words"],
        "names": own["names"],
        "news": own["news"],
        "type": own["type"],
        "unmet": float(own["type"] < _MET.get(asked.kind, 0.0)),
        "heard": own["heard"],
        "closest": own["closest"],
        "words": _best(best.hit, _WORDS),
        "vectors": _best(best.hit, _VECTORS),
        "question_words": _best(best.hit, _QUESTION_WORDS),
        "question_vectors": _best(best.hit, _QUESTION_VECTORS),
        "margin": max(0.0, best.hit.score - max(others, default=0.0)),
        "agreement": float(_leader(hits, _WORDS) is _leader(hits, _VECTORS)),
        "part": best.hit.signals.get("grams.part", 0.0),
        "span_vector": own.get("vectors.span", 0.0),
        "spelled": own["spelled"],
        "unheard": _unheard(asked, best.hit),
        "unknown_words": 1 - lexicon.share(asked.terms, frozenset(filter(lexicon.knows, asked.terms))),
        "strange": float(bool(asked.strange)),
        "wordless": float(not asked.terms),
    }


def decide(told: Mapping[str, float], weights: Weights, *, alien: bool = False) -> tuple[Verdict, float]:
    """Return the status and the confidence, a logistic function of the weighted signals; no signal is a refusal.

    `alien`: the question is about a name or a number that nothing knows, and is never answered as if it were known.
    """
    if not told:
        return "refused", 0.0
    total = weights.confidence["bias"] + sum(weights.confidence.get(name, 0.0) * value for name, value in told.items())
    confidence = 1 / (1 + exp(-max(-50.0, min(50.0, total))))
    if alien:
        confidence = min(confidence, weights.status["answered"] - _BELOW)
    if confidence >= weights.status["answered"]:
        return "answered", confidence
    return ("related" if confidence >= weights.status["related"] else "refused"), confidence


def _unheard(asked: Asked, hit: Hit) -> float:
    """Say how many words of the question neither the passage, nor its headings, nor what leads to it hold: 1 from six on."""
    known = passage_terms(hit.passage).union(*(heard_for(span.unit) for span in hit.spans))
    return min(1.0, sum(term not in known for term in asked.terms) / _MANY)


def _best(hit: Hit, names: Sequence[str]) -> float:
    told = [hit.signals, *(span.signals for span in hit.spans)]
    return max((signals.get(name, 0.0) for signals in told for name in names), default=0.0)


def _leader(hits: Sequence[Hit], names: Sequence[str]) -> Hit:
    return max(hits, key=lambda hit: _best(hit, names))
