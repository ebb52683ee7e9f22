"""Everyday, English and abbreviated words in, the words that documents use for them out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from index.analysis import terms
from ingest.glossary import Glossary

# Files of lines « everyday word or phrase <tab> equivalents, comma separated », written by hand.
_LISTS = tuple(Path(__file__).parent / "lexicon" / name for name in ("french.tsv", "english.tsv"))
_LONGEST = 4  # terms of a phrase, stop words left out

Equivalents = Mapping[tuple[str, ...], tuple[str, ...]]  # the terms of a phrase -> the terms of what documents say instead


def equivalents(glossary: Glossary) -> Equivalents:
    """Return the equivalents of every language, with the acronyms that the documents spell out, both ways."""
    pairs = list(glossary.entries.items())
    found: dict[tuple[str, ...], dict[str, None]] = {key: dict.fromkeys(values) for key, values in _listed().items()}
    for one, other in (*pairs, *((long, acronym) for acronym, long in pairs)):
        found.setdefault(terms(one), {}).update(dict.fromkeys(terms(other)))
    return {key: tuple(values) for key, values in found.items() if 0 < len(key) <= _LONGEST}


@cache
def _listed() -> Equivalents:
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for key, values in _lines(path.read_text(encoding="utf-8") for path in _LISTS):
        found.setdefault(terms(key), {}).update(dict.fromkeys(terms(values)))
    return {key: tuple(term for term in values if term not in key) for key, values in found.items()}


def _lines(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        for line in text.splitlines():
            key, tab, values = line.partition("\t")
            if tab and not line.startswith("#"):
                yield key, values


def phrases(words: Sequence[str], known: Equivalents) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield (first, last + 1, equivalents) for every stretch of `words`, search terms, that has some."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST, len(words)) + 1):
            found = known.get(tuple(words[first:last]))
            if found:
                yield first, last, found
