"""The search: the passages of an index that come nearest to a question, by their words and by their meaning."""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np

from errors import TresseError
from index.analysis import tokens
from index.content import Content
from index.contents import find_scopes
from index.encoder import Encoder, Vector
from index.fusion import SIGNALS, Signal, fuse
from index.generation import Generation
from index.knowledge import WORD, Knowledge, bare_word
from index.vectors import Numbers, VectorIndex
from index.words import FIELDS, Reading, Words
from ingest.passages import Passage

# Up to here every passage is scored, which is exact; beyond, those that are among the best by one signal at least.
_SCORED_WHOLE = 5_000
_CANDIDATES = 100  # passages by signal
_MOST_HEARD = 1_000  # passages by the words of a field, where not all are scored: what is beyond scores about nothing
_NAMED = 10  # scopes that a refusal names: an index has thousands
_LONGEST_QUERY = 2_000  # characters: a model reads about 1,300, and a pasted book must not hold the others up


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, its score from 0 to 1, and the signals that it comes from.

    `expanded`: its document has expansions, so that the search tells more of it.
    """

    passage: Passage
    score: float
    signals: Mapping[str, float]
    expanded: bool

    @property
    def kind(self) -> str:
        """The kind of its document, by which what is fitted on scores is named: « expanded » or « plain »."""
        return "expanded" if self.expanded else "plain"


class Index:
    """One generation of the index, loaded once and asked many times, by several threads if need be."""

    def __init__(
        self,
        content: Content,
        knowledge: Knowledge,
        *,
        words: Words,
        vectors: VectorIndex,
        encoder: Encoder,
        weights: Mapping[str, float],
        held: Generation,
    ) -> None:
        self.contents, self.documents = content.contents, content.documents
        self.passages, self.units = content.passages, content.units
        self.knowledge, self.encoder = knowledge, encoder
        self._words, self._vectors, self._weights = words, vectors, weights
        self._scopes = find_scopes(content.contents)
        self.generation = held  # its files stay as long as this index

    def section(self, document: str, start: int) -> range:
        """Return the numbers of the passages of the section in which an offset of a document stands."""
        listed = self.contents[document]
        number = bisect_right(range(listed.first, listed.end), start, key=lambda number: self.passages[number].start)
        first = last = max(listed.first + number - 1, listed.first)
        section = self.passages[first].section
        while first > listed.first and self.passages[first - 1].section == section:
            first -= 1
        while last + 1 < listed.end and self.passages[last + 1].section == section:
            last += 1
        return range(first, last + 1)

    def encode(self, query: str) -> Vector:
        """Encode a question, for whoever wants to time it apart or to search twice with it."""
        return self.encoder.encode_query(self.respelled(query))

    def respelled(self, query: str) -> str:
        """Return a question as a model reads it best: its words as the documents write them, without slips, accents back.

        What the documents do not know stays as it is, and so does a word in capitals, unless all are.
        """
        calm = _clean(query)
        if not any(map(str.islower, calm)):
            calm = calm.lower()
        return WORD.sub(lambda match: self._respelled(match.group()), calm)

    def _respelled(self, written: str) -> str:
        word = bare_word(written)
        found = tokens(word)
        if len(found) != 1 or found[0].form != word.lower() or word.isupper():
            return written
        meant = self._words.vocabulary.meant(found[0])
        spelled = self.knowledge.accented.get(meant, meant)
        return written[: len(written) - len(word)] + (spelled.capitalize() if word[0].isupper() else spelled)

    def read(self, query: str) -> tuple[Reading, ...]:
        """Give the terms that each word of a question may stand for, mistyped ones included, as the search takes them."""
        return self._words.read(_clean(query))

    def recognises(self, word: str) -> bool:
        """Tell whether some passage, what names it or an expansion that leads to it holds a word, mistyped or not."""
        knows = self._words.vocabulary.knows
        return all(any(knows(term) for term, _ in reading) for reading in self.read(word))

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
        finds nothing. `vector` is what `encode` gave for the query. `near` is a text that adds up to `pull` to the score of
        what holds its words: what was said before a question that leans on it. Raises TresseError when `within` names what
        does not exist.
        """
        query, allowed = _clean(query), self._allowed(within)
        if not query.strip() or top < 1 or not len(allowed):
            return ()
        vector = self.encode(query) if vector is None else vector
        heard = self._heard(query, allowed, within)
        whole = len(allowed) <= _SCORED_WHOLE
        passages = allowed if whole else self._candidates(heard, vector, allowed, restricted=bool(within))
        signals = {f"words.{field}": _scores_of(passages, *heard[field]) for field in FIELDS}
        signals["vectors"] = self._vectors.cosines(vector, passages).astype(np.float64)
        scores = fuse(signals, self._weights)
        if near:
            scores = scores + pull * self._drawn(near, passages, allowed, within)
        places = np.argsort(-scores, kind="stable")[:top]  # passages stand in the order of the documents
        found = [(self.passages[passages[place]], place) for place in places.tolist()]
        return tuple(
            Hit(
                passage,
                float(scores[place]),
                {name: float(signals[name][place]) for name in SIGNALS},
                self.contents[passage.document].expanded,
            )
            for passage, place in found
        )

    def _heard(self, query: str, allowed: Numbers, within: Collection[str]) -> Mapping[str, tuple[Numbers, Signal]]:
        """Give, by field, the passages that hold words of a text, best first, and their scores."""
        readings, scopes = self.read(query), sorted(set(within))
        limit = len(allowed) if len(allowed) <= _SCORED_WHOLE else _MOST_HEARD
        return {field: self._words.search(field, readings, limit=limit, scopes=scopes) for field in FIELDS}

    def _candidates(
        self, found: Mapping[str, tuple[Numbers, Signal]], vector: Vector, allowed: Numbers, *, restricted: bool
    ) -> Numbers:
        """List the passages that are among the best by one signal at least."""
        nearest = self._vectors.nearest(vector, limit=_CANDIDATES, within=allowed if restricted else None)
        return np.unique(np.concatenate([nearest, *(numbers[:_CANDIDATES] for numbers, _ in found.values())]))

    def _drawn(self, near: str, passages: Numbers, allowed: Numbers, within: Collection[str]) -> Signal:
        """Say from 0 to 1 how much each of `passages` holds the words of what was said before."""
        found = self._heard(_clean(near), allowed, within)
        total = np.sum([_scores_of(passages, *found[field]) for field in FIELDS], axis=0)
        return np.asarray(total / (total.max(initial=0.0) or 1.0), dtype=np.float64)

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


def _clean(query: str) -> str:
    """Cut a question to a length that can be read and mend what is no character, which tokenizers refuse."""
    return query[:_LONGEST_QUERY].encode("utf-8", "replace").decode()


def _scores_of(numbers: Numbers, found: Numbers, scores: Signal) -> Signal:
    """Give the score of each of `numbers`, increasing, 0 for those that were not found."""
    values = np.zeros(len(numbers))
    if len(numbers):
        places = np.minimum(np.searchsorted(numbers, found), len(numbers) - 1)
        known = numbers[places] == found
        values[places[known]] = scores[known]
    return values


def _some(scopes: Collection[str]) -> str:
    """Name scopes, a few of them where there are many."""
    named = ", ".join(nsmallest(_NAMED, scopes))
    return f"{named}, et {len(scopes) - _NAMED} autres" if len(scopes) > _NAMED else named
