"""Ranked passages in, the one to three spans that answer out. Knows nothing of how they will be said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answer.kinship import kinship
from answer.lexicon import Lexicon, passage_terms
from answer.question import Kind
from answer.weights import Weights
from index.analysis import terms
from index.search import Hit, SpanHit
from ingest.document import Document, Span

# Openings that mean nothing without the sentence before them.
_DEPENDENT = re.compile(
    r"^(?:elles?|ils?|cela|ceci|c[’']est|ce(?:tte|t|s)?|celles?-ci|celui-ci|ceux-ci|son|sa|ses|leurs?|mais|or|ainsi|en effet|"
    r"de plus|donc|aussi|pour cette raison|en contrepartie|y)\b",
    re.IGNORECASE,
)
_LONGEST_CONTEXT = 320  # characters of a sentence before that is taken along


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that answers, as offsets in its document, and the passage that it was found in. `whole` is a list kept entire."""

    hit: Hit
    span: Span
    score: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the choice needs of a question: its kind and its terms."""

    kind: Kind
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    span: SpanHit
    words: frozenset[str]
    score: float


def choose(
    asked: Asked, hits: Sequence[Hit], *, documents: Mapping[str, Document], lexicon: Lexicon, weights: Weights
) -> tuple[Evidence, ...]:
    """Choose the spans that answer, the best first; spans that touch are one.

    Ties go to the better passage, then to reading order.
    """
    looked = hits[: int(weights.choice["passages"])]
    candidates = [each for hit in looked for each in _candidates(asked, hit, documents, lexicon, weights)]
    ranked = sorted(candidates, key=lambda each: -each.score)
    chosen: list[_Candidate] = []
    for candidate in ranked:
        if _adds(candidate, chosen, asked, lexicon, weights):
            chosen.append(candidate)
        if len(chosen) == weights.choice["quotes"]:
            break
    return _merged([_evidence(each, asked, documents) for each in chosen], documents)


def features(asked: Asked, hit: Hit, span: SpanHit, document: Document, lexicon: Lexicon) -> dict[str, float]:
    """Return what tells for a span, each from 0 to 1: scores, the question's words in it and around it, its form."""
    text = document.text[span.span.start : span.span.end]
    own = frozenset(terms(text))
    return {
        "span": span.score,
        "passage": hit.score,
        "words": lexicon.share(asked.terms, own),
        "context": lexicon.share(asked.terms, own | frozenset(passage_terms(hit.passage))),
        "type": kinship(asked.kind, text, hit.passage),
    }


def _candidates(
    asked: Asked, hit: Hit, documents: Mapping[str, Document], lexicon: Lexicon, weights: Weights
) -> list[_Candidate]:
    document = documents[hit.passage.document]
    found = []
    for span in hit.spans:
        told = features(asked, hit, span, document, lexicon)
        score = sum(weights.evidence[name] * value for name, value in told.items())
        words = frozenset(terms(document.text[span.span.start : span.span.end])) & frozenset(asked.terms)
        found.append(_Candidate(hit, span, words, score))
    return found


def _adds(candidate: _Candidate, chosen: Sequence[_Candidate], asked: Asked, lexicon: Lexicon, weights: Weights) -> bool:
    """Say whether a span deserves a place beside those chosen: nearly as good, with words of the question that they lack."""
    if not chosen:
        return True
    if candidate.score < weights.choice["near"] * chosen[0].score:
        return False
    if _is_list(chosen[0].hit, asked) and candidate.hit is chosen[0].hit:
        return False
    held = frozenset[str]().union(*(each.words for each in chosen))
    return lexicon.share(asked.terms, held | candidate.words) - lexicon.share(asked.terms, held) >= weights.choice["new_words"]


def _evidence(candidate: _Candidate, asked: Asked, documents: Mapping[str, Document]) -> Evidence:
    passage = candidate.hit.passage
    introduces = documents[passage.document].text[: candidate.span.span.end].endswith(":")
    if passage.place.kind == "list" and (_is_list(candidate.hit, asked) or introduces):
        return Evidence(candidate.hit, Span(passage.start, passage.end), candidate.score, whole=True)
    return Evidence(candidate.hit, _with_context(candidate, documents[passage.document]), candidate.score)


def _is_list(hit: Hit, asked: Asked) -> bool:
    return hit.passage.place.kind == "list" and asked.kind in ("list", "definition", "other", "how")


def _with_context(candidate: _Candidate, document: Document) -> Span:
    """Return the span, with the sentence before it when it opens on a word that points back."""
    span, passage = candidate.span.span, candidate.hit.passage
    if not _DEPENDENT.match(document.text[span.start : span.end].lstrip(' «“"•-–')):
        return span
    before = [each for each in passage.spans if each.end <= span.start]
    if before and before[-1].end - before[-1].start <= _LONGEST_CONTEXT:
        return Span(before[-1].start, span.end)
    return span


def _merged(found: Sequence[Evidence], documents: Mapping[str, Document]) -> tuple[Evidence, ...]:
    """Join evidence that overlaps or touches within a passage, at the place of the better one."""
    kept: list[Evidence] = []
    for evidence in found:
        text = documents[evidence.hit.passage.document].text
        touching = next(
            (other for other in kept if other.hit is evidence.hit and _touch(other.span, evidence.span, text)), None
        )
        if touching is None:
            kept.append(evidence)
            continue
        span = Span(min(touching.span.start, evidence.span.start), max(touching.span.end, evidence.span.end))
        kept[kept.index(touching)] = Evidence(touching.hit, span, touching.score, touching.whole or evidence.whole)
    return tuple(kept)


def _touch(one: Span, other: Span, text: str) -> bool:
    first, second = sorted((one, other), key=lambda span: span.start)
    return not text[first.end : max(first.end, second.start)].strip()
