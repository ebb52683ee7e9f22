"""Cases in, outcomes out: what the shipped assistant answers, observed at each arrow, and how it scores."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from answer.assistant import Answer, Assistant
from answer.conversation import Turn
from answer.entry import QUESTION_LIMIT
from eval import metrics
from eval.cases import Case
from eval.matching import Region, covered, locate, region_of
from index.search import Hit

DEPTH = 10  # passages looked at by the retrieval metrics


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `scores` holds the metrics that apply to it, `answer` the object that the command line prints."""

    case: Case
    answer: Mapping[str, Any]
    scores: Mapping[str, float]

    @property
    def id(self) -> str:
        """The case's."""
        return self.case.id

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the case."""
        return bool(self.case.evidence)


class Judge:
    """Scores answers against the evidence of their cases, located once in the documents."""

    def __init__(self, assistant: Assistant) -> None:
        self._documents = assistant.index.documents
        self._passages = [region_of(passage) for passage in assistant.index.passages]

    def scores(self, case: Case, answer: Answer) -> dict[str, float]:
        """Return every metric that applies to the case, by name; see `eval.metrics` for what each means."""
        cited = [Region(citation.document, citation.start, citation.end) for citation in answer.citations]
        texts = {document.id: document.text for document in self._documents.values()}
        quotes = [citation.quote for citation in answer.citations]
        scores = {"words": float(len(answer.text.split()))}
        if cited:
            true = [
                texts[region.document][region.start : region.end] == quote for region, quote in zip(cited, quotes, strict=True)
            ]
            scores["quotes_true"] = sum(true) / len(true)
            scores["quote_share"] = metrics.quote_share(quotes, answer.text)
        if case.evidence:
            scores |= self._answerable(case, answer, cited)
        elif case.kind == "smalltalk":
            scores["smalltalk"] = float(answer.status == "smalltalk")
        else:
            scores["declined"] = float(answer.status in ("refused", "related"))
        return scores

    def _answerable(self, case: Case, answer: Answer, cited: Sequence[Region]) -> dict[str, float]:
        groups = locate(case.evidence, self._documents)
        relevant = sum(1 for passage in self._passages if covered(passage, groups))
        scores = metrics.retrieval([region_of(hit.passage) for hit in answer.hits[:DEPTH]], groups, relevant)
        scores |= metrics.citations(cited, groups)
        scores["refused"] = float(answer.status == "refused")
        scores["not_answered"] = float(answer.status != "answered")
        scores["right_answer"] = scores["first_citation"] * (1 - scores["not_answered"])
        if case.parts:
            scores["right_part"] = float(bool(answer.hits) and answer.hits[0].passage.place.part in case.parts)
        if case.facts:
            scores["facts"] = metrics.fact_coverage(case.facts, answer.text)
        return scores


def observe(assistant: Assistant, cases: Iterable[Case]) -> Iterator[Outcome]:
    """Ask every case, in order, and score what comes back."""
    judge = Judge(assistant)
    for case in cases:
        answer = assistant.ask(case.question, case.history, top=DEPTH)
        yield Outcome(case, record(answer), judge.scores(case, answer))


def variants(cases: Sequence[Case], change: Callable[[str], str]) -> list[Case]:
    """Return the answerable cases whose question `change` changes, changed; follow-ups and what grew too long stay out."""
    changed = [replace(case, question=change(case.question)) for case in cases if case.evidence and not case.history]
    originals = {case.id: case.question for case in cases}
    return [case for case in changed if case.question != originals[case.id] and len(case.question) <= QUESTION_LIMIT]


def wholes(cases: Sequence[Case]) -> list[Case]:
    """Return the follow-ups as the whole questions that they stand for."""
    empty: tuple[Turn, ...] = ()
    return [replace(case, question=case.whole, history=empty) for case in cases if case.whole and case.evidence]


def record(answer: Answer) -> dict[str, Any]:
    """Return what a reader of a run wants to see again of an answer."""
    return {
        "query": answer.query,
        "status": answer.status,
        "confidence": answer.confidence,
        "text": answer.text,
        "citations": [
            {"document": c.document, "start": c.start, "end": c.end, "part": c.place.part, "quote": c.quote}
            for c in answer.citations
        ],
        "passages": [_passage(hit) for hit in answer.hits[:DEPTH]],
        "timings_ms": dict(answer.timings_ms),
    }


def _passage(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    where = {"document": passage.document, "start": passage.start, "end": passage.end, "part": passage.place.part}
    return {**where, "score": hit.score}
