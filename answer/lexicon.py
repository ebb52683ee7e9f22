"""What the documents' words are worth: how rare each is, and which are names."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from answer.question import fold
from index.analysis import terms
from index.knowledge import WORD, Knowledge, bare_word, opens_sentence, place_terms, words_of
from index.units import Unit
from ingest.passages import Passage

_SHORTEST_MISTYPED = 5  # letters of a stem below which one wrong letter makes another word
_LONG = 8  # letters of a stem from which two slips leave it recognisable


@dataclass(frozen=True)
class Lexicon:
    """The words of a set of passages. `frequencies` counts, for each term, the passages that hold it.

    `heard` are the terms that lead to them without standing in them.
    """

    frequencies: Mapping[str, int]
    passages: int
    names: frozenset[str]
    heard: frozenset[str] = frozenset()

    def weight(self, term: str) -> float:
        """Return how much a term tells, from 0 (in every passage) to 1 (in one or none)."""
        if self.passages < 2 or term not in self.frequencies:
            return 1.0
        return self._weights[term]

    def share(self, wanted: Collection[str], present: Collection[str]) -> float:
        """Return the part of the wanted terms, weighted by what they tell, that is present; 1 when nothing is wanted."""
        total = sum(map(self.weight, wanted))
        return sum(self.weight(term) for term in wanted if term in present) / total if total else 1.0

    def total(self, terms: frozenset[str]) -> float:
        """Return how much terms tell together; remembered, for those of an expansion question come up again and again."""
        if terms not in self._totals:
            self._totals[terms] = sum(map(self.weight, terms))
        return self._totals[terms]

    def reading(self, term: str) -> str:
        """Return the term that a word stands for: itself when it is known, else the nearest known one, if one is near."""
        letters = len(term)
        if self.knows(term) or letters < _SHORTEST_MISTYPED or not term.isalpha():
            return term
        slips = 1 if letters < _LONG else 2
        near = process.extractOne(term, self._spelled, scorer=OSA.distance, score_cutoff=slips)
        return near[0] if near else term

    def holds(self, term: str) -> bool:
        """Say whether some passage holds the term."""
        return term in self.frequencies

    def knows(self, term: str) -> bool:
        """Say whether some passage holds the term or is led to by it."""
        return term in self.frequencies or term in self.heard

    @cached_property
    def _spelled(self) -> Sequence[str]:
        return sorted(
            term for term in self.frequencies.keys() | self.heard if term.isalpha() and len(term) >= _SHORTEST_MISTYPED - 1
        )

    @cached_property
    def _totals(self) -> dict[frozenset[str], float]:
        return {}

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        most = log(self.passages)
        return {term: log(self.passages / count) / most for term, count in self.frequencies.items()}


def lexicon(known: Knowledge, heard: Collection[str] = ()) -> Lexicon:
    """Return the words of what an index knows."""
    return Lexicon(known.frequencies, known.passages, known.names, frozenset(heard))


@lru_cache(maxsize=65_536)
def heard_for(unit: Unit) -> frozenset[str]:
    """Return the terms of the questions and everyday words that lead to a span."""
    return frozenset(terms(" ".join((*unit.questions, *unit.terms))))


def passage_terms(passage: Passage) -> frozenset[str]:
    """Return the terms of a passage, of the headings above it and of the person who speaks."""
    return words_of(passage.text) | place_terms(passage)


def named_in(text: str, known: Collection[str] = ()) -> tuple[str, ...]:
    """Return the words of a text that are names, as written: known ones, and those with a capital where none is due.

    Capitals tell nothing in a text without small letters.
    """
    shouted = not any(char.islower() for char in text)
    found = []
    for match in WORD.finditer(text):
        word = bare_word(match.group())
        capital = word[:1].isupper() and not shouted and (word[1:].isupper() or not opens_sentence(text, match.start()))
        if fold(word) in known or (capital and len(word) > 1):
            found.append(word)
    return tuple(dict.fromkeys(found))


def numbers_in(text: str) -> Sequence[str]:
    """Return the numbers of a text, digits only: « 3 439 » and « 57,5 % » give « 3439 » and « 57,5 »."""
    joined = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)", "", text)
    return re.findall(r"\d+(?:,\d+)?", joined)
