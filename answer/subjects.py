"""A query in, the parts of the documents that it names out: « une CAE ou une Scic ? » names two. Knows nothing of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answer.lexicon import Lexicon
from index.analysis import terms
from index.knowledge import Subject
from index.search import Hit

NAMED = 0.5  # share of the own words of its title, by what they tell, with which a question names a part


@dataclass(frozen=True, slots=True)
class Subjects:
    """What names each part, by scope."""

    of: Mapping[str, Subject]

    def named(self, query: str, lexicon: Lexicon) -> tuple[str, ...]:
        """Return the scopes of the parts that a query names, in the order of the documents."""
        said = frozenset(terms(query))
        return tuple(scope for scope, subject in self.of.items() if _names(subject, said, lexicon))

    def only(self, query: str, named: Sequence[str], scope: str) -> str:
        """Return what a query asks of one of the parts that it names: without the words that name the others."""
        others = frozenset[str]().union(*(self.of[other].names | self.of[other].title for other in named if other != scope))
        return " ".join(word for word in query.split() if not others & frozenset(terms(word)))


def _names(subject: Subject, said: frozenset[str], lexicon: Lexicon) -> bool:
    if subject.names & said:
        return True
    return bool(subject.title & said) and lexicon.share(subject.title, said) >= NAMED


def interleave(lists: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Merge ranked lists: the first of each, then the second of each..."""
    depth = max(map(len, lists), default=0)
    return tuple(found[rank] for rank in range(depth) for found in lists if rank < len(found))
