"""The words of an index: in how many units each occurs, and which known words a mistyped one may stand for."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.analysis import Token, stem

# A word found through its neighbours counts less than the same word well typed: one slip of the fingers, two, and two with
# another first letter, which people seldom miss.
_TRUST = {1: 0.8, 2: 0.6, 3: 0.4}
_ONE_SLIP, _TWO_SLIPS = 4, 8  # letters from which one and two slips still leave the word recognisable
_MOST_NEIGHBOURS = 3


@dataclass(frozen=True)
class Vocabulary:
    """Counts of units and, for each field, of the units that hold each term; the term of every word form.

    `sizes` says how many units a field is counted over: BM25 weighs a field against all of them, those without it included.
    """

    sizes: Mapping[str, int]
    frequencies: Mapping[str, Mapping[str, int]]
    forms: Mapping[str, str]

    def knows(self, term: str) -> bool:
        """Tell whether some unit holds `term` in some field."""
        return any(term in counts for counts in self.frequencies.values())

    def idf(self, field: str, term: str) -> float:
        """Inverse document frequency in a field, as Lucene and Tantivy compute it; highest for an unknown term."""
        size, seen = self.sizes[field], self.frequencies[field].get(term, 0)
        return math.log(1 + (size - seen + 0.5) / (seen + 0.5))

    def readings(self, token: Token) -> tuple[tuple[str, float], ...]:
        """Give the terms that a word may stand for, each with the trust it deserves, from 0 to 1.

        A known word stands for itself, and so does an unknown one without a near neighbour: it is then information that the
        index does not have.
        """
        if self.knows(token.term):
            return ((token.term, 1.0),)
        return self._nearest(token) or ((token.term, 1.0),)

    def meant(self, token: Token) -> str:
        """Return the word form that a word surely stands for: the known one a single slip away from a long word.

        Nearer words, or two slips, are often other words: on the tuning questions « épidémie » was « épicerie », « patrons »
        « partons ». To search them beside the word is no harm; to read them in its place would be.
        """
        if self.knows(token.term) or len(token.form) < _TWO_SLIPS:
            return token.form
        return next((form for cost, form in self._neighbours(token) if cost == 1), token.form)

    def _nearest(self, token: Token) -> tuple[tuple[str, float], ...]:
        trust: dict[str, float] = {}
        for cost, form in self._neighbours(token):
            if len(trust) < _MOST_NEIGHBOURS:
                trust.setdefault(self.forms[form], _TRUST[cost])
        return tuple(trust.items())

    def _neighbours(self, token: Token) -> Sequence[tuple[int, str]]:
        """Give the nearest known forms, all at the same cost in slips, by their letters."""
        slips = _slips(token)
        if not slips:
            return ()
        found = process.extract(token.form, self._known_forms, scorer=OSA.distance, score_cutoff=slips, limit=None)
        ranked = sorted((int(slip) + (form[0] != token.form[0]), form) for form, slip, _ in found)
        return [each for each in ranked if each[0] == ranked[0][0]]

    @cached_property
    def _known_forms(self) -> Sequence[str]:
        return [form for form in sorted(self.forms) if form.isalpha() and len(form) > 2]


def _slips(token: Token) -> int:
    """Give how many slips a word may hold: none for a number, an acronym or a short word, where a letter changes the sense."""
    if token.acronym or not token.form.isalpha() or len(token.form) < _ONE_SLIP:
        return 0
    return 1 if len(token.form) < _TWO_SLIPS else 2


def count_words(fields: Mapping[str, Sequence[Iterable[str]]], forms: Iterable[str]) -> Vocabulary:
    """Count the terms of every unit of every field; `forms` are the word forms that they come from."""
    frequencies: dict[str, Counter[str]] = {name: Counter() for name in fields}
    for name, units in fields.items():
        for unit in units:
            frequencies[name].update(set(unit))
    sizes = {name: len(units) for name, units in fields.items()}
    return Vocabulary(
        sizes, {name: dict(counts) for name, counts in frequencies.items()}, {form: stem(form) for form in set(forms)}
    )


def dump_vocabulary(vocabulary: Vocabulary) -> str:
    """Write a vocabulary as JSON, the same one always the same way."""
    content = {"sizes": vocabulary.sizes, "frequencies": vocabulary.frequencies, "forms": vocabulary.forms}
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def load_vocabulary(text: str) -> Vocabulary:
    """Read back what `dump_vocabulary` wrote."""
    content = json.loads(text)
    return Vocabulary(content["sizes"], content["frequencies"], content["forms"])
