"""A question in, a cited answer out: the journey of a question, one step after the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from answer.conversation import Turn, standalone
from answer.quotes import Citation
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

    def __init__(self, index: Index) -> None:
        self.index = index

    def ask(self, question: str, history: Sequence[Turn] = (), *, within: Collection[str] = (), top: int = 10) -> Answer:
        """Answer `question`, asked after `history`, from the documents and parts named in `within` (all when empty)."""
        query = standalone(question, history)
        hits = self.index.search(query, top=top, within=within)
        return Answer(question, query, "refused", 0.0, "", (), hits, {"search": 0.0, "answer": 0.0, "total": 0.0})


def open_assistant(settings: Settings) -> Assistant:
    """Open the index of `settings`. Raises TresseError when it cannot serve."""
    return Assistant(open_index(settings))
