"""Outcomes and a document in, how often each of its sentences is cited and wanted out."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.matching import Region, locate
from eval.outcomes import Outcome
from ingest.document import Document
from ingest.passages import split


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document: where it stands, how many answers cite it, and the questions whose evidence it gives."""

    part: str
    text: str
    cited: int
    wanted: tuple[str, ...]


def reach(document: Document, outcomes: Sequence[Outcome]) -> tuple[Sentence, ...]:
    """Return every sentence that can be quoted, in reading order. A citation reaches a sentence when it holds half of it."""
    cited = [_regions(outcome, document.id) for outcome in outcomes]
    wanted = [(outcome.id, _places(outcome, document)) for outcome in outcomes if outcome.case.evidence]
    sentences = []
    for passage in split(document):
        for span in passage.spans:
            region = Region(document.id, span.start, span.end)
            times = sum(any(each.holds(region) for each in regions) for regions in cited)
            ids = tuple(name for name, places in wanted if any(place.holds(region) for place in places))
            sentences.append(Sentence(passage.place.part, document.text[span.start : span.end], times, ids))
    return tuple(sentences)


def _regions(outcome: Outcome, document: str) -> list[Region]:
    citations = outcome.answer["citations"]
    return [Region(each["document"], each["start"], each["end"]) for each in citations if each["document"] == document]


def _places(outcome: Outcome, document: Document) -> list[Region]:
    return [region for group in locate(outcome.case.evidence, {document.id: document}) for region in group]
