"""Documents and passages in, what their words tell out: how common each is, names, acronyms, what names each part."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis import fold, terms
from ingest.document import Document
from ingest.glossary import Glossary, find_spellings
from ingest.passages import Passage

WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
_ELISION = re.compile(r"^(?:[ldsjmtcn]|qu|lorsqu|puisqu|jusqu)['’]", re.IGNORECASE)
_LETTER = re.compile(r"\w")
_SENTENCE_OPENING = re.compile(r"(?:^|[.!?…:»)\n•–—-])[\s«“\"(\[]*$")
_OWN = 0.6  # share of the passages with a word that a part must have for the word to be its own


@dataclass(frozen=True, slots=True)
class Told:
    """What one document tells: the acronyms that it spells out, in order, and how often it writes each word in two ways.

    Words are folded; `capital` counts those whose capital no sentence asks for, `small` those without one. `accented`: how the
    document writes, in small letters, the words that it writes with accents.
    """

    capital: Mapping[str, int]
    small: Mapping[str, int]
    spellings: Sequence[tuple[str, str]]
    accented: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """The terms that name a part: the names in its headings, and the words of its title, where they are its own."""

    names: frozenset[str]
    title: frozenset[str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the words of all documents.

    `names` are folded words; `subjects` go by scope (« livret#fiche-2 »), in the order of the documents; `accented` gives for a
    folded word how it is written.
    """

    names: frozenset[str]
    glossary: Glossary
    subjects: Mapping[str, Subject]
    accented: Mapping[str, str]


def tell(document: Document) -> Told:
    """Collect what a document tells by itself."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    written: Counter[tuple[str, str]] = Counter()
    text = document.text
    for match in WORD.finditer(text):
        word, folded = _bare_and_folded(match.group())
        if not folded or _in_address(text, *match.span()):
            continue
        written[folded, word.lower()] += 1
        if not word[:1].isupper():
            small[folded] += 1
        elif not opens_sentence(text, match.start()):
            capital[folded] += 1
    return Told(dict(capital), dict(small), tuple(find_spellings(text)), _accented(written))


def _accented(written: Counter[tuple[str, str]]) -> Mapping[str, str]:
    """Return the usual spelling of each folded word where that has an accent; of two as usual, the first met."""
    usual: dict[str, str] = {}
    for (folded, spelling), _ in written.most_common():
        usual.setdefault(folded, spelling)
    return {folded: spelling for folded, spelling in usual.items() if folded != spelling}


def _in_address(text: str, start: int, end: int) -> bool:
    """Say whether a word is a piece of an address: « avise.org » is not the word « avise »."""
    before = start > 0 and text[start - 1] in "@./"
    return before or (text[end : end + 1] in (".", "@") and bool(_LETTER.match(text, end + 1)))


@lru_cache(maxsize=65_536)
def _bare_and_folded(written: str) -> tuple[str, str]:
    """Return a word without what is elided before it, and folded; "" for a word that is not searched."""
    word = bare_word(written)
    return word, fold(word) if terms(word) else ""


def bare_word(word: str) -> str:
    """Return the word without the article or pronoun elided before it: « l’Avise » gives « Avise »."""
    return _ELISION.sub("", word)


def opens_sentence(text: str, start: int) -> bool:
    """Say whether a word that begins at `start` begins a sentence, a line or a quotation, where any word has a capital."""
    return bool(_SENTENCE_OPENING.search(text[max(0, start - 8) : start]))


def know(told: Iterable[Told], passages: Sequence[Passage], words: Sequence[frozenset[str]]) -> Knowledge:
    """Put together what is known of all documents; `words` are the terms of the text of each passage."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    spellings: list[tuple[str, str]] = []
    accented: dict[str, str] = {}
    for each in told:
        accented = {**each.accented, **accented}
        capital.update(each.capital)
        small.update(each.small)
        spellings += each.spellings
    # More often with a capital than without makes a name.
    names = frozenset(word for word, count in capital.items() if count > small[word] and len(word) > 1)
    return Knowledge(names, Glossary.of(spellings), _subjects(passages, words, names), accented)


@lru_cache(maxsize=16_384)
def words_of(text: str) -> frozenset[str]:
    """Return the terms of a text that will be met again: a passage, one of its spans, a heading."""
    return frozenset(terms(text))


def _subjects(passages: Sequence[Passage], words: Sequence[frozenset[str]], names: frozenset[str]) -> Mapping[str, Subject]:
    headings: dict[str, dict[str, None]] = defaultdict(dict)
    for passage in passages:
        headings[passage.scope].update(dict.fromkeys(passage.place.headings))
    own = _own_words(passages, words)
    terms_of_names = frozenset(term for name in names for term in terms(name))
    found = {}
    for scope, above in headings.items():
        title = _union(list(above)[:1]) & own[scope] - terms_of_names
        found[scope] = Subject(_union(above) & terms_of_names & own[scope], frozenset(filter(str.isalpha, title)))
    return found


def _union(texts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(words_of, texts))


def _own_words(passages: Iterable[Passage], words: Iterable[frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Return, for each part, the words most of whose passages are in it."""
    everywhere: Counter[str] = Counter()
    within: dict[str, Counter[str]] = defaultdict(Counter)
    for passage, of_text in zip(passages, words, strict=True):
        everywhere.update(of_text)
        within[passage.scope].update(of_text)
    return {
        scope: frozenset(word for word, count in counts.items() if count >= _OWN * everywhere[word])
        for scope, counts in within.items()
    }


def dump_told(told: Told) -> bytes:
    """Write what a document tells as one line of JSON."""
    content = (told.capital, told.small, told.spellings, told.accented)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def load_told(line: bytes) -> Told:
    """Read back what `dump_told` wrote."""
    capital, small, spellings, accented = json.loads(line)
    return Told(capital, small, tuple((acronym, long) for acronym, long in spellings), accented)


def dump_knowledge(known: Knowledge) -> str:
    """Write what is known as JSON, the same always the same way."""
    subjects = {scope: (sorted(subject.names), sorted(subject.title)) for scope, subject in known.subjects.items()}
    content = (sorted(known.names), known.glossary.entries, subjects, dict(sorted(known.accented.items())))
    return json.dumps(content, ensure_ascii=False)


def load_knowledge(text: str) -> Knowledge:
    """Read back what `dump_knowledge` wrote."""
    names, acronyms, subjects, accented = json.loads(text)
    return Knowledge(
        frozenset(names),
        Glossary(acronyms),
        {scope: Subject(frozenset(named), frozenset(title)) for scope, (named, title) in subjects.items()},
        accented,
    )
