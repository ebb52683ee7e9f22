"""A question in, a cited answer out: the journey of a question, one step after the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from answer.asked import understand
from answer.confidence import decide, signals
from answer.conversation import Turn, standalone
from answer.entry import read_question
from answer.evidence import choose
from answer.lexicon import lexicon
from answer.quotes import Citation, Statement, cite
from answer.smalltalk import small_talk
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


class Assistant:
    """Answers questions on the documents of one index."""

    def __init__(self, index: Index, *, weights: Weights | None = None) -> None:
        self.index = index
        self._weights = weights or read_weights(expanded=index.expanded)
        self.lexicon = lexicon(index.passages, index.documents.values(), index.units)

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
        query = standalone(asked, history, names=self.lexicon.names)
        hits = self.index.search(query, top=max(top, int(self._weights.choice["passages"])), within=within)
        searched = perf_counter()
        status, confidence, draft = self._drafted(query, hits)
        return self._settled(asked, query, status, confidence, draft, hits[: max(top, 0)], start, searched)

    def _drafted(self, query: str, hits: Sequence[Hit]) -> tuple[Status, float, tuple[Statement, ...]]:
        documents = self.index.documents
        asked = understand(query, self.lexicon)
        found = choose(asked, hits, lexicon=self.lexicon, weights=self._weights)
        told = signals(asked, hits, found, self.lexicon)
        status, confidence = decide(told, self._weights)
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


def open_assistant(settings: Settings) -> Assistant:
    """Open the index of `settings`. Raises TresseError when it cannot serve."""
    return Assistant(open_index(settings))
