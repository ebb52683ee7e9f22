"""Acronyms and what they stand for, as the documents spell them out."""

from collections.abc import Iterator, Mapping, Sequence

from index.analysis import terms
from ingest.glossary import Glossary

_LONGEST = 4  # terms of a phrase, stop words left out

Equivalents = Mapping[tuple[str, ...], tuple[str, ...]]  # the terms of a phrase -> the terms of what also says it


def equivalents(glossary: Glossary) -> Equivalents:
    """Return the acronyms of a glossary and what they stand for, both ways."""
    pairs = list(glossary.entries.items())
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for one, other in (*pairs, *((long, acronym) for acronym, long in pairs)):
        found.setdefault(terms(one), {}).update(dict.fromkeys(terms(other)))
    return {key: tuple(values) for key, values in found.items() if 0 < len(key) <= _LONGEST}


def phrases(words: Sequence[str], known: Equivalents) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield (first, last + 1, equivalents) for every stretch of `words`, search terms, that has some."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST, len(words)) + 1):
            found = known.get(tuple(words[first:last]))
            if found:
                yield first, last, found
