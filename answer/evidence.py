"""Ranked passages in, the one to three spans that answer out. Knows nothing of how they will be said."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from answer.asked import Asked
from answer.kinship import DEFINED, kinship
from answer.lexicon import Lexicon, heard_for
from answer.listing import introduces, listing
from answer.nearness import closest, spelled
from answer.weights import Weights
from index.knowledge import place_terms, words_of
from index.search import Hit, SpanHit
from ingest.document import Span
from ingest.passages import Passage

Form = Literal["sentence", "definition", "list"]

# Openings that mean nothing without the sentence before them.
_POINTS_BACK = re.compile(
    r"^(?:elles?|ils?|cela|ceci|c[’']est|ce(?:tte|t|s)?|celles?-ci|celui-ci|ceux-ci|son|sa|ses|leurs?|mais|or|ainsi|en effet|"
    r"de plus|donc|aussi|pour cette raison|en contrepartie|y)\b",
    re.IGNORECASE,
)
_LONGEST_CONTEXT = 320  # characters of a sentence before that is taken along
_ENOUGH_NEWS = 4  # words beyond those of the question from which a sentence says something
_ASIDE = ("presentation", "footnote", "diagram", "label", "reference")  # what is printed beside the text and seldom answers
_SOUGHT = (("person", "presentation"), ("place", "reference"))  # unless that is what the question is after
_ASIDE_WORTH = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that answers, as offsets in its document, the passage that it was found in, and what tells for it."""

    hit: Hit
    span: Span
    score: float
    form: Form
    features: Mapping[str, float]

    @property
    def text(self) -> str:
        """The words of the span."""
        return _text(self.hit, self.span)


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    found: SpanHit
    features: Mapping[str, float]
    words: frozenset[str]
    score: float

    @property
    def span(self) -> Span:
        return self.found.span


def choose(asked: Asked, hits: Sequence[Hit], *, lexicon: Lexicon, weights: Weights) -> tuple[Evidence, ...]:
    """Choose the spans that answer, the best first; spans that touch are one.

    Ties go to the better passage, then to reading order.
    """
    looked = hits[: int(weights.choice["passages"])]
    candidates = [_candidate(asked, hit, span, lexicon, weights) for hit in looked for span in hit.spans]
    chosen: list[_Candidate] = []
    for candidate in sorted(candidates, key=lambda each: -each.score):
        if len(chosen) < weights.choice["quotes"] and _adds(candidate, chosen, asked, lexicon, weights):
            chosen.append(candidate)
    return _merged([_evidence(each, asked) for each in chosen])


def features(asked: Asked, hit: Hit, span: SpanHit, lexicon: Lexicon) -> dict[str, float]:
    """Return what tells for a span, each from 0 to 1.

    What the search says of the span, and the score of its passage; the question's words in the span, around it, in the
    headings; its names around the span; what the span says that the question does not; whether it has the form of an answer.
    """
    text = _text(hit, span.span)
    own, place = words_of(text), place_terms(hit.passage)
    around = words_of(hit.passage.text) | place
    return {
        **span.signals,
        "passage": hit.score,
        "words": lexicon.share(asked.content, own),
        "context": lexicon.share(asked.content, around),
        "headings": lexicon.share(asked.terms, place),
        "heard": lexicon.share(asked.content, own | place | heard_for(span.unit)),
        "closest": closest(asked, span.unit, lexicon),
        "names": lexicon.share(asked.names, around),
        "news": _news(asked, own, hit.passage),
        "type": kinship(asked, text, hit.passage),
    }


def _news(asked: Asked, own: Collection[str], passage: Passage) -> float:
    """Say how much a span says that the question does not; that somebody says it is news as well."""
    if passage.place.kind in _ASIDE and (asked.kind, passage.place.kind) not in _SOUGHT:
        return _ASIDE_WORTH
    if passage.place.kind == "turn":
        return 1.0
    return min(1.0, len(set(own) - set(asked.terms)) / _ENOUGH_NEWS)


