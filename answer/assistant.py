"""The journey of a question, one step after the other: searched, read, answered with citations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Literal

from answer.conversation import Turn, leans_on, standalone
from answer.entry import read_question
from answer.evidence.confidence import Verdict, confidence_of, decide
from answer.evidence.reader import Reader, open_reader
from answer.evidence.selection import Evidence, ReadHit, choose, rerank
from answer.names import unknown_names
from answer.quotes import Citation, Statement, cite
from answer.smalltalk import small_talk
from answer.subjects import Subjects, interleave
from answer.weights import Weights, read_weights
from answer.writer import compose, write, write_near, write_refusal, write_small_talk
from index.search import Hit, Index
from index.store import open_index
from settings import Settings

Status = Literal["answered", "related", "refused", "smalltalk"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown, and everything it rests on. `text` is Markdown with a [n] marker for each citation."""

    question: str
    query: str
    status: Status
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Side:
    """What is asked of the documents, or of one of the parts that a question names, and what is found there.

    `read`: the best passages, read and put in order; `rest`: those found after them.
    """

    query: str
    read: tuple[ReadHit, ...]
    rest: tuple[Hit, ...]

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The passages found, the best first."""
        return (*(each.hit for each in self.read), *self.rest)


@dataclass(frozen=True, slots=True)
class Searched:
    """A stand-alone query and what it finds: one side, or one for each part that it names side by side."""

    query: str
    sides: tuple[Side, ...]


class Assistant:
    """Answers questions on the documents of one index."""

    def __init__(self, index: Index, reader: Reader, *, weights: Weights | None = None) -> None:
        self.index, self.reader = index, reader
        self._weights = weights or read_weights()
        self._names = index.knowledge.names
        self._subjects = Subjects(index.knowledge.subjects)

    def ask(self, question: str, history: Sequence[Turn] = (), *, within: Collection[str] = (), top: int = 10) -> Answer:
        """Answer `question`, asked after `history`, from the documents and parts named in `within` (all when empty).

        `top`: how many of the passages found are handed back; the answer does not depend on it. Raises TresseError when the
        question is empty or too long, or when `within` names what does not exist.
        """
        start = perf_counter()
        asked = read_question(question)
        talk = small_talk(asked)
        if talk is not None:
            draft = write_small_talk(talk, self.index.documents.values())
            return self._settled(asked, asked, "smalltalk", 1.0, draft, (), start, start)
        found = self.search(asked, history, within=within, top=top)
        searched = perf_counter()
        status, confidence, draft = self._drafted(found)
        hits = interleave([side.hits for side in found.sides])[: max(top, 0)]
        return self._settled(asked, found.query, status, confidence, draft, hits, start, searched)

    def search(self, question: str, history: Sequence[Turn], *, within: Collection[str] = (), top: int) -> Searched:
        """Search the stand-alone query everywhere, or in each part that it names when it names several."""
        query = standalone(question, history, names=self._names)
        near = leans_on(question, history, names=self._names)
        side = partial(self._side, near=near, top=top)
        named = () if within else self._subjects.named(query)
        if len(named) < 2:
            return Searched(query, (side(query, within=within),))
        asked = {scope: self._subjects.only(query, named, scope) for scope in named}
        return Searched(query, tuple(side(each, within=(scope,)) for scope, each in asked.items()))

    def _side(self, query: str, *, within: Collection[str], near: str, top: int) -> Side:
        """Search a query, and read the best of what is found."""
        rank = self._weights.rank
        depth = int(rank["read"])
        hits = self.index.search(query, top=max(top, depth), within=within, near=near, pull=rank["pull"])
        readings = self.reader.read(self.index.respelled(query), [hit.passage for hit in hits[:depth]])
        return Side(query, rerank(hits[:depth], readings, rank), hits[depth:])

    def _drafted(self, searched: Searched) -> tuple[Status, float, tuple[Statement, ...]]:
        documents = self.index.documents
        evidence = evidence_of(searched.sides, self._weights.choice)
        unknown = any(unknown_names(side.query, self.index) for side in searched.sides)
        status, confidence = judge(searched.sides, self._weights.confidence, unknown=unknown)
        if status == "answered":
            return status, confidence, write(evidence, documents)
        if status == "related":
            return status, confidence, write_near(evidence, documents)
        return status, confidence, write_refusal(documents.values())

    def _settled(
        self,
        question: str,
        query: str,
        status: Status,
        confidence: float,
        draft: Sequence[Statement],
        hits: tuple[Hit, ...],
        start: float,
        searched: float,
    ) -> Answer:
        """Verify every quote of a draft, whatever wrote it, and say what stands."""
        settled = cite(draft, self.index.documents)
        citations = tuple(citation for _, citation in settled if citation is not None)
        text = compose(settled)
        end = perf_counter()
        spent = {"search": searched - start, "answer": end - searched, "total": end - start}
        timings = {name: 1000 * seconds for name, seconds in spent.items()}
        return Answer(question, query, status, confidence, text, citations, hits, timings)


def evidence_of(sides: Sequence[Side], choice: Mapping[str, float]) -> tuple[Evidence, ...]:
    """Choose what is quoted among what was read; of several sides each gives its best span."""
    kept = choice if len(sides) < 2 else {**choice, "quotes": 1}
    return tuple(found for side in sides for found in choose(side.read, kept))


def judge(sides: Sequence[Side], weights: Mapping[str, Mapping[str, float]], *, unknown: bool = False) -> tuple[Verdict, float]:
    """Decide on the best passage of each side, by the weights of its kind of document; of several, on the mean confidence.

    Nothing read is a refusal, and so is what the search finds nowhere near. `unknown`: see `decide`.
    """
    best = [side.read[0] for side in sides if side.read]
    if not best:
        return "refused", 0.0
    kinds = [weights[each.hit.kind] for each in best]
    confidences = [confidence_of(each.reading.score, kind) for each, kind in zip(best, kinds, strict=True)]
    far = all(each.searched < kind["floor"] for each, kind in zip(best, kinds, strict=True))
    return decide(sum(confidences) / len(confidences), kinds[0], far=far, unknown=unknown)


def open_assistant(settings: Settings) -> Assistant:
    """Open the index of `settings` and the reader. Raises TresseError where one of them cannot serve."""
    return Assistant(open_index(settings), open_reader(settings.reader))
