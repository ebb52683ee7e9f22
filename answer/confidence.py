"""Signals of how well a question is answered in, a status and a confidence out. Pure functions; the weights are data."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Literal

from answer.evidence import Asked, Evidence
from answer.kinship import kinship
from answer.lexicon import Lexicon, named_in, numbers_in, passage_terms
from answer.question import fold
from answer.weights import Weights
from index.analysis import terms
from index.search import Hit

Verdict = Literal["answered", "related", "refused"]

# What each half of the search says of a passage, in the names of its signals.
_WORDS = ("words.text", "words.span")
_VECTORS = ("vectors.text", "vectors.span")
_QUESTIONS = ("words.questions", "vectors.questions")


def signals(asked: Asked, query: str, hits: Sequence[Hit], found: Sequence[Evidence], lexicon: Lexicon) -> dict[str, float]:
    """Return what tells for and against an answer, each from 0 to 1; all 0 when nothing was found."""
    if not hits or not found:
        return {}
    best = found[0].hit
    text = best.passage.text[found[0].span.start - best.passage.start : found[0].span.end - best.passage.start]
    covered = frozenset(term for evidence in found for term in passage_terms(evidence.hit.passage))
    others = [hit.score for hit in hits if hit is not best]
    return {
        "coverage": lexicon.share(asked.terms, covered),
        "words": _best(best, _WORDS),
        "vectors": _best(best, _VECTORS),
        "questions": _best(best, _QUESTIONS),
        "margin": max(0.0, best.score - max(others, default=0.0)),
        "type": kinship(asked.kind, text, best.passage),
        "agreement": float(_leader(hits, _WORDS) is _leader(hits, _VECTORS)),
        "unknown_words": 1 - lexicon.share(asked.terms, frozenset(filter(lexicon.knows, asked.terms))),
        "unknown_names": float(bool(unknown_names(query, lexicon))),
        "unknown_numbers": float(bool(unknown_numbers(query, lexicon))),
    }


def decide(told: Mapping[str, float], weights: Weights) -> tuple[Verdict, float]:
    """Return the status and the confidence, a logistic function of the weighted signals; no signal is a refusal."""
    if not told:
        return "refused", 0.0
    total = weights.confidence["bias"] + sum(weights.confidence[name] * value for name, value in told.items())
    confidence = 1 / (1 + exp(-max(-50.0, min(50.0, total))))
    if confidence >= weights.status["answered"]:
        return "answered", confidence
    return ("related" if confidence >= weights.status["related"] else "refused"), confidence


def unknown_names(query: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the names of a question that the documents do not hold."""
    return tuple(
        name for name in named_in(query, lexicon.names) if fold(name) not in lexicon.names and not _known(name, lexicon)
    )


def unknown_numbers(query: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the numbers of a question that the documents do not hold."""
    return tuple(number for number in numbers_in(query) if not _known(number, lexicon))


def _known(word: str, lexicon: Lexicon) -> bool:
    return all(map(lexicon.knows, terms(word)))


def _best(hit: Hit, names: Sequence[str]) -> float:
    told = [hit.signals, *(span.signals for span in hit.spans)]
    return max((signals.get(name, 0.0) for signals in told for name in names), default=0.0)


def _leader(hits: Sequence[Hit], names: Sequence[str]) -> Hit:
    return max(hits, key=lambda hit: _best(hit, names))
