"""A question in, a cited answer out: the journey of a question, one step after the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Literal

from answer.asked import Asked, understand
from answer.confidence import decide, signals
from answer.conversation import Turn, leans_on, standalone
from answer.entry import read_question
from answer.evidence import Evidence, choose
from answer.lexicon import Lexicon, lexicon
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
    """What is asked of the documents, or of one of the parts that a question names, and what is found there."""

    asked: Asked
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """A stand-alone query and what it finds: one side, or one for each part that it names side by side."""

    query: str
    sides: tuple[Side, ...]


class Assistant:
    """Answers questions on the documents of one index."""

    def __init__(self, index: Index, *, weights: Weights | None = None) -> None:
        self.index = index
        self._weights = {expanded: weights or read_weights(expanded=expanded) for expanded in (True, False)}
        self._choice = self._weights[True].choice
        self.lexicon = lexicon(index.knowledge, index.heard)
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
        found = self.search(asked, history, within=within, top=max(top, int(self._choice["passages"])))
        searched = perf_counter()
        status, confidence, draft = self._drafted(found)
        hits = interleave([side.hits for side in found.sides])[: max(top, 0)]
        return self._settled(asked, found.query, status, confidence, draft, hits, start, searched)

    def search(self, question: str, history: Sequence[Turn], *, within: Collection[str] = (), top: int) -> Searched:
        """Search the stand-alone query everywhere, or in each part that it names when it names several."""
        query = standalone(question, history, names=self.lexicon.names)
        near = leans_on(question, history, names=self.lexicon.names)
        search = partial(self.index.search, top=top, near=near, pull=self._choice["pull"])
        named = () if within else self._subjects.named(query, self.lexicon)
        if len(named) < 2:
            return Searched(query, (Side(understand(query, self.lexicon), search(query, within=within)),))
        asked = {scope: self._subjects.only(query, named, scope) for scope in named}
        return Searched(
            query, tuple(Side(understand(each, self.lexicon), search(each, within=(scope,))) for scope, each in asked.items())
        )

    def _drafted(self, searched: Searched) -> tuple[Status, float, tuple[Statement, ...]]:
        documents = self.index.documents
        # What a score means depends on whether the document that comes first has expansions.
        first = next((hit for side in searched.sides for hit in side.hits), None)
        weights = self._weights[first is None or first.expanded]
        found, told = weigh(searched.sides, lexicon=self.lexicon, weights=weights)
        status, confidence = decide(told, weights, alien=any(side.asked.alien for side in searched.sides))
        if status == "answered":
            return status, confidence, write(found, documents)
        if status == "related":
            return status, confidence, write_near(found, documents)
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


def weigh(sides: Sequence[Side], *, lexicon: Lexicon, weights: Weights) -> tuple[tuple[Evidence, ...], Mapping[str, float]]:
    """Choose the evidence among what was found, and return it with what tells for it as an answer.

    Of several sides each gives its best span, and what tells is the mean of what tells for each.
    """
    if len(sides) > 1:
        weights = replace(weights, choice={**weights.choice, "quotes": 1})
    found = [choose(side.asked, side.hits, lexicon=lexicon, weights=weights) for side in sides]
    told = [signals(side.asked, side.hits, each, lexicon) for side, each in zip(sides, found, strict=True) if each]
    means = {name: sum(each[name] for each in told) / len(told) for name in (told[0] if told else ())}
    return tuple(evidence for each in found for evidence in each), means


def open_assistant(settings: Settings) -> Assistant:
    """Open the index of `settings`. Raises TresseError when it cannot serve."""
    return Assistant(open_index(settings))
