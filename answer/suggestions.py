"""An answer in, the questions out that a reader could ask next and that Tresse answers. Shows questions, never facts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from answer.assistant import Answer, Assistant
from answer.quotes import Citation
from index.search import Index
from index.units import NO_SPAN, Unit
from ingest.document import Span

SHOWN = 3  # as many as stand on a line or two under an answer
_TRIED = 8  # units around an answer: each costs up to a few answers the first time
_ASKED = 4  # questions tried for a unit
_READABLE = re.compile(r"^[^\W\d_][^?]{15,88}\?$")  # a whole question, short enough for a button
_FRENCH = re.compile(
    r"\b(?:qu|que|quel(?:le)?s?|qui|quoi|comment|combien|pourquoi|quand|où|est-ce|peut-on|faut-il|une?|les?|la|des|du)\b"
)


class Suggester:
    """Proposes what to ask after an answer: questions of the spans around those it quotes, each tried beforehand."""

    def __init__(self, assistant: Assistant, index: Index) -> None:
        self._assistant, self._index = assistant, index
        self._answered = lru_cache(maxsize=4096)(self._first_answered)

    def after(self, answer: Answer, before: Iterable[Answer] = ()) -> tuple[str, ...]:
        """Return up to SHOWN questions on what stands next to what an answer quotes and was quoted neither there nor before."""
        told = [citation for each in (*before, answer) for citation in each.citations]
        found: list[str] = []
        for unit in self._around(answer.citations):
            if len(found) == SHOWN:
                break
            if not any(_touch(self._span(unit), citation) for citation in told):
                found += [question for question in (self._answered(unit),) if question and question not in found]
        return tuple(found)

    def _around(self, citations: Sequence[Citation]) -> list[Unit]:
        """List the spans of the sections that an answer quotes to which questions lead, the nearest first."""
        near: dict[Unit, int] = {}
        for citation in citations:
            for number in self._index.section(citation.document, citation.start):
                for unit in self._index.units[number]:
                    if unit.span != NO_SPAN and unit.questions:
                        distance = abs(self._span(unit).start - citation.start)
                        near[unit] = min(distance, near.get(unit, distance))
        return sorted(near, key=lambda unit: (near[unit], unit.passage, unit.span))[:_TRIED]

    def _span(self, unit: Unit) -> Span:
        return self._index.passages[unit.passage].spans[unit.span]

    def _first_answered(self, unit: Unit) -> str:
        """Return the first question of a span that is answered from there, "" where none is."""
        passage = self._index.passages[unit.passage]
        for question in _readable(unit):
            if [hit.passage for hit in self._index.search(question, top=1)] != [passage]:
                continue  # a search costs a fifth of an answer
            answer = self._assistant.ask(question)
            first = answer.citations[0] if answer.citations else None
            if answer.status == "answered" and first and first.document == passage.document and _touch(self._span(unit), first):
                return question
        return ""


def _readable(unit: Unit) -> Iterator[str]:
    found = (question for question in unit.questions if _READABLE.match(question) and _FRENCH.search(question.lower()))
    yield from (question for question, _ in zip(found, range(_ASKED), strict=False))


def _touch(span: Span, citation: Citation) -> bool:
    return span.start < citation.end and citation.start < span.end
