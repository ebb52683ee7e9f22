"""Expansion questions in, likeness out: how much a question's letters are those of the questions that lead to a place.

A question is compared with the mean of the questions of a span, a passage, a section or a part (its centroid: Rocchio's
classifier) by the cosine of their character n-grams, weighted by frequency and rarity. Words of one root and slips of the
fingers still meet, and what a part is about counts for each of its sentences. Knows numbers of
groups, nothing of what they stand for.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from index.analysis import fold
from index.units import Numbers

LEVELS = ("span", "passage", "section", "part")

_FEATURES = 2**18  # buckets: 11,000 questions have about 60,000 different n-grams
_HASHING = HashingVectorizer(
    analyzer="char_wb",
    ngram_range=(3, 5),  # of 2-6, 3-5 and 3-6 the best on the tuning half, where they were told apart at all
    n_features=_FEATURES,
    alternate_sign=False,
    norm=None,
    lowercase=False,
    dtype=np.float32,
)


_NO_GRAM = csr_array((1, _FEATURES), dtype=np.float32)


class Grams:
    """The centroids of every level, loaded once and asked many times."""

    def __init__(self, rarity: NDArray[np.float32], centroids: Mapping[str, csr_array]) -> None:
        self._rarity = rarity
        self._by_gram = {level: csr_array(rows.T) for level, rows in centroids.items()}

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have centroids: none where nothing was expanded."""
        return tuple(self._by_gram)

    def read(self, question: str) -> csr_array:
        """Give the n-grams of a question, (1, buckets), of length 1; those that no expansion has are left out."""
        if not self._by_gram:
            return _NO_GRAM
        return _weighed(_counts([question]), self._rarity)

    def likeness(self, level: str, question: csr_array) -> NDArray[np.float64]:
        """Give the cosine, from 0 to 1, of a question that was read with each group of a level."""
        cosines: NDArray[np.float64] = (question @ self._by_gram[level]).toarray()[0].astype(np.float64)
        return np.clip(cosines, 0.0, 1.0)


NO_GRAMS = Grams(np.zeros(_FEATURES, np.float32), {})


def write_grams(path: Path, questions: Sequence[str], groups: Mapping[str, tuple[Numbers, int]]) -> None:
    """Write the centroids of the questions; `groups`: by level, the group of each question and how many there are."""
    counts = _counts(questions)
    seen = np.bincount(counts.indices, minlength=_FEATURES)
    rarity = np.where(seen, np.log((1 + len(questions)) / (1 + seen)) + 1, 0).astype(np.float32)
    rows = _weighed(counts, rarity)
    arrays: dict[str, NDArray[np.generic]] = {"rarity": rarity}
    for level, (group, size) in groups.items():
        centroids = _centroids(rows, group, size)
        arrays |= {f"{level}.{name}": getattr(centroids, name) for name in ("data", "indices", "indptr")}
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_grams(path: Path) -> Grams:
    """Load what `write_grams` wrote, from a file whose checksum was verified."""
    with np.load(path, allow_pickle=False) as arrays:
        levels = [level for level in LEVELS if f"{level}.data" in arrays]
        centroids = {level: _matrix(*(arrays[f"{level}.{name}"] for name in ("data", "indices", "indptr"))) for level in levels}
        return Grams(arrays["rarity"], centroids)


def _matrix(data: NDArray[np.float32], indices: NDArray[np.int32], indptr: NDArray[np.int32]) -> csr_array:
    return csr_array((data, indices, indptr), shape=(len(indptr) - 1, _FEATURES))


def _counts(texts: Sequence[str]) -> csr_array:
    return csr_array(_HASHING.transform([fold(text) for text in texts]))


def _weighed(counts: csr_array, rarity: NDArray[np.float32]) -> csr_array:
    weighed = csr_array(counts)
    weighed.data = (1 + np.log(weighed.data)) * rarity[weighed.indices]
    return csr_array(normalize(weighed))


def _centroids(rows: csr_array, group: Numbers, size: int) -> csr_array:
    members = csr_array((np.ones(len(group), np.float32), (group, np.arange(len(group)))), shape=(size, len(group)))
    return csr_array(normalize(members @ rows))
