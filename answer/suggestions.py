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
        for number in self._around(answer.citations):
            if len(found) == SHOWN:
                break
            if not any(_touch(self._span(number), citation) for citation in told):
                found += [question for question in (self._answered(number),) if question and question not in found]
        return tuple(found)

    def _around(self, citations: Sequence[Citation]) -> list[int]:
        """List the units of the sections that an answer quotes, the nearest first."""
        near: dict[int, int] = {}
        for citation in citations:
            for number in self._index.around(citation.document, citation.start).tolist():
                unit = self._index.units[number]
                if unit.span != NO_SPAN and unit.questions:
                    distance = abs(self._span(number).start - citation.start)
                    near[number] = min(distance, near.get(number, distance))
        return sorted(near, key=lambda number: (near[number], number))[:_TRIED]

    def _span(self, number: int) -> Span:
        unit = self._index.units[number]
        return self._index.passages[unit.passage].spans[unit.span]

    def _first_answered(self, number: int) -> str:
        """Return the first question of a unit that is answered from its own span, "" where none is."""
        document = self._index.passages[self._index.units[number].passage].document
        for question in _readable(self._index.units[number]):
            answer = self._assistant.ask(question)
            first = answer.citations[0] if answer.citations else None
            if answer.status == "answered" and first and first.document == document and _touch(self._span(number), first):
                return question
        return ""


def _readable(unit: Unit) -> Iterator[str]:
    found = (question for question in unit.questions if _READABLE.match(question) and _FRENCH.search(question.lower()))
    yield from (question for question, _ in zip(found, range(_ASKED), strict=False))


def _touch(span: Span, citation: Citation) -> bool:
    return span.start < citation.end and citation.start < span.end
