"""Documents in, the acronyms that they spell out: « coopérative d’activité et d’emploi (CAE) »."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

_ACRONYM = re.compile(r"\s\((?:les? |la )?(?P<acronym>[A-Z][A-Za-zÉ]{1,9})\)")
_BEFORE = re.compile(r"[^().;:!?\n]{4,}\Z")  # what may be spelled out, in a window of 200 characters
_WINDOW = 200
_ELIDED = re.compile(r"\b(?:l|d|qu|j|n|s|c|m|t)[’']", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS_PER_LETTER = 3  # « coopérative d’activité et d’emploi »: a letter may cost a small word or two


@dataclass(frozen=True)
class Glossary:
    """Acronyms, as the documents write them, and what each stands for."""

    entries: Mapping[str, str]

    @classmethod
    def of(cls, spellings: Iterable[tuple[str, str]]) -> "Glossary":
        """Put spellings together; of several for an acronym the most frequent, then the first, stands."""
        found: dict[str, Counter[str]] = {}
        for acronym, long in spellings:
            found.setdefault(acronym, Counter())[long] += 1
        return cls({acronym: counts.most_common(1)[0][0] for acronym, counts in sorted(found.items())})

    def expand(self, text: str) -> str:
        """Return `text` followed by what its acronyms stand for and by the acronyms of what it spells out.

        « une CAE rurale » gains « coopérative d’activité et d’emploi », and the other way round; what is there already is not
        repeated.
        """
        plain = _plain(text)
        words = frozenset(plain.split())
        added = []
        for acronym, long in self.entries.items():
            spelled = self._forms[acronym] in plain
            short = _plain(acronym) in words
            if short != spelled:
                added.append(long if short else acronym)
        return " ".join((text, *added))

    def swap(self, text: str) -> str:
        """Return `text` with its first acronym spelled out, or its first spelled-out name abbreviated; the same without any."""
        for acronym, long in self.entries.items():
            short = re.compile(rf"\b{re.escape(acronym)}s?\b", re.IGNORECASE)
            if short.search(text):
                return short.sub(long, text, count=1)
            spelled = re.compile(re.escape(long).replace("’", "[’']"), re.IGNORECASE)
            if spelled.search(text):
                return spelled.sub(acronym, text, count=1)
        return text

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        return {acronym: _plain(long) for acronym, long in self.entries.items()}


def build_glossary(texts: Iterable[str]) -> Glossary:
    """Collect the acronyms that texts spell out."""
    return Glossary.of(spelling for text in texts for spelling in find_spellings(text))


def find_spellings(text: str) -> Iterator[tuple[str, str]]:
    """Give each acronym, in capitals, that a text spells out, with what it stands for, in order."""
    for match in _ACRONYM.finditer(text):
        before = _BEFORE.search(text[max(0, match.start() - _WINDOW) : match.start()])
        long = before and long_form(match["acronym"], before.group())
        if long:
            yield match["acronym"].upper(), long


def long_form(acronym: str, before: str) -> str | None:
    """Return the words at the end of `before` that `acronym` abbreviates, None where they do not.

    Every letter of the acronym stands in them, in order, the first at the start of the first word. Source: Schwartz and Hearst,
    A Simple Algorithm for Identifying Abbreviation Definitions, 2003, with a window that leaves room for French small words.
    """
    words = list(_WORD.finditer(before))[-_WORDS_PER_LETTER * len(acronym) :]
    text = _bare(before)
    letters = _bare(acronym)
    if not words or len(text) != len(before):
        return None
    at = len(text)
    for number, letter in enumerate(reversed(letters), 1):
        at = text.rfind(letter, words[0].start(), at)
        while number == len(letters) and at > 0 and text[at - 1].isalnum():
            at = text.rfind(letter, words[0].start(), at)
        if at < 0:
            return None
    return before[at:].strip()


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _plain(text: str) -> str:
    bare = _bare(_ELIDED.sub(" ", text.replace("œ", "oe")))
    # A final s or x is a plural more often than a part of the word: « coopératives » must meet « coopérative ».
    return " ".join(word.rstrip("sx") if len(word) > 3 else word for word in re.findall(r"\w+", bare))
