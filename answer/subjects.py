"""A query in, the parts of the documents that it names out: « une CAE ou une Scic ? » names two. Knows nothing of answers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from answer.lexicon import Lexicon, words_of
from index.analysis import terms
from index.search import Hit
from ingest.passages import Passage

OWN = 0.6  # share of the passages with a word that a part must have for the word to be its own
NAMED = 0.5  # share of the own words of its title, by what they tell, with which a question names a part


@dataclass(frozen=True, slots=True)
class Subjects:
    """What names each part: the names in its headings, and the words of its title, where they are its own."""

    names: Mapping[str, frozenset[str]]
    titles: Mapping[str, frozenset[str]]

    def named(self, query: str, lexicon: Lexicon) -> tuple[str, ...]:
        """Return the scopes of the parts that a query names, in the order of the documents."""
        said = frozenset(terms(query))
        return tuple(scope for scope, title in self.titles.items() if self._names(scope, title, said, lexicon))

    def only(self, query: str, named: Sequence[str], scope: str) -> str:
        """Return what a query asks of one of the parts that it names: without the words that name the others."""
        others = frozenset[str]().union(*(self.names[other] | self.titles[other] for other in named if other != scope))
        return " ".join(word for word in query.split() if not others & frozenset(terms(word)))

    def _names(self, scope: str, title: frozenset[str], said: frozenset[str], lexicon: Lexicon) -> bool:
        return bool(self.names[scope] & said) or (bool(title) and lexicon.share(title, said) >= NAMED)


def find_subjects(passages: Sequence[Passage], lexicon: Lexicon) -> Subjects:
    """Collect what names each part of the documents, from the headings of its passages."""
    headings: dict[str, dict[str, None]] = defaultdict(dict)
    for passage in passages:
        headings[passage.scope].update(dict.fromkeys(passage.place.headings))
    own = _own_words(passages)
    names = frozenset(term for name in lexicon.names for term in terms(name))
    return Subjects(
        names={scope: _words(found) & names & own[scope] for scope, found in headings.items()},
        titles={
            scope: frozenset(filter(str.isalpha, _words(list(found)[:1]) & own[scope] - names))
            for scope, found in headings.items()
        },
    )


def _words(headings: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(words_of, headings))


def _own_words(passages: Iterable[Passage]) -> Mapping[str, frozenset[str]]:
    """Return, for each part, the words most of whose passages are in it."""
    everywhere: Counter[str] = Counter()
    within: dict[str, Counter[str]] = defaultdict(Counter)
    for passage in passages:
        everywhere.update(words_of(passage.text))
        within[passage.scope].update(words_of(passage.text))
    return {
        scope: frozenset(word for word, count in counts.items() if count >= OWN * everywhere[word])
        for scope, counts in within.items()
    }


def interleave(lists: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Merge ranked lists: the first of each, then the second of each..."""
    depth = max(map(len, lists), default=0)
    return tuple(found[rank] for rank in range(depth) for found in lists if rank < len(found))