def _candidate(asked: Asked, hit: Hit, span: SpanHit, lexicon: Lexicon, weights: Weights) -> _Candidate:
    told = features(asked, hit, span, lexicon)
    score = sum(weights.evidence.get(name, 0.0) * value for name, value in told.items())
    if asked.kind == "definition":
        score += weights.choice["definition"] * told["type"]
    return _Candidate(hit, span, told, words_of(_text(hit, span.span)) & frozenset(asked.terms), score)


def _adds(candidate: _Candidate, chosen: Sequence[_Candidate], asked: Asked, lexicon: Lexicon, weights: Weights) -> bool:
    """Say whether a span deserves a place beside those chosen: nearly as good, with words of the question that they lack."""
    if not chosen:
        return True
    best = chosen[0]
    if candidate.score < weights.choice["near"] * best.score or candidate.features["names"] < best.features["names"]:
        return False
    if candidate.hit is best.hit and _as_list(best, asked):
        return False
    if asked.kind in ("list", "example") and all(each.features["headings"] == 1.0 for each in (candidate, best)):
        return all(candidate.hit is not each.hit for each in chosen)  # sections of what is asked: « Les avantages de... »
    wanted = asked.terms if asked.kind == "compare" else asked.content
    held = frozenset[str]().union(*(each.words for each in chosen))
    return lexicon.share(wanted, held | candidate.words) - lexicon.share(wanted, held) >= weights.choice["new_words"]


def _evidence(candidate: _Candidate, asked: Asked) -> Evidence:
    span = _as_list(candidate, asked)
    defines = asked.kind == "definition" and candidate.features["type"] >= DEFINED
    form: Form = "list" if span else "definition" if defines else "sentence"
    told = {**candidate.features, "spelled": spelled(asked, candidate.found.unit)}  # of those chosen only: it takes longest
    return Evidence(candidate.hit, span or _with_context(candidate), candidate.score, form, told)


def _as_list(candidate: _Candidate, asked: Asked) -> Span | None:
    """Return the whole list, when the question wants it or the span only announces it."""
    passage = candidate.hit.passage
    found = listing(passage)
    if introduces(passage, candidate.span):
        return Span(candidate.span.start, found.end if found else passage.spans[-1].end)
    inside = found is not None and found.start <= candidate.span.start
    return found if inside and asked.kind == "list" else None


def _with_context(candidate: _Candidate) -> Span:
    """Return the span, with the sentence before it when it opens on a word that points back."""
    span, passage = candidate.span, candidate.hit.passage
    if not _POINTS_BACK.match(_text(candidate.hit, span).lstrip(' «“"•-–')):
        return span
    before = [each for each in passage.spans if each.end <= span.start]
    if before and before[-1].end - before[-1].start <= _LONGEST_CONTEXT:
        return Span(before[-1].start, span.end)
    return span


def _merged(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Join evidence that overlaps or touches within a passage, at the place of the better one."""
    kept: list[Evidence] = []
    for evidence in found:
        number = next((number for number, other in enumerate(kept) if _touch(other, evidence)), None)
        if number is None:
            kept.append(evidence)
            continue
        other = kept[number]
        span = Span(min(other.span.start, evidence.span.start), max(other.span.end, evidence.span.end))
        form: Form = "list" if "list" in (other.form, evidence.form) else other.form
        kept[number] = Evidence(other.hit, span, other.score, form, other.features)
    return tuple(kept)


def _touch(one: Evidence, other: Evidence) -> bool:
    if one.hit is not other.hit:
        return False
    first, second = sorted((one.span, other.span), key=lambda span: span.start)
    return not _text(one.hit, Span(first.end, max(first.end, second.start))).strip()


def _text(hit: Hit, span: Span) -> str:
    return hit.passage.text[span.start - hit.passage.start : span.end - hit.passage.start]
