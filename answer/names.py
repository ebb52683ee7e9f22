"""The names and the numbers of a question, which a sentence cannot paraphrase."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from index import analysis
from index.knowledge import WORD, bare_word, opens_sentence
from index.search import Index


@lru_cache(maxsize=16_384)  # the same sentences come up from one question to the next
def fold(text: str) -> str:
    """Return the text in lower case without accents, with straight apostrophes and single spaces."""
    return " ".join(analysis.fold(text).split())


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


def unknown_names(query: str, index: Index) -> tuple[str, ...]:
    """Return the names and numbers of a query, as written, that the index does not know, mistyped or not."""
    names = (*named_in(query, index.knowledge.names), *numbers_in(query))
    return tuple(name for name in names if fold(name) not in index.knowledge.names and not index.recognises(name))
