"""A question in, ranked passages with their signals out. Knows nothing of answers."""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from errors import TresseError
from index.content import Content
from index.contents import Contents, find_scopes
from index.encoder import Encoder, Vector
from index.fusion import EXPANSIONS, Signal, best_of_groups, fuse
from index.generation import Generation
from index.knowledge import Knowledge
from index.scoring import Heard, Question, Scorer
from index.units import NO_SPAN, Layout, Numbers, Unit, stretches
from index.words import Reading
from ingest.document import Span
from ingest.passages import Passage

# Up to here every passage is scored, which is exact: on 2,000 passages and 18,000 vectors as fast as by candidates.
_SCORED_WHOLE = 5_000
# What the score of a document without expansions counts beside one with some, whose scores are lower: between 0.5 and 0.7 no
# difference on the booklet's tuning questions beside 100 fiches of service-public.fr; below, these lost questions of theirs.
PLAIN_SCALE = 0.6
_NAMED = 10  # scopes that a refusal names: an index has thousands
_LONGEST_QUERY = 2_000  # characters: a model reads about 1,300, and a pasted book must not hold the others up


@dataclass(frozen=True, slots=True)
class SpanHit:
    """A span of a passage found, and what speaks for it."""

    span: Span
    score: float
    signals: Mapping[str, float]
    unit: Unit  # the questions and everyday words that lead to the span


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, and what speaks for it. Every span of the passage is there, in reading order."""

    passage: Passage
    score: float
    signals: Mapping[str, float]
    spans: tuple[SpanHit, ...]

    @property
    def expanded(self) -> bool:
        """Tell whether its document has expansions."""
        return not EXPANSIONS.isdisjoint(self.signals)


class Index:
    """One generation of the index, loaded once and asked many times, by several threads if need be."""

    def __init__(
        self,
        content: Content,
        knowledge: Knowledge,
        *,
        scorer: Scorer,
        encoder: Encoder,
        weights: Mapping[bool, Mapping[str, float]],
        held: Generation,
    ) -> None:
        self.contents, self.documents = content.contents, content.documents
        self.passages, self.units = content.passages, content.units
        self.knowledge, self.encoder = knowledge, encoder
        self._scorer, self._weights = scorer, weights
        self._scopes = find_scopes(content.contents)
        self._expanded = _find_expanded(content.contents, scorer.layout)
        self.generation = held  # its files stay as long as this index

    @property
    def expanded(self) -> bool:
        """Tell whether expansions lead to some of its passages."""
        return bool(self._expanded.any())

    @property
    def heard(self) -> frozenset[str]:
        """The terms of its expansions: what leads to its passages without standing in them."""
        counts = self._scorer.words.vocabulary.frequencies
        return frozenset(counts["questions"]) | frozenset(counts["terms"])

    def around(self, document: str, start: int) -> Numbers:
        """Return the numbers of the units of the section in which an offset of a document stands, in reading order."""
        listed = self.contents[document]
        number = bisect_right(range(listed.first, listed.end), start, key=lambda number: self.passages[number].start)
        return self._scorer.section_units(max(listed.first + number - 1, listed.first))

    def encode(self, query: str) -> Vector:
        """Encode a question, for whoever wants to time it apart or to search twice with it."""
        return self.encoder.encode_query(_clean(query))

    def read(self, query: str) -> tuple[Reading, ...]:
        """Give the terms that each word of a question may stand for, mistyped ones included, as the search takes them."""
        return self._scorer.words.read(_clean(query))

    def idf(self, term: str) -> float:
        """Say how much a term tells a passage from the others; the most for one that no passage has."""
        return self._scorer.words.vocabulary.idf("text", term)

    def search(
        self,
        query: str,
        *,
        top: int = 10,
        within: Collection[str] = (),
        vector: Vector | None = None,
        near: str = "",
        pull: float = 0.0,
    ) -> tuple[Hit, ...]:
        """Give the `top` best passages, best first; equals come by document, then by place.

        `within` holds documents ("livret") and parts of documents ("livret#fiche-2"); empty, it means everywhere. A blank query
        finds nothing. `vector` is what `encode` gave for the query. `near` is a text that adds up to
        `pull` to the score of what it is about: what was said before a question that leans on it. Raises TresseError when
        `within` names what does not exist.
        """
        query, allowed = _clean(query), self._allowed(within)
        if not query.strip() or top < 1 or not len(allowed):
            return ()
        vector = self.encode(query) if vector is None else vector
        question = self._question(query, vector, within)
        whole = len(allowed) <= _SCORED_WHOLE
        heard = self._scorer.hear(question, whole=whole)
        passages = allowed if whole else self._scorer.candidates(question, heard, allowed)
        drawn = None
        if near:
            said = self._question(_clean(near), vector, within)
            drawn = pull * self._scorer.draw(said, self._scorer.hear(said, whole=whole), passages)
        return self._rank(question, heard, passages, top, drawn)

    def _question(self, text: str, vector: Vector, within: Collection[str]) -> Question:
        return Question(self.read(text), vector, self._scorer.grams.read(text), tuple(sorted(set(within))))

    def _allowed(self, within: Collection[str]) -> Numbers:
        """List the passages of these scopes, in reading order."""
        unknown = sorted(set(within) - self._scopes.keys())
        if unknown:
            raise TresseError(
                f"«\u00a0{unknown[0]}\u00a0» n’est ni un document ni une partie de document. "
                f"Choisissez parmi\u00a0: {_some(self._scopes)}."
            )
        if not within:
            return np.arange(len(self.passages))
        return np.unique(np.concatenate([np.arange(*self._scopes[scope]) for scope in set(within)]))

    def _rank(self, question: Question, heard: Heard, passages: Numbers, top: int, drawn: Signal | None) -> tuple[Hit, ...]:
        units = stretches(self._scorer.layout.first_unit, passages)
        first = np.searchsorted(self._scorer.layout.unit_passage[units], np.append(passages, len(self.passages)))
        by_unit = self._scorer.unit_scores(question, heard, passages, units)
        by_passage = self._scorer.passage_scores(question, heard, passages)
        by_passage |= {name: best_of_groups(signal, first) for name, signal in by_unit.items()}
        scores = self._fused(by_passage, self._expanded[passages])
        if drawn is not None:
            scores = scores + drawn
        places = np.argsort(-scores, kind="stable")[:top]  # passages stand in the order of the documents
        return tuple(
            Hit(
                self.passages[passages[place]],
                float(scores[place]),
                self._values(by_passage, place, passages[place]),
                self._spans(units[first[place] : first[place + 1]], _part(by_unit, first[place], first[place + 1])),
            )
            for place in places.tolist()
        )

    def _spans(self, numbers: Numbers, signals: Mapping[str, Signal]) -> tuple[SpanHit, ...]:
        scores = self._fused(signals, self._expanded[self._scorer.layout.unit_passage[numbers]])
        hits = []
        for place, number in enumerate(numbers.tolist()):
            unit = self.units[number]
            if unit.span != NO_SPAN:
                span = self.passages[unit.passage].spans[unit.span]
                hits.append(SpanHit(span, float(scores[place]), self._values(signals, place, unit.passage), unit))
        return tuple(hits)

    def _fused(self, signals: Mapping[str, Signal], expanded: NDArray[np.bool_]) -> Signal:
        """Fuse what stands in documents with expansions and what stands in others each by its own weights."""
        if expanded.all():
            return fuse(signals, self._weights[True])
        plain = fuse({name: signal for name, signal in signals.items() if name not in EXPANSIONS}, self._weights[False])
        return np.where(expanded, fuse(signals, self._weights[True]), PLAIN_SCALE * plain) if self.expanded else plain

    def _values(self, signals: Mapping[str, Signal], place: int, passage: int) -> dict[str, float]:
        expanded = self._expanded[passage]
        return {name: float(signal[place]) for name, signal in signals.items() if expanded or name not in EXPANSIONS}


def _clean(query: str) -> str:
    """Cut a question to a length that can be read and mend what is no character, which tokenizers refuse."""
    return query[:_LONGEST_QUERY].encode("utf-8", "replace").decode()


def _part(signals: Mapping[str, Signal], start: int, end: int) -> dict[str, Signal]:
    return {name: signal[start:end] for name, signal in signals.items()}


def _find_expanded(contents: Contents, layout: Layout) -> NDArray[np.bool_]:
    """Tell for each passage whether its document has expansions: what a score means depends on it."""
    questions = np.add.reduceat(np.append(layout.unit_questions, 0), layout.first_unit[:-1]) if layout.passages else np.empty(0)
    expanded = np.zeros(layout.passages, dtype=np.bool_)
    for document in contents.values():
        expanded[document.first : document.end] = questions[document.first : document.end].any()
    return expanded


def _some(scopes: Collection[str]) -> str:
    """Name scopes, a few of them where there are many."""
    named = ", ".join(nsmallest(_NAMED, scopes))
    return f"{named}, et {len(scopes) - _NAMED} autres" if len(scopes) > _NAMED else named
