"""Which spans of the passages that were read are quoted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from answer.evidence.lists import introduces, listing
from answer.evidence.reader import PassageReading
from index.search import Hit
from ingest.document import Span

Form = Literal["sentence", "list"]

# Openings that mean nothing without the sentence before them.
_POINTS_BACK = re.compile(
    r"^(?:elles?|ils?|cela|ceci|c[’']est|ce(?:tte|t|s)?|celles?-ci|celui-ci|ceux-ci|son|sa|ses|leurs?|mais|or|ainsi|en effet|"
    r"de plus|donc|aussi|pour cette raison|en contrepartie|y)\b",
    re.IGNORECASE,
)
_LONGEST_CONTEXT = 320  # characters of a sentence before that is taken along


@dataclass(frozen=True, slots=True)
class ReadHit:
    """A passage found and read. `searched` is its score by the search alone; that of `hit` counts the reading too."""

    hit: Hit
    searched: float
    reading: PassageReading


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span that answers, as offsets in its document, and the passage that it was found in."""

    hit: Hit
    span: Span
    form: Form

    @property
    def text(self) -> str:
        """The words of the span."""
        return _text(self.hit, self.span)


def rerank(hits: Sequence[Hit], readings: Sequence[PassageReading], rank: Mapping[str, float]) -> tuple[ReadHit, ...]:
    """Order passages by the score of the search and that of the reading, the best first; equals as they came.

    `rank`: what a reading counts beside the search, for a passage of a document with expansions (`expanded`) or without
    (`plain`).
    """
    read = []
    for hit, reading in zip(hits, readings, strict=True):
        score = hit.score + rank[hit.kind] * reading.score
        signals = {**hit.signals, "reader": reading.score}
        read.append(ReadHit(replace(hit, score=score, signals=signals), hit.score, reading))
    return tuple(sorted(read, key=lambda each: -each.hit.score))


def choose(read: Sequence[ReadHit], choice: Mapping[str, float]) -> tuple[Evidence, ...]:
    """Choose the spans that answer, those of the best passage first; spans that touch are one.

    `choice`: how many are given at most (`quotes`), how far below the best score a further passage may be (`gap`), which share
    of the weight of the best span of its passage a further span must have (`share`), and from which weight beside its best item
    a list is given whole (`spread`).
    """
    found: list[Evidence] = []
    for each in read:
        if not found or each.reading.score >= max(read[0].reading.score - choice["gap"], 0.0):
            found += _of_passage(each, choice)
    return _merged(found[: int(choice["quotes"])])


def _of_passage(each: ReadHit, choice: Mapping[str, float]) -> list[Evidence]:
    """Return what a passage answers: the whole list, or its best spans in the order of their weight."""
    spans, weights = each.hit.passage.spans, each.reading.spans
    order = sorted(range(len(spans)), key=lambda number: -weights[number])
    if not order:
        return []
    whole = _whole_list(each, order[0], choice["spread"])
    if whole:
        return [Evidence(each.hit, whole, "list")]
    kept = [number for number in order if weights[number] >= choice["share"] * weights[order[0]]]
    return [Evidence(each.hit, _with_context(each.hit, spans[number]), "sentence") for number in kept]


def _whole_list(each: ReadHit, best: int, spread: float) -> Span | None:
    """Return the list of a passage where its best span only announces it, or where the answer is spread over its items."""
    passage, weights = each.hit.passage, each.reading.spans
    found, span = listing(passage), passage.spans[best]
    if introduces(passage, span):
        return Span(span.start, found.end if found else passage.spans[-1].end)
    if found is None or not found.start <= span.start < found.end:
        return None
    inside = sum(weight for place, weight in zip(passage.spans, weights, strict=True) if found.start <= place.start < found.end)
    return found if inside - weights[best] >= spread else None


def _with_context(hit: Hit, span: Span) -> Span:
    """Return the span, with the sentence before it when it opens on a word that points back."""
    if not _POINTS_BACK.match(_text(hit, span).lstrip(' «“"•-–')):
        return span
    before = [each for each in hit.passage.spans if each.end <= span.start]
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
        kept[number] = Evidence(other.hit, span, "list" if "list" in (other.form, evidence.form) else other.form)
    return tuple(kept)


def _touch(one: Evidence, other: Evidence) -> bool:
    if one.hit is not other.hit:
        return False
    first, second = sorted((one.span, other.span), key=lambda span: span.start)
    return not _text(one.hit, Span(first.end, max(first.end, second.start))).strip()


def _text(hit: Hit, span: Span) -> str:
    return hit.passage.text[span.start - hit.passage.start : span.end - hit.passage.start]
